using System.Diagnostics;

namespace Perdure.Core.Circuits;

/// <summary>
/// What becomes of a circuit when it is told something. It knows no other time than that of its turn, so the clocks of
/// those who report do not matter.
/// </summary>
internal static class CircuitCore
{
    /// <summary>How long the right to run one event lasts; whoever has it may have died.</summary>
    public const long ProbeLease = 30_000;

    private const int CausesMax = 20, LettersMax = 1_000, ChangesMax = 20, AnswersMax = 20;

    /// <summary>Counts what has finally failed, and opens when that is too much.</summary>
    public static CircuitTurn Fail(CircuitState state, CircuitFailures failures, long now)
    {
        if (failures.Version < state.AdmitsSince && (state.Admits || state.IsRecovering))
            return RunLate(state with { Rules = failures.Rules }, failures.Failures, now);
        CircuitState counted = Counted(state with { Rules = failures.Rules }, failures.Failures, now);
        if (!counted.Admits && !counted.IsRecovering)
        {
            // What was put aside before it was half open, and is heard of now, is tried before whatever else waits.
            CircuitTurn heard = new(counted);
            return counted.Status == CircuitStatus.HalfOpen ? TryLetter(heard, now) : heard;
        }
        if (failures.Opens is { } reason)
            return Open(counted, now, by: null, reason, failures.RetryAfter);
        int count = counted.CountAt(now);
        return count > counted.Rules.Failures && counted.Status != CircuitStatus.Monitor
            ? Open(counted, now, by: null, Tripped(counted, count))
            : new CircuitTurn(counted);
    }

    /// <summary>
    /// What was put aside before it opened, and is heard of when it lets functions run again, runs again like the rest.
    /// It says nothing of how things are now.
    /// </summary>
    private static CircuitTurn RunLate(CircuitState state, IReadOnlyList<CircuitFailure> failures, long now)
    {
        CircuitLetter[] letters = [.. LettersOf(failures, now)];
        if (letters.Length == 0 || !state.Rules.RecoversTrip || state.Status == CircuitStatus.Monitor)
            return new CircuitTurn(state);
        // It may be younger than what runs again just now, and must not overtake that.
        return state.IsRecovering
            ? new CircuitTurn(state with { Late = [.. state.Late.Concat(letters).TakeLast(LettersMax)] })
            : new CircuitTurn(state) { Notices = [LateNotice(state, letters, now)] };
    }

    private static IEnumerable<CircuitLetter> LettersOf(IReadOnlyList<CircuitFailure> failures, long now) =>
        from f in failures
        where f.Letter is not null
        select new CircuitLetter(now, f.Letter!, f.Fingerprint, f.InPlace);

    /// <summary>A partition has something to run while the circuit is half open.</summary>
    public static CircuitTurn Want(CircuitState state, CircuitWants wants, long now)
    {
        if (state.Status != CircuitStatus.HalfOpen || state.IsRecovering || wants.Version > state.Version
            || state.Wants.Contains(wants.Partition) || state.Probe?.Partition == wants.Partition)
            return new CircuitTurn(state);
        return Next(state with { Wants = [.. state.Wants, wants.Partition] }, now);
    }

    /// <summary>An event has run to find out whether the trouble is over.</summary>
    public static CircuitTurn Probe(CircuitState state, CircuitProbed probed, long now)
    {
        // One that was late: somebody else has the right by now, or it is decided.
        if (state.Status != CircuitStatus.HalfOpen || state.Probe?.Token != probed.Token)
            return new CircuitTurn(state);
        CircuitState free = state with { Probe = null };
        return probed.Succeeded switch
        {
            false => Open(free, now, by: null, $"A probe has failed: {probed.Error}"),
            true => Succeed(free, now),
            null => NextOrInvite(free, now),
        };
    }

    private static CircuitTurn Succeed(CircuitState state, long now)
    {
        CircuitState counted = state with { Successes = state.Successes + 1 };
        return counted.Successes < counted.Rules.SuccessesToClose
            ? NextOrInvite(counted, now)
            : Resume(counted, now, by: null, "The probes have ended well.");
    }

