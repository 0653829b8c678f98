using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Tests.Support;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.History;

public class TurnEncoderTests
{
    [Fact]
    public void A_wide_turn_is_split_into_parts_and_joined_again()
    {
        Instance wide = Given.Orchestration(limits: new Limits { HistoryRowBytesMax = 300 }).Started()
            .Asked([.. Enumerable.Range(0, 20).Select(t => Activity(t, input: "\"some input\""))]);
        wide.Receives(Done(3)).Asked();

        IReadOnlyList<HistoryRow> rows = wide.History;
        rows.Count.ShouldBeGreaterThan(5);
        rows.ShouldAllBe(r => r.Events.Length < 400);
        rows.Select(r => r.Part).ShouldBe([.. Enumerable.Range(0, rows.Count - 1), 0]);
        List<StoredTurn> turns = HistoryReader.ReadTurns(rows);
        turns.Select(t => t.Number).ShouldBe([0, 1]);
        turns[0].Events.Select(Show.Event).ShouldBe(
            ["OrchestratorStarted", "ExecutionStarted Hello",
            .. Enumerable.Range(0, 20).Select(t => $"TaskScheduled #{t} Work \"some input\"")]);
    }

    [Fact]
    public void A_turn_can_be_encoded_again_after_its_commit_failed()
    {
        OrchestrationTurn turn = Given.Orchestration().Started().Asked(Activity(0), Activity(1), Activity(2)).Turn;
        using TurnEncoder encoder = new();
        encoder.Encode(turn, 100);
        string[] first = [.. Show.Rows(turn.Rows)];
        first.Length.ShouldBeGreaterThan(2);
        encoder.Encode(turn, 100);
        Show.Rows(turn.Rows).ShouldBe(first);
    }

    [Fact]
    public void A_turn_without_events_has_no_history_row()
    {
        Instance waiting = Given.Waiting().Receives(Done(9).AsRow(1)).Rows("delete message 1");
        waiting.Receives(Raise("a")).Asked().Rows("history 1.0/1");
    }
}
