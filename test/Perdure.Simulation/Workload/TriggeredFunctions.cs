using Perdure.Simulation.Checking;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>What runs for messages, events and by a schedule; it fails as they say.</summary>
[FixedDelayRetry(Retries, "00:00:00.3000000")]
public static class TriggeredFunctions
{
    public const int Retries = 2;
    public const string Stream = "happenings";
    public const string Queue = "items";

    /// <summary>A stream whose function comes with a later deployment than its first events.</summary>
    public const string Late = "rumours";
    public const string Timer = "Tick";
    private const string Seen = ".seen";
    public const int PeriodSeconds = 10;
    public const int CatchUp = 3;

    [FunctionName("TakeItem")]
    public static async Task TakeItem(
        [QueueTrigger(Queue)] Happening item, string id, RetryContext retry,
        [EventHub(Stream)] ICollector<StreamEntry> echoes, CancellationToken stopping)
    {
        EventRecord record = Simulation.Here.EventJournal.Begin(id, retry.RetryCount);
        for (int i = 0; i < item.Echoes; i++)
        {
            string? key = i % 2 == 0 ? id : null;
            echoes.Add(new StreamEntry(new Happening()) { EventId = $"{id}.echo{i}", PartitionKey = key });
        }
        await PassAsync(item, stopping);
        if (retry.RetryCount < item.Fails)
            throw new InvalidOperationException("the item fails");
        Simulation.Here.EventJournal.Succeed(record);
    }

    [FunctionName("TakeEvents")]
    public static Task<BatchResult> TakeEvents(
        [EventHubTrigger(Stream, MaxEventBatchSize = 5)] Happening[] events, string[] eventIdArray,
        RetryContext retry, [EventHub(Stream)] ICollector<StreamEntry> seen, CancellationToken stopping) =>
        TakeAsync(events, eventIdArray, retry, seen, stopping);

    [FunctionName(Timer)]
    public static async Task Tick(
        [TimerTrigger(
            "*/10 * * * * *", Misfire = TimerMisfire.FireAll, Overlap = TimerOverlap.Queue, MaxCatchUp = CatchUp)]
        TimerInfo timer,
        RetryContext retry, [EventHub(Stream)] ICollector<StreamEntry> echoes, CancellationToken stopping)
    {
        OccurrenceRecord record = Simulation.Here.OccurrenceJournal.Begin(timer.OccurrenceId, retry.RetryCount);
        echoes.Add(new StreamEntry(new Happening()) { EventId = $"{record.Id}.tick" });
        await PassAsync(record.Plan, stopping);
        if (retry.RetryCount < record.Plan.Fails)
            throw new InvalidOperationException("the occurrence fails");
        Simulation.Here.OccurrenceJournal.Succeed(record);
    }

    internal static async Task<BatchResult> TakeAsync(
        Happening[] events, string[] eventIdArray, RetryContext retry, ICollector<StreamEntry> seen,
        CancellationToken stopping)
    {
        EventJournal journal = Simulation.Here.EventJournal;
        EventRecord[] records = [.. eventIdArray.Select(id => journal.Begin(id, retry.RetryCount))];
        foreach (Happening e in events)
            await PassAsync(e, stopping);
        int[] failing = [.. Enumerable.Range(0, events.Length).Where(i => records[i].Runs <= events[i].Fails)];
        if (failing.Any(i => !events[i].IsNamed))
            throw new InvalidOperationException("an event fails");
        Succeed(records.Where((_, i) => !failing.Contains(i)), failing.Length > 0, seen);
        return BatchResult.Fail(failing);
    }

    internal static void Succeed(IEnumerable<EventRecord> done, bool areOthersNot, ICollector<StreamEntry> seen)
    {
        foreach (EventRecord record in done)
        {
            Simulation.Here.EventJournal.Succeed(record);
            // What is done while others of its batch are not must be remembered as done: run again, it says this twice.
            if (areOthersNot && !record.Id.EndsWith(Seen, StringComparison.Ordinal))
                seen.Add(new StreamEntry(new Happening()) { EventId = record.Id + Seen, PartitionKey = record.Id });
        }
    }

    internal static async Task PassAsync(Happening happening, CancellationToken stopping)
    {
        if (happening.Milliseconds == 0)
            return;
        CancellationToken obeyed = happening.Obeys ? stopping : CancellationToken.None;
        VirtualTime time = Simulation.Here.World.Current!.Time;
        await Task.Delay(TimeSpan.FromMilliseconds(happening.Milliseconds), time, obeyed);
    }
}