    /// <summary>What tripped it has run again.</summary>
    public static CircuitTurn Recover(CircuitState state, CircuitRecovered recovered, long now)
    {
        if (recovered.IsProbe)
            return Tried(state, recovered, now);
        if (!state.IsRecovering || state.Epoch != recovered.Epoch)
            return new CircuitTurn(state);
        return recovered.Failed > state.Rules.Failures
            ? Open(state, now, by: null, $"Of what had failed before, {recovered.Failed} failed again.")
            : Close(state, now, state.By, state.Reason);
    }

    private static CircuitTurn Tried(CircuitState state, CircuitRecovered tried, long now)
    {
        if (state.Status != CircuitStatus.HalfOpen || state.Trying is null || state.Epoch != tried.Epoch)
            return new CircuitTurn(state);
        CircuitState free = state with { Trying = null };
        if (tried.Failed > 0)
            return Open(state, now, by: null, "What had failed before failed again.");
        if (tried.Ran > 0)
            return Succeed(free, now);
        // What went back to its queue runs from there, when its partition has the right to; or it has run already.
        return NextOrInvite(free, now);
    }

    /// <summary>Something that it waited for is due.</summary>
    public static CircuitTurn Tick(CircuitState state, CircuitTick tick, long now)
    {
        if (tick.Version != state.Version)
            return new CircuitTurn(state);
        long? due = state.Status == CircuitStatus.Open && state.ProbeAt > 0 ? state.ProbeAt : state.Probe?.Until;
        // The clock of an owner before was ahead of this one: it comes again.
        if (due is null || now < due)
            return new CircuitTurn(state) { TickAt = due };
        return state.Status == CircuitStatus.Open
            ? TryLetter(Change(state, CircuitStatus.HalfOpen, now, by: null, "The break is over."), now)
            : NextOrInvite(state with { Probe = null }, now);
    }

    /// <summary>An operator wants it to be something else.</summary>
    public static CircuitTurn Command(CircuitState state, CircuitCommand command, long now)
    {
        CircuitState ruled = state with { Rules = command.Rules };
        string? refusal = Refusal(state, command);
        CircuitTurn turn = refusal is not null ? new CircuitTurn(state)
            : command.To switch
            {
                CircuitStatus.Open => Open(ruled, now, command.By, command.Reason ?? "An operator has opened it."),
                CircuitStatus.Closed => Resume(ruled, now, command.By, command.Reason),
                CircuitStatus.HalfOpen =>
                    TryLetter(Change(ruled, command.To, now, command.By, command.Reason), now),
                CircuitStatus.Isolated or CircuitStatus.Monitor =>
                    Change(ruled, command.To, now, command.By, command.Reason),
                _ => throw new UnreachableException($"{command.To} is no status."),
            };
        return turn with
        {
            State = turn.State with
            {
                Answers = [.. state.Answers.TakeLast(AnswersMax - 1), new CircuitAnswer(command.Id, refusal)],
            },
        };
    }

    /// <summary>Why a command is not followed; null when it is.</summary>
    private static string? Refusal(CircuitState state, CircuitCommand command)
    {
        if (command.Epoch is { } epoch && (state.Status != CircuitStatus.Open || state.Epoch != epoch))
        {
            return state.Epoch == epoch
                ? $"that opening ({epoch}) is over: it is {state.Status}"
                : $"it speaks of opening {epoch}; the last one is {state.Epoch}, and it is {state.Status}";
        }
        return command.To switch
        {
            CircuitStatus.HalfOpen when state.Status is not (CircuitStatus.Open or CircuitStatus.Isolated) =>
                $"it is {state.Status}, and only what is open can be tried",
            _ when command.To == state.Status && !state.IsRecovering => $"it is {state.Status} already",
            _ => null,
        };
    }

