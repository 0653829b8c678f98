namespace Perdure;

/// <summary>One page of orchestrations, oldest first.</summary>
public sealed class OrchestrationStatusQueryResult
{
    /// <summary>The orchestrations of this page.</summary>
    public required IReadOnlyList<DurableOrchestrationStatus> DurableOrchestrationState { get; init; }

    /// <summary>Where the next page begins; null on the last one.</summary>
    public string? ContinuationToken { get; init; }
}
