using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

public class RewindTests
{
    [Fact]
    public void A_failed_activity_runs_again_under_the_same_number() =>
        Given.Orchestration().Started().Asked(Activity(0)).Receives(Failed(0)).Ends(Throws())
            .Receives(Rewind("mended").ByClient())
            .Decides(TurnDecision.Record)
            .Events("ExecutionRewound mended turn 1 tasks 1-1 again [0]")
            .Rows("update instance Running owed reopened", "history 1.0/2")
            .Effects("run #0 Work again", "answer client Accepted")
            .Receives(Done(0, "1")).Feeds("TaskCompleted #0 1")
            .Ends(Returns("1")).Rows("update instance Completed not owed ended 1001", "history 1.0/3");

    [Fact]
    public void A_fan_out_keeps_what_succeeded_and_runs_what_failed()
    {
        Instance wide = Given.Orchestration().Started().Asked([.. Enumerable.Range(0, 10).Select(i => Activity(i))])
            .Receives(Done(3, "3")).Asked()
            .Receives(Failed(7)).Asked()
            .Receives([.. Enumerable.Range(0, 10).Where(i => i is not 3 and not 7).Select(i => Done(i, $"{i}"))])
            .Ends(Throws());

        wide.Receives(Rewind()).Events("ExecutionRewound turn 2 tasks 10-10 again [7]").Effects("run #7 Work again");
        wide.Receives().Decides(TurnDecision.Run);
        wide.Turn.Feed.Count.ShouldBe(8, "what came after the failure is told to the code once more");
        wide.Asked().Receives(Done(7, "7")).Ends(Returns());
        RunsOf(wide).Where(r => r.NextTask is null).SelectMany(r => r.Fed).OfType<HistoryEvent.TaskCompleted>()
            .Select(t => t.Task).Order().ShouldBe(Enumerable.Range(0, 10));
    }

    [Fact]
    public void A_retry_policy_gets_all_its_attempts_again()
    {
        Instance hurt = Given.Orchestration().Started()
            .Asked(Activity(0)).Receives(Failed(0)).Asked(Timer(1, 2000)).Receives(Due(1, 2000))
            .Asked(Activity(2, attempt: 2, first: 0)).Receives(Failed(2)).Ends(Throws());

        hurt.Receives(Rewind()).Events("ExecutionRewound turn 1 tasks 1-3 again [0]").Effects("run #0 Work again")
            .Receives(Failed(0)).Asked(Timer(3, 5000)).Receives(Due(3)).Asked(Activity(4, attempt: 2, first: 0))
            .Events("OrchestratorStarted", "TimerFired #3", "TaskScheduled #4 Work");
        hurt.Turn.Events.OfType<HistoryEvent.TaskScheduled>().Single().FirstTask.ShouldBe(0);
    }

    [Fact]
    public void A_call_that_a_later_attempt_made_good_is_left_alone() =>
        Given.Orchestration().Started()
            .Asked(Activity(0, "A")).Receives(Failed(0)).Asked(Timer(1, 2000)).Receives(Due(1, 2000))
            .Asked(Activity(2, "A", attempt: 2, first: 0)).Receives(Done(2, "1")).Asked(Activity(3, "B"))
            .Receives(Failed(3)).Ends(Throws())
            .Receives(Rewind()).Events("ExecutionRewound turn 4 tasks 4-4 again [3]").Effects("run #3 B again");

    [Fact]
    public void What_a_later_attempt_returned_behind_another_failure_is_the_result_of_the_call() =>
        // B fails first, so everything after it is void: also the second attempt of A, which succeeded.
        Given.Orchestration().Started().Asked(Activity(0, "A"), Activity(1, "B"))
            .Receives(Failed(1)).Asked()
            .Receives(Failed(0)).Asked(Timer(2, 2000)).Receives(Due(2, 2000))
            .Asked(Activity(3, "A", attempt: 2, first: 0)).Receives(Done(3, "5")).Ends(Throws())
            .Receives(Rewind()).Events("ExecutionRewound turn 1 tasks 2-4 again [0 1]")
            .Effects("return #0 5", "run #1 B again");

    [Fact]
    public void The_same_call_behind_a_caught_failure_is_not_run_again()
    {
        Instance saga = Given.Orchestration().Started().Asked(Activity(0, "Book"))
            .Receives(Failed(0)).Asked(Activity(1, "Cancel", "7"), Timer(2, 9000))
            .Receives(Done(1, "1")).Asked(Activity(3, "Log"))
            .Receives(Failed(3)).Ends(Throws());

        saga.Receives(Rewind()).Events("ExecutionRewound turn 1 tasks 1-4 again [0]").Effects("run #0 Book again")
            .Receives(Failed(0)).Asked(Activity(4, "Cancel", "7"), Activity(5, "Log"))
            .Effects("return #4 1", "run #5 Log again");
        Key(saga, 5).ShouldBe(3, "it is the call that failed before, under its idempotency key");
        saga.Reloaded();
        saga.State.KnownResultOf(Open(saga, 4)).ShouldBe(
            new Message.TaskDone(new(1, 0, 4), Json("1"), null), "also after a restart");
        saga.State.IsOwed.ShouldBeTrue();
        saga.Receives(Done(1, "late")).Drops("TaskDone: task 1 is not open");
    }

