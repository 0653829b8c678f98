using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Tests.Support;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Replay;

public class ReplayCheckTests
{
    private static readonly OrchestratorAction[] Asked =
        [Activity(0, "SayHello"), Timer(1, 5000), Child(2, "Ship"), CancelTimer(1), Status("1")];

    [Fact]
    public void The_same_again_is_no_difference()
    {
        Compare(Asked).ShouldBeNull();
        Compare([Activity(0, "SAYHELLO", input: "\"other\""), Timer(1, 6000), Child(2, "ship", id: "other"),
            CancelTimer(1)])
            .ShouldBeNull("case, inputs, due times, ids and custom status do not count");
    }

    [Fact]
    public void Each_kind_of_difference_is_seen_where_it_is()
    {
        Compare([Activity(0, "SayGoodbye"), .. Asked[1..]])
            .ShouldBe(new ReplayDifference(0, 0, "activity 'SayHello'", "activity 'SayGoodbye'"));
        Compare([Asked[0], Child(1, "Ship"), .. Asked[2..]])
            .ShouldBe(new ReplayDifference(0, 1, "timer", "sub-orchestration 'Ship'"));
        Compare([Asked[0], Asked[1], Activity(2, "Ship"), Asked[3]])
            .ShouldBe(new ReplayDifference(0, 2, "sub-orchestration 'Ship'", "activity 'Ship'"));
        Compare(Asked[..3]).ShouldBe(new ReplayDifference(0, 3, "cancelled timer", null));
        Compare([.. Asked, Activity(3, "More")]).ShouldBe(new ReplayDifference(0, 4, null, "activity 'More'"));
        Compare(Asked, Returns()).ShouldBe(new ReplayDifference(0, 4, null, "end"));
        Compare([]).ShouldBe(new ReplayDifference(0, 0, "activity 'SayHello'", null));
    }

    [Fact]
    public void Calls_signals_and_locks_of_entities_are_compared_with_their_entities()
    {
        RecordedRun run = new(0, 1000, [],
        [
            new HistoryEvent.EntityOperationCalled(0, "@a@1", "get", default),
            new HistoryEvent.EntityOperationSignaled(1, "@a@2", "add", default),
            new HistoryEvent.EntityLockRequested(2, ["@a@1", "@a@2"]), new HistoryEvent.EntityUnlockSent(2),
        ]);
        OrchestratorAction[] same =
        [
            new OrchestratorAction.CallEntity(0, "@a@1", "GET", Json("1")),
            new OrchestratorAction.SignalEntity(1, "@a@2", "add", Json("2"), 5000),
            new OrchestratorAction.LockEntities(2, ["@a@1", "@a@2"]), new OrchestratorAction.ReleaseLocks(2),
        ];
        (OrchestratorAction Other, string Expected, string Actual)[] others =
        [
            (new OrchestratorAction.CallEntity(0, "@a@3", "get", default), "call 'get' of '@a@1'",
                "call 'get' of '@a@3'"),
            (new OrchestratorAction.CallEntity(1, "@a@2", "add", default), "signal 'add' of '@a@2'",
                "call 'add' of '@a@2'"),
            (new OrchestratorAction.LockEntities(2, ["@a@1"]), "lock of '@a@1', '@a@2'", "lock of '@a@1'"),
            (Timer(3, 1000), "release of locks", "timer"),
        ];

        ReplayCheck.Compare(run, same, null).ShouldBeNull("case, inputs and due times do not count");
        for (int i = 0; i < others.Length; i++)
        {
            OrchestratorAction[] changed = [.. same];
            changed[i] = others[i].Other;
            ReplayCheck.Compare(run, changed, null)
                .ShouldBe(new ReplayDifference(0, i, others[i].Expected, others[i].Actual));
        }
    }

    [Fact]
    public void What_the_code_asks_of_entities_stands_in_its_recorded_runs()
    {
        HistoryEvent[] asked =
        [
            new HistoryEvent.EntityOperationCalled(0, "@a@1", "get", default),
            new HistoryEvent.EntityOperationSignaled(1, "@a@2", "add", default),
            new HistoryEvent.EntityLockRequested(2, ["@a@1"]), new HistoryEvent.EntityUnlockSent(2),
        ];
        RecordedRun.Of([new StoredTurn(0, 1000, [new HistoryEvent.OrchestratorStarted(1000), .. asked])])
            .ShouldHaveSingleItem().Asked.ShouldBe(asked);
    }

    [Fact]
    public void An_end_that_does_not_come_again_is_seen()
    {
        RecordedRun run = RunsOf(Given.Orchestration().Started().Ends(Returns("1"))).ShouldHaveSingleItem();
        ReplayCheck.Compare(run, [], Returns("1")).ShouldBeNull();
        ReplayCheck.Compare(run, [], null).ShouldBe(new ReplayDifference(0, 0, "end", null));
    }

    [Fact]
    public void The_message_shows_both_sides_and_what_to_do()
    {
        string text = Compare([Activity(0, "SayGoodbye")])!.Describe("Hello", "order-1");
        foreach (string part
            in (string[])["'Hello'", "'order-1'", "turn 0", "position 0", "activity 'SayHello'",
            "activity 'SayGoodbye'", "version"])
            text.ShouldContain(part);
        Compare(Asked[..3])!.Describe("Hello", "order-1")
            .ShouldContain("holds cancelled timer but the code now asks for nothing more");
    }

    [Fact]
    public void Runs_are_fed_what_was_recorded_before_them()
    {
        Instance hello = Given.Waiting()
            .Receives(Suspend(), Raise("a")).Receives(Done(0, "1"))
            .At(2000).Receives(Resume(), Raise("b")).Asked(Activity(3))
            .Receives(Raise("c")).Concludes(CodeResult.NotRun.Instance);

        List<RecordedRun> runs = RunsOf(hello);
        runs.Count.ShouldBe(2);
        runs[1].Turn.ShouldBe(3);
        runs[1].At.ShouldBe(2000);
        runs[1].Fed.Select(Show.Event).ShouldBe(["EventRaised a", "TaskCompleted #0 1", "EventRaised b"]);
        runs[1].Asked.Select(Show.Event).ShouldBe(["TaskScheduled #3 Work"]);
    }

    [Fact]
    public void A_terminate_is_not_something_that_the_code_asked_for() =>
        RunsOf(Given.Waiting().Receives(Raise("a"), Terminate())).ShouldHaveSingleItem().Turn.ShouldBe(0);

    private static ReplayDifference? Compare(OrchestratorAction[] actions, Completion? completion = null) =>
        ReplayCheck.Compare(RunsOf(Given.Orchestration().Started().Asked(Asked))[0], actions, completion);

    private static List<RecordedRun> RunsOf(Instance i) => RecordedRun.Of(HistoryReader.ReadTurns(i.History));
}
