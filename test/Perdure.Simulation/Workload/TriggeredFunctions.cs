using Perdure.Simulation.Checking;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>What runs for messages and events; it fails as they say.</summary>
[FixedDelayRetry(Retries, "00:00:00.3000000")]
public static class TriggeredFunctions
{
    public const int Retries = 2;
    public const string Stream = "happenings";
    public const string Queue = "items";

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
    public static async Task<BatchResult> TakeEvents(
        [EventHubTrigger(Stream, MaxEventBatchSize = 5)] Happening[] events, string[] eventIdArray,
        RetryContext retry, CancellationToken stopping)
    {
        EventJournal journal = Simulation.Here.EventJournal;
        EventRecord[] records = [.. eventIdArray.Select(id => journal.Begin(id, retry.RetryCount))];
        foreach (Happening e in events)
            await PassAsync(e, stopping);
        int[] failing = [.. Enumerable.Range(0, events.Length).Where(i => records[i].Runs <= events[i].Fails)];
        if (failing.Any(i => !events[i].IsNamed))
            throw new InvalidOperationException("an event fails");
        foreach (EventRecord record in records.Where((_, i) => !failing.Contains(i)))
            journal.Succeed(record);
        return BatchResult.Fail(failing);
    }

    private static async Task PassAsync(Happening happening, CancellationToken stopping)
    {
        if (happening.Milliseconds == 0)
            return;
        CancellationToken obeyed = happening.Obeys ? stopping : CancellationToken.None;
        VirtualTime time = Simulation.Here.World.Current!.Time;
        await Task.Delay(TimeSpan.FromMilliseconds(happening.Milliseconds), time, obeyed);
    }
}
