using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

/// <summary>The 20 ms rule: what arrived becomes durable while the code still runs.</summary>
public class RecordAheadTests
{
    [Fact]
    public void A_start_becomes_durable_before_its_code_answers()
    {
        Instance slow = Given.Orchestration().Receives(Start("1").ByClient().AsRow(3));

        OrchestrationTurn ahead = slow.RecordsAhead();
        Show.Events(ahead).ShouldBe(["ExecutionStarted Hello 1"]);
        Show.Rows(ahead.Rows).ShouldBe(["insert instance 1 Pending owed", "history 1.0/0", "delete message 3"]);
        ahead.Effects.Select(Show.Effect).ShouldBe(["answer client Accepted"]);
        ahead.Taken.Count.ShouldBe(1);

        slow.Asked(Activity(0))
            .Events("OrchestratorStarted", "TaskScheduled #0 Work")
            .Rows("update instance Running", "history 1.0/1")
            .Effects("run #0 Work")
            .Turn.Taken.ShouldBeEmpty();
    }

    [Fact]
    public void Rows_and_answers_move_and_are_written_once()
    {
        Instance busy = Given.Waiting().At(5000)
            .Receives(Due(1), Start(parent: Code.Parent).AsRow(8), Raise("a").ByClient());

        Show.Rows(busy.RecordsAhead().Rows)
            .ShouldBe(["history 1.0/1", "message to parent-1", "delete message 8", "delete timer 5000"]);
        Show.Rows(busy.RecordsAhead().Rows).ShouldBe([]);

        busy.Ends(Returns("1"), Child(9))
            .Events("OrchestratorStarted", "SubOrchestrationInstanceCreated #9 Child child-9",
                "ExecutionCompleted Completed 1")
            .Rows("update instance Completed not owed ended 5000", "history 1.0/2", "message to child-9");
        busy.Turn.Effects.OfType<Effect.Deliver>().Single().RowOrdinal.ShouldBe(0);
    }

    [Fact]
    public void A_replacement_moves_with_its_start()
    {
        Instance again = Given.Orchestration().Started().Ends(Returns()).Receives(Start());
        Show.Rows(again.RecordsAhead().Rows)
            .ShouldBe(["delete instance 1", "insert instance 2 Pending owed", "history 2.0/0"]);
        again.Asked().Rows("update instance Running", "history 2.0/1");
    }

    [Fact]
    public void Code_that_then_does_not_run_writes_nothing_more()
    {
        Instance lost = Given.Orchestration().Receives(Start("1"));
        lost.RecordsAhead();
        lost.Concludes(CodeResult.NotRun.Instance).Rows().Effects()
            .Receives().Feeds("ExecutionStarted Hello 1").Asked();
    }

    [Fact]
    public void Code_that_then_continues_as_new_leaves_nothing_of_the_old_generation()
    {
        Instance loop = Given.Orchestration().Receives(Start("1"));
        loop.RecordsAhead();
        loop.Ends(ContinuesAsNew("2")).Rows("update instance Running generation 1", "sweep 1.0", "history 1.1/0");
    }

    [Fact]
    public void Terminate_overtakes_a_turn_that_was_recorded_ahead()
    {
        Instance slow = Given.Orchestration().Receives(Start("1"));
        slow.RecordsAhead();
        slow.Concludes(new CodeResult.Overtaken(new("enough")))
            .Events("ExecutionTerminated enough", "ExecutionCompleted Terminated \"enough\"")
            .Rows("update instance Terminated not owed ended 1000", "history 1.0/1");
    }
}