    [Fact]
    public void Another_input_is_another_call()
    {
        Instance saga = Given.Orchestration().Started().Asked(Activity(0, "Book"))
            .Receives(Failed(0)).Asked(Activity(1, "Cancel", "7")).Receives(Done(1, "1")).Ends(Throws())
            .Receives(Rewind()).Receives(Failed(0)).Asked(Activity(2, "Cancel", "8"));
        saga.Effects("run #2 Cancel");
        Key(saga, 2).ShouldBe(2);
    }

    [Fact]
    public void Open_timers_are_set_again_and_events_are_raised_again() =>
        Given.Orchestration().Started().Asked(Activity(0), Timer(1, 5000))
            .Receives(Failed(0)).Asked(CancelTimer(1)).Receives(Raise("Go", "1")).Ends(Throws())
            .Receives(Rewind())
            .Rows("update instance Running owed reopened", "history 1.0/3", "timer 5000")
            .Effects("run #0 Work again", "arm 5000")
            .Receives(Raise("Go", "2")).Feeds("EventRaised Go 1", "EventRaised Go 2").Asked()
            .Receives(Due(1)).Feeds("TimerFired #1");

    [Fact]
    public void Custom_status_tags_and_execution_id_stay_and_time_moves_on()
    {
        Instance hurt = Given.Orchestration().Started().Asked(Activity(0), Status("1"))
            .Receives(Failed(0)).Ends(Throws(), Status("2"));
        string execution = hurt.Reloaded().State.ExecutionId;
        hurt.Receives(Rewind());
        hurt.State.CustomStatus.ShouldBe(Json("2"));
        hurt.State.ExecutionId.ShouldBe(execution);
        hurt.Execution.ShouldBe(new ExecutionKey(1, 0));
        hurt.Turn.At.ShouldBe(1001, "no run of before has this time");
    }

    [Fact]
    public void An_exception_of_its_own_runs_the_last_turn_again() =>
        Given.Orchestration().Started().Asked(Activity(0)).Receives(Done(0, "1")).Ends(Throws(), Activity(1))
            .Receives(Rewind()).Events("ExecutionRewound turn 1 tasks 1-2 again []").Effects()
            .Receives().Feeds("TaskCompleted #0 1").Ends(Throws())
            .Receives(Rewind()).Events("ExecutionRewound turn 3 tasks 2-2 again []");

    [Fact]
    public void The_first_turn_can_be_rewound_too() =>
        Given.Orchestration().Started().Ends(Throws())
            .Receives(Rewind()).Events("ExecutionRewound turn 0 tasks 0-0 again []")
            .Rows("update instance Running owed reopened", "history 1.0/1")
            .Receives().Feeds("ExecutionStarted Hello").Asked(Activity(0)).Effects("run #0 Work");

    [Fact]
    public void What_the_engine_stopped_goes_on_where_it_was_stopped() =>
        Given.Orchestration().Started().Asked(Activity(0, "A")).Receives(Failed(0)).Asked(Activity(1, "B"))
            .Receives(Done(1, "1")).Concludes(Stops)
            .Receives(Rewind()).Events("ExecutionRewound turn 2 tasks 2-2 again []").Effects()
            .Receives().Feeds("TaskCompleted #1 1");

    [Fact]
    public void A_rewind_can_be_rewound()
    {
        Instance hurt = Given.Orchestration().Started().Asked(Activity(0, "A"), Activity(1, "B"))
            .Receives(Done(1, "1")).Asked(Activity(2, "C")).Receives(Failed(0)).Asked(Activity(3, "D"))
            .Receives(Done(3, "3")).Ends(Throws())
            .Receives(Rewind()).Effects("run #0 A again", "run #2 C again")
            .Receives(Done(0, "0")).Asked(Activity(4, "D")).Effects("return #4 3")
            .Receives(Failed(2)).Ends(Throws());

        hurt.Receives(Rewind()).Events("ExecutionRewound turn 6 tasks 5-5 again [2]")
            .Effects("run #2 C again", "return #4 3");
        RunsOf(hurt).Select(r => r.NextTask is { } next ? $"rewound to {next}" : $"turn {r.Turn}")
            .ShouldBe(["turn 0", "turn 1", "rewound to 4", "turn 5", "rewound to 5"]);
    }

    [Fact]
    public void A_terminate_right_behind_it_lets_go_of_everything_again() =>
        Given.Orchestration().Started().Asked(Activity(0), Timer(1, 5000)).Receives(Failed(0)).Ends(Throws())
            .Receives(Rewind(), Terminate("no"))
            .Events("ExecutionRewound turn 1 tasks 2-2 again [0]", "ExecutionTerminated no",
                "ExecutionCompleted Terminated \"no\"")
            .Rows("update instance Terminated ended 1001", "history 1.0/2")
            .Effects("cancel 1.0");

    [Fact]
    public void Only_what_has_failed_is_rewound()
    {
        Given.Waiting().Receives(Terminate()).Receives(Rewind().ByClient()).Effects("answer client WrongState");
        Given.Orchestration().Started().Asked(Activity(0)).Receives(Failed(0)).Ends(Throws())
            .Receives(Rewind().ByClient("a"), Rewind().ByClient("b"))
            .Effects("run #0 Work again", "answer a Accepted", "answer b WrongState");
    }

    private static List<RecordedRun> RunsOf(Instance i) => RecordedRun.Of(HistoryReader.ReadTurns(i.History));

    private static int Key(Instance i, int task) => ((HistoryEvent.TaskScheduled)Open(i, task)).FirstTask;

    private static HistoryEvent Open(Instance i, int task)
    {
        i.State.Open.TryGet(task, out HistoryEvent? opened).ShouldBeTrue();
        return opened!;
    }
}
