using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

/// <summary>Rewinding a family: what the parent asks of its children, and what they make of it.</summary>
public class RewindChildTests
{
    [Fact]
    public void A_failed_child_is_told_and_answers_to_the_same_task()
    {
        Instance parent = Given.Orchestration().Started().Asked(Child(0), Child(1), Child(2, detached: true))
            .Receives(ChildDone(1, "1"), ChildFailed(0)).Ends(Throws())
            .Receives(Rewind("mended")).Events("ExecutionRewound mended turn 1 tasks 3-3 again [0]")
            .Rows("update instance Running owed reopened", "history 1.0/2", "message to child-0")
            .Effects("deliver Rewind to child-0");

        Message.Rewind told = Told(parent);
        told.Reason.ShouldBe("mended");
        told.Child!.Parent.ShouldBe(new ParentLink("order-1", "Hello", 1, 0, 0));
        told.Child.ExecutionId.ShouldNotBe(ExecutionIds.Derive("feed", 0), "started anew it is another execution");
        parent.Receives(ChildDone(0, "0")).Feeds("SubOrchestrationInstanceCompleted #1 1",
            "SubOrchestrationInstanceCompleted #0 0");
    }

    [Fact]
    public void A_child_that_was_still_open_is_asked_again() =>
        // Whatever it answered meanwhile found nobody.
        Given.Orchestration().Started().Asked(Child(0), Activity(1)).Receives(Failed(1)).Ends(Throws())
            .Receives(ChildDone(0, "1")).Drops("ChildDone: the instance has ended")
            .Receives(Rewind()).Effects("deliver Rewind to child-0", "run #1 Work again");

    [Fact]
    public void A_child_behind_a_caught_failure_goes_on_and_answers_under_its_old_number()
    {
        Instance parent = Given.Orchestration().Started().Asked(Activity(0))
            .Receives(Failed(0)).Asked(Child(1, id: "feed:1"), Child(2, "Other", id: "feed:2"))
            .Receives(ChildDone(2, "2")).Asked().Receives(ChildFailed(1)).Ends(Throws())
            .Receives(Rewind()).Effects("run #0 Work again")
            .Receives(Failed(0)).Asked(Child(3, id: "feed:3"), Child(4, "Other", id: "feed:4"), Child(5, id: "feed:5"))
            .Events("OrchestratorStarted", "TaskFailed #0 Boom",
                "SubOrchestrationInstanceCreated #3 Child feed:1", "SubOrchestrationInstanceCreated #4 Other feed:2",
                "SubOrchestrationInstanceCreated #5 Child feed:5")
            .Effects("deliver Rewind to feed:1", "return #4 2", "deliver Start to feed:5");

        Told(parent).Child!.Parent!.Task.ShouldBe(1);
        parent.Reloaded().State.IsOwed.ShouldBeTrue("nobody else brings the answer that is known");
        parent.Receives(ChildDone(4, "2")).Asked().Receives(ChildDone(1, "1"))
            .Feeds("SubOrchestrationInstanceCompleted #3 1");
    }

    [Fact]
    public void A_newer_version_for_new_instances_makes_no_other_call_of_a_child()
    {
        Instance parent = Given.Orchestration().Started().Asked(Activity(0))
            .Receives(Failed(0))
            .Asked(Child(1, id: "feed:1", version: "1.0"), Child(2, "Other", id: "o", version: "1.0"))
            .Receives(ChildDone(1, "1")).Asked().Receives(ChildFailed(2)).Ends(Throws())
            .Receives(Rewind()).Receives(Failed(0))
            .Asked(Child(3, id: "feed:3", version: "2.0"), Child(4, "Other", id: "o", version: "2.0"))
            .Effects("return #3 1", "deliver Rewind to o");

        Told(parent).Child!.Version.ShouldBe("1.0");
        parent.Turn.Events.OfType<HistoryEvent.SubOrchestrationInstanceCreated>().Select(c => c.Version)
            .ShouldBe(["1.0", "1.0"]);
    }

