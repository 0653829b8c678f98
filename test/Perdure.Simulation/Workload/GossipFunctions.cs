using Perdure.Simulation.Checking;
using Perdure.Simulation.Runs;

namespace Perdure.Simulation.Workload;

/// <summary>What has an order for each key, and stands still behind what fails.</summary>
[FixedDelayRetry(TriggeredFunctions.Retries, "00:00:00.3000000")]
public static class GossipFunctions
{
    public const string Stream = "gossip";

    [FunctionName("TakeGossip")]
    public static async Task<BatchResult> TakeGossip(
        [EventHubTrigger(
            Stream, MaxEventBatchSize = 3, Ordering = EventOrdering.Key, MaxConcurrentKeys = 2,
            FailurePolicy = EventFailurePolicy.HoldKey)]
        Happening[] events, string[] eventIdArray,
        RetryContext retry, [EventHub(TriggeredFunctions.Stream)] ICollector<StreamEntry> seen,
        CancellationToken stopping)
    {
        EventJournal journal = Simulation.Here.EventJournal;
        EventRecord[] records = journal.BeginOfKey(eventIdArray, retry.RetryCount);
        foreach (Happening e in events)
            await TriggeredFunctions.PassAsync(e, stopping);
        // What stands behind one that fails is not done either: it would overtake that.
        int done = 0;
        while (done < events.Length && records[done].Runs > events[done].Fails)
            done++;
        if (done < events.Length && !events[done].IsNamed)
            throw new InvalidOperationException("gossip fails");
        TriggeredFunctions.Succeed(records[..done], areOthersNot: done < events.Length, seen);
        return BatchResult.Fail([.. Enumerable.Range(done, events.Length - done)]);
    }
}
