using Perdure.Core.Circuits;
using Perdure.Core.History;

namespace Perdure.Core.Tests.Circuits;

/// <summary>What becomes of a circuit when it is told something.</summary>
public class CircuitCoreTests
{
    private static readonly CircuitRules s_auto = new() { Recovery = CircuitRecovery.Auto, SuccessesToClose = 2 };

    private readonly List<CircuitNotice> _notices = [];
    private CircuitState _state = new();
    private CircuitRules _rules = new();
    private long? _tickAt;
    private long _now = 1_000_000;
    private int _commands;

    [Fact]
    public void Hundred_failures_in_its_window_leave_it_closed_and_one_more_opens_it_once()
    {
        Fails(100);
        (_state.Status, _state.Epoch).ShouldBe((CircuitStatus.Closed, 0));
        Fails(1);
        (_state.Status, _state.Epoch, _state.Since).ShouldBe((CircuitStatus.Open, 1, _now));
        Fails(50);
        CircuitNotice notice = _notices.ShouldHaveSingleItem();
        (notice.Kind, notice.Epoch, notice.Failures).ShouldBe((CircuitNoticeKind.Opened, 1, 101));
        notice.Reason.ShouldBe("101 final failures in 30 s; more than 100 open it.");
        _state.Letters.Count.ShouldBe(151, "what fails on is kept as well");
        _state.Causes.Select(c => c.Count).ShouldBe([52, 50, 49]);
    }

    [Fact]
    public void Failures_leave_the_count_with_the_window()
    {
        for (int i = 0; i < 20; i++)
        {
            Fails(50);
            _now += 15_500;
        }
        _state.Status.ShouldBe(CircuitStatus.Closed);
        _state.Letters.Count.ShouldBe(100, "two of fifty are in the window when one is reported");
        _state.CountAt(_now + 60_000).ShouldBe(0);
    }

    [Fact]
    public void Opened_by_hand_it_stays_open_until_it_is_closed_by_hand()
    {
        _rules = s_auto;
        Orders(CircuitStatus.Open).ShouldBeNull();
        _tickAt.ShouldBeNull();
        Orders(CircuitStatus.Open).ShouldBe("it is Open already");
        Orders(CircuitStatus.Closed).ShouldBeNull();
        _state.Status.ShouldBe(CircuitStatus.Closed, "there was nothing to run again");
        _notices.Select(n => n.Kind).ShouldBe([CircuitNoticeKind.Opened, CircuitNoticeKind.Closed]);
        _state.Changes.Select(c => (c.From, c.To, c.By)).ShouldBe(
            [(CircuitStatus.Closed, CircuitStatus.Open, "ada"), (CircuitStatus.Open, CircuitStatus.Closed, "ada")]);
    }

    [Fact]
    public void With_manual_recovery_it_never_tries_by_itself()
    {
        Fails(101);
        (_state.Status, _state.ProbeAt, _tickAt).ShouldBe((CircuitStatus.Open, 0, null));
    }

    [Fact]
    public void What_tripped_it_runs_again_before_it_closes()
    {
        Fails(101);
        _now += 3_600_000;
        Orders(CircuitStatus.Closed).ShouldBeNull();
        (_state.Status, _state.IsRecovering, _state.Admits).ShouldBe((CircuitStatus.HalfOpen, true, false));
        CircuitNotice notice = _notices[^1];
        (notice.Kind, notice.Letters.Count).ShouldBe((CircuitNoticeKind.Recover, 101));
        Wants(3);
        _state.Probe.ShouldBeNull("nobody runs anything else meanwhile");
        Take(CircuitCore.Recover(_state, new CircuitRecovered(7, 0), _now));
        _state.IsRecovering.ShouldBeTrue("that was another opening");
        Take(CircuitCore.Recover(_state, new CircuitRecovered(1, 3), _now));
        (_state.Status, _state.Letters.Count, _state.CountAt(_now)).ShouldBe((CircuitStatus.Closed, 0, 0));
        _notices[^1].Kind.ShouldBe(CircuitNoticeKind.Closed);
    }

    [Fact]
    public void When_too_much_of_it_fails_again_it_opens_again()
    {
        Fails(150);
        Orders(CircuitStatus.Closed);
        Take(CircuitCore.Recover(_state, new CircuitRecovered(1, 120), _now));
        (_state.Status, _state.Epoch).ShouldBe((CircuitStatus.Open, 2));
    }

