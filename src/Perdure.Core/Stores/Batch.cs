namespace Perdure.Core.Stores;

/// <summary>
/// Many turns that become durable together or not at all. (Lane, number) names the batch for ever, so that an outcome
/// that nobody heard can be looked up.
/// </summary>
internal sealed class Batch
{
    public required long Node { get; init; }
    public required int Lane { get; init; }

    /// <summary>From 1, without gaps per (node, lane); one batch of a lane is in flight at a time.</summary>
    public required long Number { get; init; }

    public required long At { get; init; }

    /// <summary>The partitions whose rows the batch writes, with the epochs under which they were opened.</summary>
    public required IReadOnlyList<PartitionEpoch> Fences { get; init; }

    public required IReadOnlyList<TurnRows> Turns { get; init; }
}

internal readonly record struct PartitionEpoch(int Partition, long Epoch);

/// <summary>What became of a batch. Only <see cref="Committed"/> lets effects happen.</summary>
internal enum CommitOutcome
{
    Committed,

    /// <summary>Nothing was written: the epochs of <see cref="CommitResult.Partitions"/> are stale.</summary>
    Fenced,

    /// <summary>Nothing was written: the data itself was refused and will be again.</summary>
    Refused,

    /// <summary>Nothing was written: an update or delete missed its row. Memory and store disagree.</summary>
    Inconsistent,

    /// <summary>
    /// Nothing was written: the store cannot write now (busy, full disk, down); the same batch may be sent again.
    /// </summary>
    Unavailable,

    /// <summary>
    /// Perhaps written. Nobody may be answered before <see cref="IStore.ResolveAsync"/> has made it certain.
    /// </summary>
    Unknown,

    /// <summary>
    /// Nothing was written: the store does not have a batch that it had acknowledged to this node before, or does not
    /// know the node. Nothing in memory may be relied on; the node must stop, and every further call says the same.
    /// </summary>
    Lost,
}

internal sealed record CommitResult(CommitOutcome Outcome)
{
    public static readonly CommitResult Committed = new(CommitOutcome.Committed);

    /// <summary>Which partitions are fenced or inconsistent.</summary>
    public IReadOnlyList<int> Partitions { get; init; } = [];

    /// <summary>For people: what the store said.</summary>
    public string? Detail { get; init; }
}
