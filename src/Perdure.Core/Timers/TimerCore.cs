using Perdure.Core.DeadLetters;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Timers;

/// <summary>
/// Which occurrence of a timer runs, and what becomes of it. One runs at a time. That it begins is stored before it
/// does, and that it has ended in the commit that holds what its function sent: so what was cut short runs again under
/// the same id, and what has ended does not.
/// </summary>
/// <param name="partition">Of the hub.</param>
/// <param name="partitionCount">Of the hub.</param>
/// <param name="node">This one.</param>
/// <param name="function">Whose timer it is.</param>
internal sealed class TimerCore(int partition, int partitionCount, long node, TimerConsumer function)
{
    /// <summary>Who reads, of the row of a timer.</summary>
    public const string Reader = "timer";

    /// <summary>
    /// What begins so late is on time: also while one node takes over from another one nothing counts as missed.
    /// </summary>
    private const long OnTime = 60_000;

    private readonly string _id = TimerIds.Of(function.Name);

    private TimerSchedule Schedule => function.Schedule;

    public static ReaderRow RowOf(int partition, string id, TimerState state) =>
        new(partition, id, Reader, state.Next, state.UpdatedAt, TimerStateCodec.Encode(state));

    /// <summary>The timer as it goes on in a program that has its function.</summary>
    /// <param name="stored">As it was; null when it never was.</param>
    /// <param name="now">The time.</param>
    /// <param name="isFirst">The program has not had the timer before.</param>
    public TimerStep Open(TimerState? stored, long now, bool isFirst)
    {
        TimerState state = (stored ?? new TimerState { Name = function.Name }) with { Name = function.Name };
        (long, long)? skipped = null;
        if (state.Next == 0 || state.Schedule != Schedule.Text || state.TimeZone != Schedule.TimeZone)
        {
            state = state with
            {
                Schedule = Schedule.Text,
                TimeZone = Schedule.TimeZone,
                Next = Schedule.First(Math.Max(now, state.Passed)),
                EachUntil = 0,
            };
        }
        else if (state is { Current: not null, IsPaused: false } && IsLate(state, now))
        {
            // What was cut short runs again: that is the once of FireOnce.
            state = function.Misfire == TimerMisfire.FireAll
                ? CatchUp(state, now, out skipped)
                : SkipTo(state, now, out skipped);
        }
        if (isFirst && function.RunsOnStartup && state is { Current: null, Asked.Count: 0, IsPaused: false }
            && state.Next > now)
            state = state with { Asked = [Occurrence.OfStartup(function.Name, node, now)] };
        bool isChanged = state != stored;
        return new TimerStep(isChanged ? state with { UpdatedAt = now } : state)
        {
            IsChanged = isChanged, Skipped = skipped,
        };
    }

    /// <summary>What a timer does of which nothing runs.</summary>
    public TimerStep Next(TimerState state, long now)
    {
        if (state.Asked is [var asked, ..])
            return Begin(state with { Asked = [.. state.Asked.Skip(1)] }, asked, now);
        if (state.IsPaused)
            return new TimerStep(state);
        if (state.Next > now)
            return new TimerStep(state) { WakeAt = state.Next };
        bool isLate = IsLate(state, now);
        (long, long)? skipped = null;
        if (isLate && function.Misfire == TimerMisfire.Skip)
        {
            state = SkipTo(state, now, out skipped);
            return new TimerStep(state with { UpdatedAt = now }) { IsChanged = true, Skipped = skipped };
        }
        if (isLate && function.Misfire == TimerMisfire.FireAll)
            state = CatchUp(state, now, out skipped);
        Occurrence occurrence = Occurrence.Scheduled(function.Name, state.Next) with
        {
            IsPastDue = IsMissed(state.Next, now),
        };
        state = state with
        {
            Passed = Math.Max(state.Passed, state.Next), Next = Schedule.After(state.Next, state.Next),
        };
        if (isLate && function.Misfire == TimerMisfire.FireOnce && state.Next <= now)
            state = SkipTo(state, now, out skipped);
        return Begin(state, occurrence, now) with { Skipped = skipped };
    }

    /// <param name="state">The timer; what ends is its current occurrence.</param>
    /// <param name="outcome">What the function did.</param>
    /// <param name="now">The time.</param>
    /// <param name="drawDeadLetter">Draws the number of a dead letter.</param>
    public TimerTurn Conclude(TimerState state, TimerOutcome outcome, long now, Func<long> drawDeadLetter)
    {
        Occurrence current = state.Current!;
        if (outcome is { Failure: { } failure, Hopeless: null })
        {
            Occurrence failed = Failed(current, outcome, failure, now);
            if (function.Retries.DelayAfter(failed.Failures, current.Id) is { } delay)
            {
                TimerState waiting = state with { Current = failed with { DueAt = now + delay }, UpdatedAt = now };
                return new TimerTurn(Rows(waiting), waiting);
            }
        }
        TimerState ended = AfterOverlap(
            state with { Current = null, Last = current.Time, UpdatedAt = now }, now, out var skipped);
        if (outcome.Failure is not null)
            return GiveUp(ended, current, outcome, now, drawDeadLetter()) with { Skipped = skipped };
        TurnRows rows = Rows(ended);
        if (outcome.Sent.Count > 0)
            rows.InsertMessages = Outgoing.Rows(outcome.Sent, partitionCount);
        return new TimerTurn(rows, ended) { Sent = outcome.Sent, Skipped = skipped };
    }