    private static CircuitState Counted(CircuitState state, IReadOnlyList<CircuitFailure> failures, long now)
    {
        long second = now - (now % 1000) + 999;
        List<CircuitSecond> window = [.. state.Window.Where(s => s.At > now - state.Rules.Window)];
        bool isFirst = window.Count == 0;
        if (window is [.., var last] && last.At >= second)
            window[^1] = last with { Count = last.Count + failures.Count };
        else
            window.Add(new CircuitSecond(second, failures.Count));
        // While it is open it keeps what came before: that is why it opened.
        bool keeps = !state.Admits;
        IEnumerable<CircuitLetter> letters = keeps
            ? state.Letters
            : state.Letters.Where(l => l.At > now - state.Rules.Window);
        IReadOnlyList<CircuitCause> causes = isFirst && !keeps ? [] : state.Causes;
        foreach (CircuitFailure failure in failures)
            causes = With(causes, failure);
        return state with
        {
            Window = window,
            Causes = causes,
            Letters = [.. letters.Concat(LettersOf(failures, now)).TakeLast(LettersMax)],
        };
    }

    private static CircuitCause[] With(IReadOnlyList<CircuitCause> causes, CircuitFailure failure)
    {
        CircuitCause cause = causes.FirstOrDefault(
            c => c.Function == failure.Function && c.Fingerprint == failure.Fingerprint)
            ?? new CircuitCause(failure.Function, failure.Fingerprint, failure.Error, 0);
        return
        [
            .. causes.Where(c => c.Function != cause.Function || c.Fingerprint != cause.Fingerprint)
                .Append(cause with { Count = cause.Count + 1 }).OrderByDescending(c => c.Count).Take(CausesMax),
        ];
    }

    private static string Tripped(CircuitState state, int count) =>
        $"{count} final failures in {state.Rules.Window / 1000.0:0.###} s; more than {state.Rules.Failures} open it.";

    private static CircuitTurn Open(
        CircuitState state, long now, string? by, string reason, long? retryAfter = null)
    {
        bool again = state.Status is CircuitStatus.HalfOpen;
        int reopens = again ? state.Reopens + 1 : 0;
        bool tries = (state.Rules.Recovery == CircuitRecovery.Auto && by is null && reopens <= state.Rules.ReopensMax)
            || retryAfter is not null;
        long epoch = state.Epoch + 1;
        CircuitTurn turn = Change(
            state with
            {
                Epoch = epoch,
                Reopens = reopens,
                ProbeAt = tries ? now + (retryAfter ?? BreakOf(state.Rules, reopens, epoch)) : 0,
            },
            CircuitStatus.Open, now, by, reason);
        bool givesUp = again && !tries && state.Rules.Recovery == CircuitRecovery.Auto;
        return turn with
        {
            Notices = [Notice(turn.State, givesUp ? CircuitNoticeKind.GaveUp : CircuitNoticeKind.Opened, now)],
            TickAt = turn.State.ProbeAt > 0 ? turn.State.ProbeAt : null,
        };
    }

    /// <summary>Twice as long each time, and a little apart, so that circuits do not all try at once.</summary>
    private static long BreakOf(CircuitRules rules, int reopens, long epoch)
    {
        double wanted = Math.Min(rules.BreakMax, rules.Break * Math.Pow(2, Math.Min(reopens, 30)));
        double apart = 0.9 + (0.2 * (epoch * 7919 % 101 / 100.0));
        return Math.Max(1, (long)(wanted * apart));
    }

    /// <summary>What tripped it first, if there is something; then everything.</summary>
    private static CircuitTurn Resume(CircuitState state, long now, string? by, string? reason)
    {
        CircuitTurn turn = Change(state, CircuitStatus.HalfOpen, now, by, reason);
        IReadOnlyList<CircuitLetter> letters = turn.State.Letters;
        if (state.IsRecovering || !state.Rules.RecoversTrip || letters.Count == 0 || state.Admits)
            return Close(state, now, by, reason);
        CircuitState recovering = turn.State with
        {
            IsRecovering = true,
            AdmitsSince = turn.State.Version,
            Letters = [],
        };
        CircuitNotice notice = Notice(recovering, CircuitNoticeKind.Recover, now) with
        {
            Letters = [.. letters.Select(l => l.Key)],
            Since = letters.Min(l => l.At),
        };
        return turn with { State = recovering, Notices = [notice] };
    }

