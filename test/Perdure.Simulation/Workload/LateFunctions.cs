namespace Perdure.Simulation.Workload;

/// <summary>What the first programs of a run do not have, although its stream has events.</summary>
[FixedDelayRetry(TriggeredFunctions.Retries, "00:00:00.3000000")]
public static class LateFunctions
{
    [FunctionName("TakeRumours")]
    public static Task<BatchResult> TakeRumours(
        [EventHubTrigger(TriggeredFunctions.Late, MaxEventBatchSize = 3)] Happening[] events, string[] eventIdArray,
        RetryContext retry, [EventHub(TriggeredFunctions.Stream)] ICollector<StreamEntry> seen,
        CancellationToken stopping) =>
        TriggeredFunctions.TakeAsync(events, eventIdArray, retry, seen, stopping);
}
