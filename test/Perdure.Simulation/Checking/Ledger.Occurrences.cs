using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Core.Timers;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>
/// The timer: each occurrence begins once, in order and never before its time; it ends once, done or put aside, with
/// what it sent; and none is left out but what its policy and pauses leave out.
/// </summary>
internal sealed partial class Ledger
{
    private const long Period = TriggeredFunctions.PeriodSeconds * 1_000L;

    private readonly Dictionary<string, OccurrenceRecord> _occurrences = new(StringComparer.Ordinal);
    private long _pausedAt = -1;

    /// <summary>As it was committed last; null before it ever was.</summary>
    public TimerState? Timer { get; private set; }

    /// <summary>Nothing of the timer runs, or ever will before somebody resumes it.</summary>
    public bool IsTimerQuiet => Timer is { IsPaused: true, Current: null, Asked.Count: 0 };

    /// <summary>Whether it was paused at this commit or at a later one.</summary>
    public bool WasPausedSince(long commit) => Timer is { IsPaused: true } || _pausedAt >= commit;

    public OccurrenceRecord OccurrenceOf(string id)
    {
        if (!_occurrences.TryGetValue(id, out OccurrenceRecord? record))
            _occurrences.Add(id, record = new OccurrenceRecord(id));
        return record;
    }

    private void Tick(ReaderRow row, TurnRows rows, SimulatedProcess process)
    {
        TimerState state = TimerStateCodec.Decode(row.Position, row.At, row.State);
        TimerState before = Timer ?? state with { Current = null, Asked = [] };
        Occurrence? ended = before.Current?.Id == state.Current?.Id ? null : before.Current;
        Occurrence? begun = before.Current?.Id == state.Current?.Id ? null : state.Current;
        if (ended is not null)
            End(ended, rows);
        else if (before.Current is { } current && state.Current is { } same
            && same.Failures - current.Failures is not (0 or 1))
            Violate($"'{same.Id}' had failed {current.Failures} times, and has {same.Failures} times now.");
        if (begun is not null)
            Begin(begun, before, process);
        foreach (Occurrence asked in state.Asked)
            OccurrenceOf(asked.Id).WasAsked = true;
        if (before.Asked.FirstOrDefault(a => a.Id != begun?.Id && !state.Asked.Any(s => s.Id == a.Id)) is { } forgotten)
            Violate($"'{forgotten.Id}' was asked for, and is forgotten.");
        CheckNext(before, state, begun is { } b && IsScheduled(b) ? b : null, process);
        if (state.IsPaused || before.IsPaused)
            _pausedAt = Now;
        if (before.IsPaused != state.IsPaused)
            simulation.Counters.Add(Rare.TimerPaused);
        Timer = state;
        simulation.Trace($"  timer: next {state.Next}, {state.Current?.Id} with {state.Current?.Failures} failures, "
            + $"{state.Asked.Count} asked for{(state.IsPaused ? ", paused" : "")}");
    }

    private void Begin(Occurrence begun, TimerState before, SimulatedProcess process)
    {
        OccurrenceRecord record = OccurrenceOf(begun.Id);
        if (record.HasBegun)
            Violate($"'{begun.Id}' begins again.");
        record.HasBegun = true;
        _eventTasks.Add(EntityInstanceIds.TaskKey($"{TimerIds.Of(TriggeredFunctions.Timer)}/{begun.Id}"));
        simulation.Counters.Add(Rare.OccurrenceBegun);
        if (IsScheduled(begun))
        {
            if (before.IsPaused)
                Violate($"'{begun.Id}' begins in a pause.");
            if (begun.Time > process.LatestTime)
                Violate($"'{begun.Id}' begins at {process.LatestTime}, before its time.");
        }
        else if (before.Asked.Count == 0 || before.Asked[0].Id != begun.Id)
            Violate($"'{begun.Id}' begins, and nobody has asked for it.");
    }

    private void End(Occurrence ended, TurnRows rows)
    {
        OccurrenceRecord record = OccurrenceOf(ended.Id);
        if (record.HasEnded)
            Violate($"'{ended.Id}' ends twice.");
        record.HasEnded = true;
        DeadLetterRow? dead = rows.InsertDeadLetters?.Find(d => d.EventId == ended.Id);
        if (dead is null && record.Succeeded == 0)
            Violate($"'{ended.Id}' has ended, and its function has never ended well.");
        if (dead is not null && dead.Class != DeadLetterReason.CrashSuspect
            && record.Plan.Fails <= TriggeredFunctions.Retries)
            Violate($"'{ended.Id}' was put aside ({dead.Class}), and would have succeeded.");
        int sent = (rows.InsertMessages ?? []).Where(m => m.Kind == EventCodec.Kind)
            .Sum(m => EventCodec.Decode(m.Body).Length);
        if (sent != (dead is null ? 1 : 0))
            Violate($"'{ended.Id}' has ended with {sent} events.");
        if (dead is not null)
            simulation.Counters.Add(Rare.OccurrencePutAside);
    }

    /// <summary>Whatever the schedule passes has begun, or was left out because enough behind it is caught up with.
    /// </summary>
    private void CheckNext(TimerState before, TimerState state, Occurrence? begun, SimulatedProcess process)
    {
        long first = begun?.Time ?? state.Next;
        if (first < before.Next || first % Period != 0 || (begun is not null && state.Next != begun.Time + Period))
            Violate($"The timer goes from {before.Next} to {first}, and then to {state.Next}.");
        bool isResumed = before.IsPaused && !state.IsPaused;
        if (first == before.Next || isResumed)
            return;
        long kept = ((process.LatestTime - first) / Period) + 1;
        if (kept < TriggeredFunctions.CatchUp)
            Violate($"The timer leaves out what was due from {before.Next} on and before {first}, and catches up with "
                + $"{kept}.");
        simulation.Counters.Add(Rare.OccurrencesSkipped);
    }

    private static bool IsScheduled(Occurrence occurrence) =>
        occurrence.Id == Occurrence.Scheduled(TriggeredFunctions.Timer, occurrence.Time).Id;
}