    /// <summary>The occurrence is put aside.</summary>
    /// <param name="ended">The timer without it.</param>
    /// <param name="occurrence">The occurrence as it was before it failed for the last time.</param>
    /// <param name="outcome">How it failed.</param>
    /// <param name="now">The time.</param>
    /// <param name="number">Of the dead letter.</param>
    public TimerTurn GiveUp(
        TimerState ended, Occurrence occurrence, TimerOutcome outcome, long now, long number)
    {
        FailureDetails failure = outcome.Failure!;
        Occurrence failed = Failed(occurrence, outcome, failure, now);
        DeadLetterReason reason = outcome.Hopeless ?? DeadLetterRecord.ClassOf(failure);
        DeadLetterRow dead = new()
        {
            Key = new(partition, number),
            Source = $"timer {function.Name}",
            Function = function.Name,
            EventId = failed.Id,
            Class = reason,
            Fingerprint = DeadLetterRecord.FingerprintOf(failure),
            At = now,
            Record = new DeadLetterRecord
            {
                Class = reason,
                Enqueued = failed.Time,
                Failures = failed.Failures,
                Attempts = failed.Attempts,
                Body = failed.Body,
            }.Encode(),
        };
        TurnRows rows = Rows(ended);
        rows.InsertDeadLetters = [dead];
        return new TimerTurn(rows, ended) { DeadLetter = dead };
    }

    public TurnRows Rows(TimerState state) =>
        new() { Partition = partition, UpsertReaders = [RowOf(partition, _id, state)] };

    private static TimerStep Begin(TimerState state, Occurrence occurrence, long now) =>
        new(state with { Current = occurrence, UpdatedAt = now }) { IsChanged = true };

    private Occurrence Failed(Occurrence occurrence, TimerOutcome outcome, FailureDetails failure, long now) =>
        occurrence with
        {
            Failures = occurrence.Failures + 1,
            Attempts = FailedAttempt.Add(
                occurrence.Attempts,
                new FailedAttempt(outcome.BegunAt, Math.Max(0, now - outcome.BegunAt), node, failure)),
        };

    /// <summary>What has come due while one ran.</summary>
    private TimerState AfterOverlap(TimerState state, long now, out (long, long)? skipped)
    {
        skipped = null;
        if (state.IsPaused || state.Next > now || state.Next <= state.EachUntil)
            return state;
        return function.Overlap == TimerOverlap.Queue
            ? CatchUp(state, now, out skipped)
            : SkipTo(state, now, out skipped);
    }

    /// <summary>Nobody could run it in time, and nothing has decided yet that it runs all the same.</summary>
    private bool IsLate(TimerState state, long now) => state.Next > state.EachUntil && IsMissed(state.Next, now);

    private bool IsMissed(long occurrence, long now) =>
        occurrence <= now && (now - occurrence > OnTime || Schedule.After(occurrence, occurrence) <= now);

    private TimerState SkipTo(TimerState state, long now, out (long From, long Before)? skipped)
    {
        long next = Schedule.After(state.Next, now);
        skipped = (state.Next, next);
        return state with { Next = next };
    }

    /// <summary>Each runs that has passed; of many the latest.</summary>
    private TimerState CatchUp(TimerState state, long now, out (long From, long Before)? skipped)
    {
        long first = FirstKept(state.Next, now);
        skipped = first > state.Next ? (state.Next, first) : null;
        return state with { Next = first, EachUntil = now };
    }

    /// <summary>
    /// Looks at a longer and longer time before now, until there is enough in it: what has been missed may be years of
    /// seconds.
    /// </summary>
    private long FirstKept(long from, long now)
    {
        for (long span = function.CatchUpMax * 1_000L; ; span *= 2)
        {
            Queue<long> kept = new();
            long first = now - span <= from ? from : Schedule.After(from, now - span);
            foreach (long occurrence in Schedule.From(first).TakeWhile(o => o <= now))
            {
                kept.Enqueue(occurrence);
                if (kept.Count > function.CatchUpMax)
                    kept.Dequeue();
            }
            if (kept.Count == function.CatchUpMax || first == from)
                return kept.Peek();
        }
    }
}
