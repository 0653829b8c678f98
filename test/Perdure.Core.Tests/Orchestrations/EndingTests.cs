using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

public class EndingTests
{
    [Fact]
    public void An_ending_answers_the_parent_and_lets_go_of_everything()
    {
        Instance child = Given.Waiting(Code.Parent).Receives(Raise("a"))
            .Ends(Returns("42"), Activity(3), Timer(4, 7000))
            .Events("OrchestratorStarted", "EventRaised a", "TaskScheduled #3 Work", "TimerCreated #4 due 7000",
                "ExecutionCompleted Completed 42")
            .Rows("update instance Completed not owed ended 1000", "history 1.0/1", "message to parent-1",
                "delete timer 5000")
            .Effects("disarm 5000", "cancel 1.0", "deliver ChildDone to parent-1");

        Answer(child).ShouldBe(new Message.ChildDone(new(900, 2, 7), Json("42"), null));
        child.Turn.Completed!.Status.ShouldBe(InstanceStatus.Completed);
    }

    [Fact]
    public void A_failure_reaches_the_parent_as_it_is()
    {
        Instance child = Given.Orchestration().Started(Code.Parent).Ends(Throws());
        Answer(child).ShouldBe(new Message.ChildDone(new(900, 2, 7), default, new FailureDetails("Boom", "It broke.")));
        child.Row!.Status.ShouldBe(InstanceStatus.Failed);
    }

    [Fact]
    public void A_terminated_child_fails_its_parent_with_the_reason()
    {
        FailureDetails failure = Answer(Given.Waiting(Code.Parent).Receives(Terminate("no money"))).Failure!;
        failure.ErrorType.ShouldBe(Failures.OrchestrationTerminated);
        failure.ErrorMessage.ShouldContain("no money");
    }

    [Fact]
    public void A_fire_and_forget_child_answers_nobody() =>
        Given.Orchestration().Started(Code.Parent with { Task = Perdure.Core.History.ParentLink.NoAnswer })
            .Ends(Returns("1"))
            .Rows("insert instance 1 Completed", "history 1.0/0").Effects()
            .Row!.Parent.ShouldBe("parent-1");

    [Fact]
    public void Children_that_the_last_turn_starts_do_start() =>
        Given.Orchestration().Started().Ends(Returns(), Child(0, detached: true), Child(1))
            .Effects("deliver Start to child-0", "deliver Start to child-1");

    [Fact]
    public void Terminate_ends_the_instance_without_its_code() =>
        Given.Waiting().Receives(Raise("a"), Terminate("stop").ByClient().AsRow(6))
            .Decides(TurnDecision.Record)
            .Events("EventRaised a", "ExecutionTerminated stop", "ExecutionCompleted Terminated \"stop\"")
            .Rows("update instance Terminated not owed ended 1000", "history 1.0/1", "delete message 6",
                "delete timer 5000")
            .Effects("answer client Accepted", "disarm 5000", "cancel 1.0");

    [Fact]
    public void What_follows_a_terminate_is_left_for_whoever_comes_next()
    {
        Instance order = Given.Waiting().Receives(Terminate(), Raise("late").AsRow(2), Start());
        order.Turn.Untaken.ShouldBe(2);
        order.Turn.Taken.Count.ShouldBe(1);
        order.Rows("update instance Terminated not owed ended 1000", "history 1.0/1", "delete timer 5000");
        order.Receives(Raise("late"), Start()).Drops("Raise: the instance has ended").Asked()
            .Events("OrchestratorStarted", "ExecutionStarted Hello");
    }

    [Fact]
    public void Start_and_terminate_in_one_mailbox_is_an_ended_instance() =>
        Given.Orchestration().Receives(Start(parent: Code.Parent), Terminate())
            .Events("ExecutionStarted Hello", "ExecutionTerminated", "ExecutionCompleted Terminated")
            .Rows("insert instance 1 Terminated", "history 1.0/0", "message to parent-1");

