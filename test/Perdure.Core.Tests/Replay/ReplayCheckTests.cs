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
    public void Entities_count_exactly_and_operations_without_regard_to_case()
    {
        RecordedRun run = RunsOf(Given.Orchestration().Started().Asked(
            Call(0, "@a@k", "Add"), Signal(1, "@a@k", "add", due: 9000), Lock(2, "@a@k", "@b@k"), Unlock(2)))[0];
        OrchestratorAction[] same =
            [Call(0, "@a@k", "ADD", "1"), Signal(1, "@a@k", "Add"), Lock(2, "@a@k", "@b@k"), Unlock(2)];
        ReplayCheck.Compare(run, same, null).ShouldBeNull("case, inputs and due times do not count");
        Difference(0, Call(0, "@a@K", "add")).ShouldBe(("call 'Add' of '@a@k'", "call 'add' of '@a@K'"));
        Difference(0, Signal(0, "@a@k")).ShouldBe(("call 'Add' of '@a@k'", "signal 'add' of '@a@k'"));
        Difference(1, Signal(1, "@a@k", "get")).ShouldBe(("signal 'add' of '@a@k'", "signal 'get' of '@a@k'"));
        Difference(2, Lock(2, "@a@k")).ShouldBe(("lock of '@a@k', '@b@k'", "lock of '@a@k'"));
        Difference(3, Timer(3, 1)).ShouldBe(("release of locks", "timer"));

        (string?, string?) Difference(int position, OrchestratorAction instead)
        {
            ReplayDifference found = ReplayCheck.Compare(
                run, [.. same[..position], instead, .. same[(position + 1)..]], null).ShouldNotBeNull();
            found.Position.ShouldBe(position);
            return (found.Expected, found.Actual);
        }
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
