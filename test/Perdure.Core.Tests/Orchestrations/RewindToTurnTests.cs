using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

/// <summary>A turn is chosen: what was before is kept, what comes behind it is done anew.</summary>
public class RewindToTurnTests
{
    /// <summary>Three activities, one behind the other.</summary>
    private static Instance Completed() => Given.Orchestration().Started().Asked(Activity(0, "A"))
        .Receives(Done(0, "1")).Asked(Activity(1, "B"))
        .Receives(Done(1, "2")).Asked(Activity(2, "C"))
        .Receives(Done(2, "3")).Ends(Returns("3"));

    [Fact]
    public void What_had_completed_goes_on_from_a_turn_and_asks_anew()
    {
        Instance again = Completed();

        again.Receives(Rewind("wrong", turn: 1).ByClient())
            .Decides(TurnDecision.Record)
            .Events("ExecutionRewound wrong turn 1 tasks 1-3 again [] anew")
            .Rows("update instance Running owed reopened", "history 1.0/4")
            .Effects("answer client Accepted");
        again.Receives().Feeds("TaskCompleted #0 1").Asked(Activity(3, "B"))
            .Events("OrchestratorStarted", "TaskScheduled #3 B")
            .Effects("run #3 B");
        again.Receives(Done(3, "20")).Asked(Activity(4, "C")).Receives(Done(4, "30")).Ends(Returns("30"))
            .Rows("update instance Completed not owed ended 1001", "history 1.0/7");
    }

    [Fact]
    public void The_first_turn_does_everything_anew()
    {
        Instance again = Completed();

        again.Receives(Rewind(turn: 0)).Events("ExecutionRewound turn 0 tasks 0-3 again [] anew");
        again.Receives().Feeds("ExecutionStarted Hello").Asked(Activity(3, "A"))
            .Events("OrchestratorStarted", "TaskScheduled #3 A").Effects("run #3 A");
    }

    [Fact]
    public void Late_answers_of_what_is_void_are_dropped()
    {
        Instance again = Completed();
        again.Receives(Rewind(turn: 1)).Receives().Asked(Activity(3, "B"));

        again.Receives(Done(1, "9"), Done(2, "9")).Decides(TurnDecision.Nothing);
        again.Turn.Dropped!.Count.ShouldBe(2);
    }

    [Fact]
    public void A_call_that_failed_before_the_turn_runs_again() =>
        Given.Orchestration().Started().Asked(Activity(0, "A"), Activity(1, "B"))
            .Receives(Failed(0)).Asked(Activity(2, "Undo"))
            .Receives(Done(1, "1"), Done(2, "2")).Ends(Returns())
            .Receives(Rewind(turn: 1)).Events("ExecutionRewound turn 1 tasks 2-3 again [0] anew")
            .Effects("run #0 A again");

    [Fact]
    public void What_was_terminated_goes_on_too() =>
        Given.Orchestration().Started().Asked(Activity(0, "A")).Receives(Done(0, "1")).Asked(Activity(1, "B"))
            .Receives(Terminate())
            .Receives(Rewind(turn: 1).ByClient()).Events("ExecutionRewound turn 1 tasks 1-2 again [] anew")
            .Effects("answer client Accepted");

    [Fact]
    public void Only_what_has_ended_and_only_to_a_turn_in_which_the_code_ran()
    {
        Given.Waiting().Receives(Rewind(turn: 0).ByClient()).Effects("answer client WrongState");
        Completed().Receives(Rewind(turn: 4).ByClient()).Effects("answer client NoSuchTurn");
        Completed().Receives(Rewind(turn: -1).ByClient()).Effects("answer client NoSuchTurn");
    }

    [Fact]
    public void A_rewind_behind_it_knows_nothing_of_what_is_void_for_good()
    {
        Instance again = Completed();
        again.Receives(Rewind(turn: 1)).Receives().Asked(Activity(3, "B")).Receives(Failed(3)).Ends(Throws());

        again.Receives(Rewind()).Events("ExecutionRewound turn 6 tasks 4-4 again [3]").Effects("run #3 B again");
    }
}
