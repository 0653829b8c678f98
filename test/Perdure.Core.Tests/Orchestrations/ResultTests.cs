using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

public class ResultTests
{
    [Fact]
    public void Results_of_every_kind_are_fed_in_the_order_of_arrival() =>
        Given.Waiting().At(5000)
            .Receives(ChildDone(2, "3"), Due(1), Done(0, "1"), Raise("Go", "4"))
            .Feeds("SubOrchestrationInstanceCompleted #2 3", "TimerFired #1", "TaskCompleted #0 1", "EventRaised Go 4")
            .Asked()
            .Events("OrchestratorStarted", "SubOrchestrationInstanceCompleted #2 3", "TimerFired #1",
                "TaskCompleted #0 1", "EventRaised Go 4")
            .Rows("history 1.0/1", "delete timer 5000");

    [Fact]
    public void Failures_arrive_as_data() =>
        Given.Waiting().Receives(Failed(0), ChildFailed(2)).Asked()
            .Events("OrchestratorStarted", "TaskFailed #0 Boom", "SubOrchestrationInstanceFailed #2 Boom");

    [Fact]
    public void A_result_resolves_its_task_once() =>
        Given.Waiting()
            .Receives(Done(0, "1"), Done(0, "2"), Failed(0))
            .Asked()
            .Events("OrchestratorStarted", "TaskCompleted #0 1")
            .Drops("TaskDone: task 0 is not open", "TaskDone: task 0 is not open")
            .Receives(Done(0, "3")).Decides(TurnDecision.Nothing).Drops("TaskDone: task 0 is not open");

    [Fact]
    public void A_result_of_another_creation_or_generation_does_not_fit() =>
        Given.Waiting()
            .Receives(Done(0).Of(new(99, 0)), ChildDone(2).Of(new(1, 1)), Due(1).Of(new(1, -1)))
            .Decides(TurnDecision.Nothing)
            .Drops("TaskDone: its execution 99.0 is over", "ChildDone: its execution 1.1 is over",
                "TimerDue: its execution 1.-1 is over");

    [Fact]
    public void A_result_of_the_wrong_kind_does_not_fit() =>
        Given.Waiting()
            .Receives(Done(1), Done(2), Due(0), Due(2), ChildDone(0), ChildDone(1), Done(3))
            .Decides(TurnDecision.Nothing).Rows()
            .Drops("TaskDone: task 1 is not open", "TaskDone: task 2 is not open", "TimerDue: task 0 is not open",
                "TimerDue: task 2 is not open",
                "ChildDone: task 0 is not open", "ChildDone: task 1 is not open", "TaskDone: task 3 is not open");

    [Fact]
    public void A_fire_and_forget_child_has_no_open_task() =>
        Given.Orchestration().Started().Asked(Child(0, detached: true))
            .Effects("deliver Start to child-0")
            .Receives(ChildDone(0)).Drops("ChildDone: task 0 is not open");

    [Fact]
    public void Ten_thousand_open_tasks_resolve_in_any_order()
    {
        Instance wide = Given.Orchestration().Started()
            .Asked([.. Enumerable.Range(0, 10_000).Select(t => Activity(t))]);
        wide.Receives([.. Enumerable.Range(0, 9_999).Reverse().Select(t => Done(t))]).Asked();
        wide.State.Open.Activities.ShouldBe(1);
        wide.Receives(Done(9_999)).Ends(Returns()).Effects();
    }

    [Fact]
    public void A_turn_that_takes_a_timer_never_stands_before_its_due_time()
    {
        Instance early = Given.Waiting().At(4200).Receives(Due(1)).Asked();
        early.Turn.At.ShouldBe(5000);
        ((Perdure.Core.History.HistoryEvent.OrchestratorStarted)early.Turn.Events[0]!).At.ShouldBe(5000);
        early.Receives(Raise("Next")).Asked().Turn.At.ShouldBe(5000, "time does not run backwards for an instance");
    }

    [Fact]
    public void Time_is_kept_over_a_restart_with_a_clock_that_was_set_back() =>
        Given.Waiting().At(8000).Receives(Raise("Go")).Asked().Reloaded().At(10).Receives(Raise("Go")).Asked()
            .Turn.At.ShouldBe(8000);

    [Fact]
    public void A_cancelled_timer_takes_its_row_along() =>
        Given.Waiting().Receives(Done(0)).Asked(CancelTimer(1))
            .Events("OrchestratorStarted", "TaskCompleted #0", "TimerCanceled #1")
            .Rows("history 1.0/1", "delete timer 5000")
            .Effects("disarm 5000")
            .Receives(Due(1)).Drops("TimerDue: task 1 is not open").Rows();

    [Fact]
    public void A_timer_that_is_created_and_cancelled_in_one_turn_was_never_a_row() =>
        Given.Orchestration().Started().Asked(Timer(0, 5000), CancelTimer(0))
            .Events("OrchestratorStarted", "ExecutionStarted Hello", "TimerCreated #0 due 5000", "TimerCanceled #0")
            .Rows("insert instance 1 Running", "history 1.0/0").Effects();

    [Fact]
    public void A_timer_that_fires_in_the_turn_that_cancels_it_is_deleted_once() =>
        Given.Waiting().At(5000).Receives(Due(1)).Asked(CancelTimer(1))
            .Events("OrchestratorStarted", "TimerFired #1", "TimerCanceled #1")
            .Rows("history 1.0/1", "delete timer 5000").Effects();

    [Fact]
    public void Timer_rows_name_their_task_exactly()
    {
        Instance waiting = Given.Orchestration().Started().Asked(Timer(0, 5000), Timer(1, 5000));
        TimerRow row = waiting.Turn.Rows.InsertTimers![1];
        row.Target.ShouldBe("order-1");
        Perdure.Core.Messages.TimerBodies.Decode(row).ShouldBe(
            new Perdure.Core.Messages.Message.TimerDue(new(1, 0, 1), row.Key));
    }

    [Fact]
    public void A_custom_status_is_written_only_when_it_changes() =>
        Given.Orchestration().Started().Asked(Status("1"))
            .Receives(Raise("a")).Asked(Status("1")).Events("OrchestratorStarted", "EventRaised a")
                .Rows("history 1.0/1")
            .Receives(Raise("b")).Asked(Status("2")).Rows("update instance custom 2", "history 1.0/2")
            .Receives(Raise("c")).Asked(Status("3"), Status("2")).Rows("history 1.0/3")
            .Receives(Raise("d")).Asked(Status(null)).Rows("update instance custom ", "history 1.0/4");
}