    [Fact]
    public void Another_version_that_the_code_names_is_another_call() =>
        Given.Orchestration().Started().Asked(Activity(0))
            .Receives(Failed(0)).Asked(Child(1, id: "feed:1", version: "1.0"), Child(2, "Other", version: "1.0"))
            .Receives(ChildDone(1, "1")).Asked().Receives(ChildFailed(2)).Ends(Throws())
            .Receives(Rewind()).Receives(Failed(0))
            .Asked(Child(3, id: "feed:3", version: "2.0", named: true))
            .Effects("deliver Start to feed:3");

    [Fact]
    public void Retries_of_a_child_are_one_call() =>
        Given.Orchestration().Started().Asked(Child(0, id: "a")).Receives(ChildFailed(0)).Asked(Timer(1, 2000))
            .Receives(Due(1, 2000)).Asked(Child(2, id: "b", first: 0)).Receives(ChildDone(2, "1")).Asked(Activity(3))
            .Receives(Failed(3)).Ends(Throws())
            .Receives(Rewind()).Events("ExecutionRewound turn 4 tasks 4-4 again [3]").Effects("run #3 Work again");

    [Fact]
    public void A_child_that_failed_is_rewound_itself() =>
        Given.Orchestration().Started(Code.Parent).Asked(Activity(0), Child(1)).Receives(Failed(0), ChildFailed(1))
            .Ends(Throws())
            .Receives(RewindChild(Code.Parent, "mended").AsRow(5))
            .Events("ExecutionRewound mended turn 1 tasks 2-2 again [0 1]")
            .Rows("update instance Running owed reopened", "history 1.0/2", "message to child-1", "delete message 5")
            .Effects("run #0 Work again", "deliver Rewind to child-1");

    [Fact]
    public void A_child_that_completed_answers_once_more()
    {
        Instance child = Given.Orchestration().Started(Code.Parent).Ends(Returns("42"))
            .Receives(RewindChild(Code.Parent).AsRow(5))
            .Rows("message to parent-1", "delete message 5").Effects("deliver ChildDone to parent-1");
        child.Turn.Effects.OfType<Effect.Deliver>().Single().Message
            .ShouldBe(new Message.ChildDone(new(900, 2, 7), Json("42"), null));
    }

    [Fact]
    public void A_child_that_runs_is_let_be() =>
        Given.Waiting(Code.Parent).Receives(RewindChild(Code.Parent).AsRow(5))
            .Rows("delete message 5").Drops("Rewind: the child runs, and answers when it ends");

    [Fact]
    public void A_child_that_is_gone_terminated_or_another_one_is_started_anew()
    {
        Given.Orchestration().Receives(RewindChild(Code.Parent))
            .Asked(Activity(0)).Rows("insert instance 1 Running owed", "history 1.0/0");
        Given.Waiting(Code.Parent).Receives(Terminate()).Receives(RewindChild(Code.Parent))
            .Asked(Activity(0)).Rows("delete instance 1", "insert instance 2 Running owed", "history 2.0/0")
            .Reloaded().State.ExecutionId.ShouldBe("anew");
        Given.Orchestration().Started(Code.Parent with { Task = 3 }).Ends(Throws())
            .Receives(RewindChild(Code.Parent)).Asked(Activity(0))
            .Rows("delete instance 1", "insert instance 2 Running owed", "history 2.0/0");
    }

    [Fact]
    public void An_id_that_somebody_else_has_is_an_error_to_the_parent()
    {
        Instance other = Given.Waiting().Receives(RewindChild(Code.Parent).AsRow(5))
            .Effects("deliver ChildDone to parent-1");
        ((Message.ChildDone)other.Turn.Effects.OfType<Effect.Deliver>().Single().Message).Failure!.ErrorType
            .ShouldBe(typeof(OrchestrationAlreadyExistsException).FullName);
    }

    private static Message.Rewind Told(Instance parent) =>
        parent.Turn.Effects.OfType<Effect.Deliver>().Select(d => d.Message).OfType<Message.Rewind>().Single();
}