    [Fact]
    public void An_operator_need_not_wait_for_what_runs_again()
    {
        Fails(101);
        Orders(CircuitStatus.Closed);
        Orders(CircuitStatus.Closed).ShouldBeNull();
        _state.Status.ShouldBe(CircuitStatus.Closed);
    }

    [Fact]
    public void By_itself_it_tries_one_event_after_the_other_and_closes()
    {
        _rules = s_auto with { RecoversTrip = false };
        Fails(101);
        _now = _tickAt!.Value - 1;
        Ticks();
        _state.Status.ShouldBe(CircuitStatus.Open);
        _now++;
        Ticks();
        _state.Status.ShouldBe(CircuitStatus.HalfOpen);
        Wants(3);
        Wants(5);
        Wants(3);
        _state.Probe!.Partition.ShouldBe(3);
        _state.Wants.ShouldBe([5]);
        long token = _state.Probe.Token;
        Probed(token, true);
        (_state.Probe!.Partition, _state.Successes).ShouldBe((5, 1));
        Probed(token, true);
        _state.Successes.ShouldBe(1, "that right was used up");
        Probed(_state.Probe.Token, null);
        (_state.Successes, _state.Probe).ShouldBe((1, null), "a bad event says nothing");
        Wants(5);
        Probed(_state.Probe!.Token, true);
        (_state.Status, _state.Reopens).ShouldBe((CircuitStatus.Closed, 0));
        _state.ShareAt(_now).ShouldBe(0.1);
        _state.ShareAt(_now + 30_000).ShouldBe(0.55, 0.001);
        _state.ShareAt(_now + 60_000).ShouldBe(1);
    }

    [Fact]
    public void What_was_put_aside_is_tried_when_nothing_else_comes()
    {
        _rules = s_auto;
        Fails(101);
        HalfOpen();
        CircuitNotice notice = _notices[^1];
        (notice.Kind, notice.IsProbe, _state.Trying?.Key, _state.Letters.Count)
            .ShouldBe((CircuitNoticeKind.Recover, true, "0-0", 100));
        notice.Letters.ShouldBe(["0-0"]);
        Tried(failed: 0, ran: 1);
        (_state.Successes, _notices[^1].Letters[0]).ShouldBe((1, "0-3"), "the next that failed as most did");
        Tried(failed: 0, ran: 0);
        (_state.Successes, _notices[^1].Letters[0]).ShouldBe((1, "0-6"), "it went back to its queue, and may have run");
        Wants(2);
        Probed(_state.Probe!.Token, true);
        (_state.Status, _state.IsRecovering).ShouldBe((CircuitStatus.HalfOpen, true));
        _notices[^1].Letters.Count.ShouldBe(99, "with the one that is being tried");
    }

    [Fact]
    public void When_what_was_put_aside_fails_again_it_opens_again()
    {
        _rules = s_auto;
        Fails(101);
        HalfOpen();
        Tried(failed: 1, ran: 1);
        (_state.Status, _state.Epoch, _state.Letters.Count).ShouldBe((CircuitStatus.Open, 2, 101));
        HalfOpen();
        _notices[^1].Letters.ShouldBe(["0-0"], "it is the oldest");
    }

    [Fact]
    public void Events_that_were_put_aside_are_tried_before_those_that_came_later()
    {
        _rules = s_auto;
        Fails(2, inPlace: true);
        Fails(101);
        HalfOpen();
        Wants(2);
        (_state.Probe, _state.Wants.Count).ShouldBe((null, 1));
        Tried(failed: 0, ran: 1);
        _state.Probe.ShouldBeNull("there is one more");
        Tried(failed: 0, ran: 1);
        _state.IsRecovering.ShouldBeTrue();
    }

    [Fact]
    public void The_right_of_a_probe_that_died_goes_to_the_next()
    {
        _rules = s_auto;
        Fails(101);
        HalfOpen();
        Wants(3);
        Wants(4);
        _now = _tickAt!.Value;
        Ticks();
        _state.Probe!.Partition.ShouldBe(4);
        long version = _state.Version;
        _now = _tickAt!.Value;
        Ticks();
        _state.Probe.ShouldBeNull();
        _state.Version.ShouldBeGreaterThan(version, "so that all partitions ask anew");
        Wants(3);
        _state.Probe!.Partition.ShouldBe(3);
    }

