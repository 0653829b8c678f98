using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;

namespace Perdure.Core.Tests.History;

public class RewindsTests
{
    private static readonly HistoryEvent Mark = new HistoryEvent.OrchestratorStarted(1000);
    private static readonly HistoryEvent Start =
        new HistoryEvent.ExecutionStarted { Name = "Hello", ExecutionId = "feed" };
    private static readonly HistoryEvent Lock = new HistoryEvent.EntityLockRequested(0, ["@a@1", "@b@1"]);
    private static readonly HistoryEvent Unlock = new HistoryEvent.EntityUnlockSent(0);
    private static readonly HistoryEvent Work = new HistoryEvent.TaskScheduled(1, "Work", default);
    private static readonly HistoryEvent Failure = new HistoryEvent.TaskFailed(1, Arrival.Failure);
    private static readonly HistoryEvent Call = new HistoryEvent.EntityOperationCalled(2, "@a@1", "get", default);
    private static readonly HistoryEvent Answer = new HistoryEvent.EntityOperationCompleted(2, default);
    private static readonly HistoryEvent End =
        new HistoryEvent.ExecutionCompleted(InstanceStatus.Failed, default, Arrival.Failure);

    public static TheoryData<string, bool> Sections => new()
    {
        { "lock, work fails in it", false },
        { "lock, unlock, work fails behind it", true },
        { "work fails, then lock", true },
        { "work fails beside a lock that is left later", false },
        { "work fails beside an open call", false },
        { "work fails behind an answered call", true },
    };

    [Theory, MemberData(nameof(Sections))]
    public void Nothing_goes_back_to_where_it_relies_on_entities(string life, bool can)
    {
        List<HistoryEvent>[] turns = life switch
        {
            "lock, work fails in it" => [[Mark, Start, Lock, Work], [Mark, Failure, End]],
            "lock, unlock, work fails behind it" => [[Mark, Start, Lock, Unlock, Work], [Mark, Failure, End]],
            "work fails, then lock" => [[Mark, Start, Work], [Mark, Failure, Lock, End]],
            "work fails beside a lock that is left later" =>
                [[Mark, Start, Lock, Work], [Mark, Failure, Unlock], [Mark, End]],
            "work fails beside an open call" => [[Mark, Start, Work, Call], [Mark, Failure, End]],
            _ => [[Mark, Start, Call, Work], [Mark, Answer], [Mark, Failure, End]],
        };
        InstanceRow row = new()
        {
            Partition = 0, Key = 1, Id = "order-1", Name = "Hello", Status = InstanceStatus.Failed, Created = 0,
            Ended = 1000,
        };
        StoredTurn[] stored = [.. turns.Select((events, number) => new StoredTurn(number, 1000, events))];
        OrchestrationCore core = new(Limits.Default, 4, Given.Orchestration(), Given.Orchestration());

        OrchestrationTurn turn = core.Receive(
            OrchestrationState.Load(row, stored), [new Message.Rewind("why") { Ticket = "client" }], 2000);

        turn.Effects.OfType<Effect.Answer>().Single().Outcome
            .ShouldBe(can ? RequestOutcome.Accepted : RequestOutcome.BoundToEntities);
        turn.HasEvents.ShouldBe(can);
    }

    [Fact]
    public void What_no_rewind_has_made_void_is_the_history_itself()
    {
        StoredTurn[] turns = [new(0, 1000, [Mark, Start, Work])];
        Rewinds.Lived(turns).ShouldBeSameAs(turns);
    }

    [Fact]
    public void Void_is_what_the_code_did_and_learned_behind_the_point()
    {
        StoredTurn[] turns =
        [
            new(0, 1000, [Mark, Start, Work]), new(1, 1000, [Failure]),
            new(2, 1000, [Mark, new HistoryEvent.TaskScheduled(2, "More", default)]),
            new(3, 1000, [new HistoryEvent.TaskCompleted(2, default), new HistoryEvent.EventRaised("Go", default)]),
            new(4, 1000, [Mark, End]), new(5, 1000, [new HistoryEvent.ExecutionRewound(null, 2, 2, 3, [1])]),
        ];
        Show.Event(Rewinds.Plan(turns[..5], null)).ShouldBe(Show.Event(turns[5].Events[0]));
        Rewinds.Lived(turns).Select(t => string.Join(", ", t.Events.Select(Show.Event))).ShouldBe(
            ["OrchestratorStarted, ExecutionStarted Hello, TaskScheduled #1 Work", "", "", "EventRaised Go", "",
                "ExecutionRewound turn 2 tasks 2-3 again [1]"]);
    }
}
