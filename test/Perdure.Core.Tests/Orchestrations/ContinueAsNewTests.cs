using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

public class ContinueAsNewTests
{
    [Fact]
    public void The_next_generation_begins_with_the_new_input_and_the_unprocessed_events()
    {
        Instance loop = Given.Waiting(Code.Parent).Receives(Raise("a"), Raise("b").AsRow(3))
            .Ends(ContinuesAsNew("2", "a", "b"), Status("\"busy\""), Activity(3), Timer(4, 9000))
            .Events("ExecutionStarted Hello 2", "CustomStatusSet \"busy\"", "EventRaised a", "EventRaised b")
            .Rows("update instance generation 1 custom \"busy\"", "delete history 1.0", "history 1.1/0",
                "delete message 3", "delete timer 5000")
            .Effects("disarm 5000", "cancel 1.0");

        ExecutionStartedOf(loop).Parent.ShouldBe(Code.Parent);
        ExecutionStartedOf(loop).ExecutionId.ShouldNotBe("feed");
        loop.Receives().Feeds("ExecutionStarted Hello 2", "EventRaised a", "EventRaised b").Asked()
            .Events("OrchestratorStarted").Rows("history 1.1/1");
        loop.Row!.Status.ShouldBe(InstanceStatus.Running);
    }

    [Fact]
    public void It_is_shown_as_running_and_is_owed_its_next_run()
    {
        Instance loop = Given.Orchestration().Started().Asked().Receives(Raise("a")).Ends(ContinuesAsNew())
            .Rows("update instance generation 1 owed", "delete history 1.0", "history 1.1/0");
        loop.Reloaded().State.Status.ShouldBe(InstanceStatus.Running);
        loop.State.IsOwed.ShouldBeTrue();
    }

    [Fact]
    public void Results_of_the_old_generation_are_dropped() =>
        Given.Waiting().Receives(Raise("a")).Ends(ContinuesAsNew()).Receives()
            .Asked(Activity(0), Timer(1, 6000), Child(2))
            .Receives(Done(0).Of(new(1, 0)), Due(1, 6000).Of(new(1, 0)), ChildDone(2).Of(new(1, 0)))
            .Drops("TaskDone: its execution 1.0 is over", "TimerDue: its execution 1.0 is over",
                "ChildDone: its execution 1.0 is over")
            .Receives(Done(0)).Asked().Events("OrchestratorStarted", "TaskCompleted #0");

    [Fact]
    public void A_first_turn_that_continues_as_new_has_no_history_to_delete() =>
        Given.Orchestration().Started(input: "1").Ends(ContinuesAsNew("2"))
            .Rows("insert instance 1 Running owed", "history 1.1/0")
            .Receives().Feeds("ExecutionStarted Hello 2").Ends(ContinuesAsNew("3"))
            .Rows("update instance generation 2", "delete history 1.1", "history 1.2/0");

    [Fact]
    public void A_long_history_is_left_to_the_sweeper()
    {
        Instance loop = Given.Orchestration(limits: new Limits { RowsDeletedInCommitMax = 2 }).Started().Asked();
        loop.Receives(Raise("a")).Asked().Receives(Raise("b")).Asked();
        loop.Receives(Raise("c")).Ends(ContinuesAsNew())
            .Rows("update instance generation 1 owed", "sweep 1.0", "history 1.1/0");
    }

    [Fact]
    public void Every_generation_answers_the_same_parent_and_only_the_last_one_does() =>
        Given.Orchestration().Started(Code.Parent).Ends(ContinuesAsNew())
            .Receives().Ends(ContinuesAsNew()).Effects()
            .Receives().Ends(Returns("1")).Effects("deliver ChildDone to parent-1");

    [Fact]
    public void Execution_ids_never_repeat()
    {
        Instance loop = Given.Orchestration().Started();
        HashSet<string> ids = ["feed"];
        for (int i = 0; i < 5; i++)
        {
            loop.Ends(ContinuesAsNew(), Child(0));
            ids.Add(ExecutionStartedOf(loop).ExecutionId).ShouldBeTrue();
            var child = (Perdure.Core.Messages.Message.Start)loop.Turn.Effects.OfType<Effect.Deliver>().Single()
                .Message;
            ids.Add(child.Event.ExecutionId).ShouldBeTrue();
            loop.Receives();
        }
    }

    private static HistoryEvent.ExecutionStarted ExecutionStartedOf(Instance i) =>
        i.Turn.Events.OfType<HistoryEvent.ExecutionStarted>().Single();
}
