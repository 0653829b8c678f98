namespace Perdure;

/// <summary>One page of entities, in the order of name and key.</summary>
public sealed class EntityQueryResult
{
    /// <summary>The entities of this page.</summary>
    public required IReadOnlyList<DurableEntityStatus> Entities { get; init; }

    /// <summary>Where the next page begins; null on the last one.</summary>
    public string? ContinuationToken { get; init; }
}
