using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

/// <summary>Times are milliseconds since 1970: 1000 is a second after it.</summary>
public sealed class WaitReasonTests
{
    private static readonly CodeInsight s_known =
        new(null, _ => true, [], new Dictionary<string, string>(), null);

    [Fact]
    public void Every_kind_of_open_task_is_named_with_its_time() =>
        Why(Given.Waiting()).ShouldBe(
            "It waits for the activity 'Work' since 1970-01-01 00:00:01Z, a timer due at 1970-01-01 00:00:05Z, "
            + "the sub-orchestration 'Child' with the id 'child-2' since 1970-01-01 00:00:01Z.");

    [Fact]
    public void A_retry_tells_its_attempt_and_the_time_of_that_attempt() =>
        Why(Given.Orchestration().Started().Asked(Activity(0)).At(7000).Receives(Failed(0))
                .Asked(Activity(1, attempt: 2, first: 0)))
            .ShouldBe("It waits for attempt 2 of the activity 'Work' since 1970-01-01 00:00:07Z.");

    [Fact]
    public void Events_are_named_in_order() =>
        Why(Given.Orchestration().Started().Asked(), s_known with { Events = ["stop", "go"] })
            .ShouldBe("It waits for the event 'go', the event 'stop'.");

    [Fact]
    public void A_call_of_an_entity_is_named_and_so_is_whoever_has_locked_it() =>
        Why(Given.Orchestration().Started().Asked(new OrchestratorAction.CallEntity(0, "@account@a", "Get", default)),
                s_known with { LockedBy = new Dictionary<string, string> { ["@account@a"] = "other" } })
            .ShouldBe("It waits for the operation 'Get' of the entity '@account@a' since 1970-01-01 00:00:01Z, which "
                + "'other' has locked.");

    [Fact]
    public void The_lock_that_is_waited_for_is_the_one_that_has_not_been_granted()
    {
        Instance locking = Given.Orchestration().Started()
            .Asked(new OrchestratorAction.LockEntities(0, ["@account@a", "@account@b"]));
        Why(locking).ShouldBe("It waits for the lock of the entity '@account@a' since 1970-01-01 00:00:01Z.");
        locking.Receives(new Arrival(i => new Message.LockGranted(new(i.Execution.Key, 0, 0), "@account@a")));
        Why(locking, s_known with { LockedBy = new Dictionary<string, string> { ["@account@b"] = "other" } })
            .ShouldBe("It waits for the lock of the entity '@account@b' since 1970-01-01 00:00:01Z, which 'other' has "
                + "locked.");
    }

    [Fact]
    public void Many_are_counted() =>
        Why(Given.Orchestration().Started().Asked([.. Enumerable.Range(0, 9).Select(i => Timer(i, 2000))]))
            .ShouldEndWith("a timer due at 1970-01-01 00:00:02Z and 4 more.");

    [Fact]
    public void An_activity_that_this_program_does_not_have_is_said_to_be_missing() =>
        Why(Given.Orchestration().Started().Asked(Activity(0)), s_known with { HasActivity = _ => false })
            .ShouldBe("It waits for the activity 'Work' since 1970-01-01 00:00:01Z, which no program of the hub runs.");

    [Fact]
    public void A_missing_orchestrator_is_said_to_be_missing() =>
        Why(Given.Waiting(), s_known with { Missing = "Nobody has its code." }).ShouldBe("Nobody has its code.");

    [Theory]
    [InlineData("lunch", null, "It is suspended since 1970-01-01 00:00:03Z (lunch). Resume it to let it go on.")]
    [InlineData(null, null, "It is suspended since 1970-01-01 00:00:03Z. Resume it to let it go on.")]
    [InlineData(
        "lunch", "Ada", "It is suspended by 'Ada' since 1970-01-01 00:00:03Z (lunch). Resume it to let it go on.")]
    [InlineData(null, "Ada", "It is suspended by 'Ada' since 1970-01-01 00:00:03Z. Resume it to let it go on.")]
    public void A_suspended_instance_tells_by_whom_since_when_and_why(string? reason, string? by, string expected)
    {
        Instance instance = Given.Waiting().At(3000).Receives(Suspend(reason, by));
        Why(instance).ShouldBe(expected);
        Why(instance.Reloaded()).ShouldBe(expected);
    }

    [Fact]
    public void Only_the_last_suspension_tells_by_whom() =>
        Why(Given.Waiting().At(3000).Receives(Suspend("lunch", "Ada")).Receives(Resume()).Receives(Suspend()))
            .ShouldBe("It is suspended since 1970-01-01 00:00:03Z. Resume it to let it go on.");

    [Fact]
    public void A_parked_instance_tells_what_parked_it() =>
        Why(Given.Waiting().Receives(Raise("a")).Concludes(Parks))
            .ShouldBe("It is parked: Perdure.Test: It must not go on. Resume it when the cause is mended.");

    [Fact]
    public void A_delayed_start_tells_its_time() =>
        Why(Given.Orchestration().Receives(Start(at: 90_000))).ShouldBe("It starts at 1970-01-01 00:01:30Z.");

    [Fact]
    public void Input_that_no_code_has_seen_is_not_a_wait() =>
        Why(Given.Waiting().At(4000).Receives(Suspend()).Receives(Raise("a")).Receives(Resume())
            .Concludes(CodeResult.NotRun.Instance))
            .ShouldBe("It goes on now: its code has yet to see what arrived at 1970-01-01 00:00:04Z.");

    [Fact]
    public void Code_that_does_not_replay_is_told() =>
        Why(Given.Waiting(), s_known with { Problem = "both sides." })
            .ShouldBe("Its code does not replay: both sides.");

    [Fact]
    public void Code_that_waits_for_nothing_known_is_told() =>
        Why(Given.Orchestration().Started().Asked())
            .ShouldBe("It waits for nothing that is known: its code runs, or awaits what no durable function made.");

    [Fact]
    public void What_has_ended_waits_for_nothing() =>
        Why(Given.Orchestration().Started().Ends(Returns())).ShouldBeNull();

    /// <summary>From what the disk holds, as a client asks.</summary>
    private static string? Why(Instance instance, CodeInsight? code = null)
    {
        List<StoredTurn> turns = HistoryReader.ReadTurns(instance.History);
        return WaitReason.Of(OrchestrationState.Load(instance.Row!, turns), turns, code ?? s_known);
    }
}