    [Fact]
    public void After_each_vain_attempt_it_waits_twice_as_long_and_then_for_an_operator()
    {
        _rules = s_auto;
        Fails(101);
        List<double> breaks = [];
        for (int i = 0; i <= _rules.ReopensMax; i++)
        {
            breaks.Add((_state.ProbeAt - _state.Since) / 60_000.0);
            HalfOpen();
            Wants(1);
            Probed(_state.Probe!.Token, false);
            _state.Status.ShouldBe(CircuitStatus.Open);
        }
        for (int i = 0; i < breaks.Count; i++)
            breaks[i].ShouldBe(Math.Min(15, Math.Pow(2, i)), Math.Min(15, Math.Pow(2, i)) * 0.11);
        _state.ProbeAt.ShouldBe(0);
        _notices.Select(n => n.Kind).Where(k => k != CircuitNoticeKind.Recover).ShouldBe(
            [.. Enumerable.Repeat(CircuitNoticeKind.Opened, _rules.ReopensMax + 1), CircuitNoticeKind.GaveUp]);
        _notices.Select(n => n.Id).ShouldBeUnique();
    }

    [Fact]
    public void A_function_opens_it_and_says_for_how_long()
    {
        Take(CircuitCore.Fail(
            _state, new CircuitFailures(_rules, []) { Opens = "The service is away.", RetryAfter = 5_000 }, _now));
        (_state.Status, _state.Reason, _state.ProbeAt).ShouldBe(
            (CircuitStatus.Open, "The service is away.", _now + 5_000));
        _tickAt.ShouldBe(_now + 5_000);
    }

    [Fact]
    public void What_failed_before_it_opened_and_is_heard_of_afterwards_runs_again_and_counts_for_nothing()
    {
        Fails(101);
        Orders(CircuitStatus.Closed).ShouldBeNull();
        _state.IsRecovering.ShouldBeTrue();
        _notices.Clear();
        Fails(101, version: 0);
        (_state.Status, _state.IsRecovering, _state.Epoch).ShouldBe((CircuitStatus.HalfOpen, true, 1));
        _notices.ShouldBeEmpty("it does not overtake what runs again");
        _state.Late.Count.ShouldBe(101);

        Take(CircuitCore.Recover(_state, new CircuitRecovered(1, 0), _now));
        _state.Late.ShouldBeEmpty();
        _notices.Select(n => (n.Kind, n.IsLate, n.Letters.Count))
            .ShouldBe([(CircuitNoticeKind.Closed, false, 0), (CircuitNoticeKind.Recover, true, 101)]);
        _notices.Clear();
        Fails(101, version: 0);
        _notices.ShouldAllBe(n => n.Kind == CircuitNoticeKind.Recover && n.IsLate && n.Letters.Count == 1);
        _notices.Count.ShouldBe(101);
        (_state.Status, _state.CountAt(_now)).ShouldBe((CircuitStatus.Closed, 0));
        _notices.Clear();
        Fails(101);
        (_state.Status, _state.Epoch).ShouldBe((CircuitStatus.Open, 2));
        _notices.ShouldHaveSingleItem().Kind.ShouldBe(CircuitNoticeKind.Opened);
    }

    [Fact]
    public void What_is_heard_of_late_is_tried_next_time_when_the_rest_fails_again()
    {
        Fails(150);
        Orders(CircuitStatus.Closed).ShouldBeNull();
        (_notices[^1].Since, _notices[^1].Letters.Count).ShouldBe((_now, 150));
        Fails(1, version: 0);
        Take(CircuitCore.Recover(_state, new CircuitRecovered(1, 120), _now));
        (_state.Status, _state.Late.Count, _state.Letters.Count).ShouldBe((CircuitStatus.Open, 0, 1));
    }

    [Fact]
    public void What_was_put_aside_before_and_is_heard_of_while_it_is_half_open_is_tried()
    {
        _rules = s_auto;
        Take(CircuitCore.Fail(_state, new CircuitFailures(_rules, []) { Opens = "The service is away." }, _now));
        HalfOpen();
        (_state.Trying, _state.Letters.Count).ShouldBe((null, 0), "there is nothing to try");
        _notices.Clear();
        Fails(1, version: 0);
        _state.Trying?.Key.ShouldBe("0-0", "nothing else may ever come");
        CircuitNotice notice = _notices.ShouldHaveSingleItem();
        (notice.Kind, notice.IsProbe, notice.IsLate).ShouldBe((CircuitNoticeKind.Recover, true, false));
        Tried(failed: 0, ran: 1);
        (_state.Status, _state.Successes).ShouldBe((CircuitStatus.HalfOpen, 1));
    }