    [Fact]
    public void Terminate_overtakes_running_code_and_keeps_what_had_arrived() =>
        Given.Waiting(Code.Parent).Receives(Done(0, "1").AsRow(3)).Concludes(new CodeResult.Overtaken(new("stop")))
            .Events("TaskCompleted #0 1", "ExecutionTerminated stop", "ExecutionCompleted Terminated \"stop\"")
            .Rows("update instance Terminated not owed ended 1000", "history 1.0/1", "message to parent-1",
                "delete message 3", "delete timer 5000")
            .Effects("disarm 5000", "deliver ChildDone to parent-1")
            .Turn.Completed!.Status.ShouldBe(InstanceStatus.Terminated);

    [Theory]
    [InlineData(false), InlineData(true)]
    public void A_held_instance_terminates_at_once(bool parked) =>
        (parked ? Given.Waiting().Receives(Raise("a")).Concludes(Parks) : Given.Waiting().Receives(Suspend()))
            .Receives(Terminate())
            .Rows("update instance Terminated released not owed ended 1000", "history 1.0/2", "delete timer 5000");

    [Fact]
    public void A_recursive_terminate_tells_the_children_that_are_waited_for_in_the_same_turn()
    {
        Instance parent = Given.Orchestration().Started().Asked(Child(0), Child(1, detached: true), Child(2))
            .Receives(ChildDone(2)).Asked(Child(3));
        Message.Terminate toChild =
            new("enough") { Author = "Ada", Recursive = true, OfParent = parent.Execution };
        parent.Receives(TerminateAll("enough", by: "Ada")).Turn.Effects.OfType<Effect.Deliver>()
            .Select(d => (d.Target, d.Message)).ShouldBe([("child-0", toChild), ("child-3", toChild)]);
    }

    [Fact]
    public void A_recursive_terminate_that_overtakes_the_code_tells_the_children() =>
        Given.Waiting().Receives(Raise("a")).Concludes(new CodeResult.Overtaken(new("enough") { Recursive = true }))
            .Turn.Effects.OfType<Effect.Deliver>().ShouldHaveSingleItem().Target.ShouldBe("child-2");

    [Fact]
    public void Only_the_child_of_the_terminated_execution_ends_with_it()
    {
        ExecutionKey parent = new(Code.Parent.Key, Code.Parent.Generation);
        Given.Waiting(Code.Parent).Receives(TerminateAll("enough", parent with { Generation = parent.Generation + 1 }))
            .Drops($"Terminate: it is no child of {parent.Key}.{parent.Generation + 1}")
            .Receives(TerminateAll("enough", parent)).Turn.Ended.ShouldBeTrue();
        Given.Waiting().Receives(TerminateAll("enough", parent)).Turn.Ended.ShouldBeFalse();
    }

    [Fact]
    public void A_purge_takes_the_instance_away_and_a_second_one_finds_nothing()
    {
        Instance gone = Given.Orchestration().Started().Ends(Returns()).Receives(Purge().ByClient())
            .Rows("delete instance 1").Effects("answer client Accepted");
        gone.Turn.State.Exists.ShouldBeFalse();
        gone.History.ShouldBeEmpty();
        gone.Receives(Purge().ByClient()).Rows().Effects("answer client NotFound")
            .Receives(Start()).Asked().Rows("insert instance 2 Running", "history 2.0/0");
    }

    [Fact]
    public void A_purge_of_what_was_seen_leaves_alone_what_has_taken_the_id_since()
    {
        Instance ended = Given.Orchestration().Started().Ends(Returns());
        ended.Receives(Purge(ended.State.Execution.Key + 1).ByClient()).Rows().Effects("answer client NotFound")
            .Receives(Purge(ended.State.Execution.Key).ByClient())
            .Rows("delete instance 1").Effects("answer client Accepted");
    }

    private static Message.ChildDone Answer(Instance child) =>
        (Message.ChildDone)child.Turn.Effects.OfType<Effect.Deliver>().ShouldHaveSingleItem().Message;
}