    private static CircuitTurn Close(CircuitState state, long now, string? by, string? reason)
    {
        CircuitTurn turn = Change(state, CircuitStatus.Closed, now, by, reason);
        CircuitState closed = turn.State with { Window = [], Letters = [], Causes = [], Reopens = 0 };
        return turn with
        {
            State = closed,
            Notices =
            [
                .. state.Status == CircuitStatus.Monitor
                    ? Array.Empty<CircuitNotice>()
                    : [Notice(closed, CircuitNoticeKind.Closed, now) with { Causes = state.Causes }],
                .. state.Late.Count == 0
                    ? Array.Empty<CircuitNotice>()
                    : [LateNotice(closed, state.Late, now)],
            ],
        };
    }

    private static CircuitNotice LateNotice(CircuitState state, IReadOnlyList<CircuitLetter> letters, long now) =>
        Notice(state, CircuitNoticeKind.Recover, now) with
        {
            Letters = [.. letters.Select(l => l.Key)],
            IsLate = true,
        };

    private static CircuitTurn Change(CircuitState state, CircuitStatus to, long now, string? by, string? reason) =>
        new(state with
        {
            Status = to,
            Version = state.Version + 1,
            AdmitsSince = to is CircuitStatus.Closed or CircuitStatus.Monitor ? state.Version + 1 : state.AdmitsSince,
            Since = now,
            By = by,
            Reason = reason,
            ProbeAt = to == CircuitStatus.Open ? state.ProbeAt : 0,
            Probe = null,
            Wants = [],
            Successes = 0,
            IsRecovering = false,
            Trying = null,
            // It runs again with the others, and is the first that is tried next time: it is older than they.
            Letters = [.. state.Trying is { } letter ? [letter, .. state.Letters] : state.Letters, .. state.Late],
            Late = [],
            Changes =
            [
                .. state.Changes.TakeLast(ChangesMax - 1),
                new CircuitChange(now, state.Status, to, state.Epoch, by, reason),
            ],
        });

    /// <summary>When nobody waits for the right, all partitions are asked anew.</summary>
    private static CircuitTurn NextOrInvite(CircuitState state, long now)
    {
        if (state.Probe is not null || !state.MayTryOthers)
            return TryLetter(new CircuitTurn(state), now);
        return state.Wants.Count > 0
            ? Next(state, now)
            : TryLetter(new CircuitTurn(state with { Version = state.Version + 1 }), now);
    }

    /// <summary>
    /// What was put aside is there to be tried, also when nothing else comes: the oldest that failed as most did. What
    /// failed for a reason of its own says nothing of the trouble.
    /// </summary>
    private static CircuitTurn TryLetter(CircuitTurn turn, long now)
    {
        CircuitState state = turn.State;
        if (state.Trying is not null || state.Letters.Count == 0 || !state.Rules.RecoversTrip)
            return turn;
        string? usual = state.Causes.Count > 0 ? state.Causes[0].Fingerprint : null;
        CircuitLetter letter = state.Letters.FirstOrDefault(l => l.Fingerprint == usual, state.Letters[0]);
        CircuitState tries = state with
        {
            Trying = letter,
            Letters = [.. state.Letters.Where(l => l.Key != letter.Key)],
        };
        CircuitNotice notice = Notice(tries, CircuitNoticeKind.Recover, now) with
        {
            Letters = [letter.Key],
            IsProbe = true,
        };
        return turn with { State = tries, Notices = [.. turn.Notices, notice] };
    }

    /// <summary>Gives the right to run an event to the next partition that wants it.</summary>
    private static CircuitTurn Next(CircuitState state, long now)
    {
        if (state.Probe is not null || state.Wants.Count == 0 || !state.MayTryOthers)
            return new CircuitTurn(state);
        long version = state.Version + 1;
        CircuitState given = state with
        {
            Version = version,
            Probe = new CircuitProbe(state.Wants[0], version, now + ProbeLease),
            Wants = [.. state.Wants.Skip(1)],
        };
        return new CircuitTurn(given) { TickAt = now + ProbeLease };
    }

    private static CircuitNotice Notice(CircuitState state, CircuitNoticeKind kind, long now) =>
        new(kind, "", state.Epoch, now)
        {
            Reason = state.Reason,
            By = state.By,
            Failures = state.CountAt(now),
            Rules = state.Rules,
            Causes = state.Causes,
        };
}