    [Fact]
    public void Monitored_it_counts_and_never_opens()
    {
        Orders(CircuitStatus.Monitor).ShouldBeNull();
        Fails(1_000);
        (_state.Status, _state.CountAt(_now), _state.Admits).ShouldBe((CircuitStatus.Monitor, 1_000, true));
        _notices.ShouldBeEmpty();
    }

    [Fact]
    public void Isolated_it_stays_so_whatever_happens()
    {
        Orders(CircuitStatus.Isolated).ShouldBeNull();
        Fails(1_000);
        Ticks();
        (_state.Status, _state.Epoch).ShouldBe((CircuitStatus.Isolated, 0));
        _notices.ShouldBeEmpty();
    }

    [Fact]
    public void A_command_for_an_opening_that_is_over_is_refused_and_changes_nothing()
    {
        Fails(101);
        Orders(CircuitStatus.HalfOpen, epoch: 2).ShouldBe(
            "it speaks of opening 2; the last one is 1, and it is Open");
        Orders(CircuitStatus.HalfOpen, epoch: 1).ShouldBeNull();
        Orders(CircuitStatus.HalfOpen, epoch: 1).ShouldBe("that opening (1) is over: it is HalfOpen");
        Orders(CircuitStatus.Closed).ShouldBeNull();
        Orders(CircuitStatus.HalfOpen).ShouldNotBeNull();
    }

    [Fact]
    public void Its_state_survives_as_JSON_and_so_does_one_of_an_earlier_version()
    {
        _rules = s_auto with { Failures = 0, RecoversTrip = false };
        Fails(3);
        HalfOpen();
        Wants(3);
        CircuitState read = CircuitJson.State(CircuitJson.Write(_state));
        CircuitJson.Write(read).ToString().ShouldBe(CircuitJson.Write(_state).ToString());
        (read.Rules, read.Probe).ShouldBe((_rules, _state.Probe));
        CircuitState early = CircuitJson.State(Payload.Of("""{"status":"Open","epoch":4,"rules":{"failures":7}}"""));
        (early.Status, early.Epoch, early.Rules.Failures).ShouldBe((CircuitStatus.Open, 4, 7));
        early.Letters.ShouldBeEmpty();
        (early.Rules.Window, early.Rules.RecoversTrip).ShouldBe((30_000, true));
    }

    /// <param name="count">How many.</param>
    /// <param name="inPlace">Whether they run again where they are.</param>
    /// <param name="version">What is known where they fail; the last by default.</param>
    private void Fails(int count, bool inPlace = false, long? version = null)
    {
        for (int i = 0; i < count; i++)
        {
            CircuitFailure failure = new("Pay", $"f{i % 3}", "Broken: no", $"{(inPlace ? 1 : 0)}-{i}")
            {
                InPlace = inPlace,
            };
            Take(CircuitCore.Fail(_state, new CircuitFailures(_rules, [failure])
            {
                Version = version ?? _state.Version,
            }, _now));
        }
    }

    private void HalfOpen()
    {
        _now = _state.ProbeAt;
        Ticks();
        _state.Status.ShouldBe(CircuitStatus.HalfOpen);
    }

    private void Ticks() => Take(CircuitCore.Tick(_state, new CircuitTick(_state.Version), _now));

    private void Tried(int failed, int ran) => Take(CircuitCore.Recover(
        _state, new CircuitRecovered(_state.Epoch, failed) { IsProbe = true, Ran = ran }, _now));

    private void Wants(int partition) =>
        Take(CircuitCore.Want(_state, new CircuitWants(partition, _state.Version), _now));

    private void Probed(long token, bool? ok) =>
        Take(CircuitCore.Probe(_state, new CircuitProbed(token, ok, "no"), _now));

    /// <summary>Why it is refused.</summary>
    private string? Orders(CircuitStatus to, long? epoch = null)
    {
        string id = $"c{++_commands}";
        CircuitCommand command = new(id, to, "ada", null) { Epoch = epoch, Rules = _rules };
        Take(CircuitCore.Command(_state, command, _now));
        return _state.Answers.Single(a => a.Command == id).Refusal;
    }

    private void Take(CircuitTurn turn)
    {
        if (turn.State.Version < _state.Version)
            throw new InvalidOperationException("A version went back.");
        _state = turn.State;
        _notices.AddRange(turn.Notices.Select(n => n with { Circuit = "pay" }));
        _tickAt = turn.TickAt ?? _tickAt;
    }
}
