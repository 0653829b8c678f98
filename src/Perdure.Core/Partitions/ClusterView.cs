namespace Perdure.Core.Partitions;

/// <summary>
/// Who there is and who owns what, read in one moment. Times are milliseconds since 1970 by the clock of the store,
/// which is the only one that all nodes share.
/// </summary>
internal sealed record ClusterView(
    long Now, IReadOnlyList<NodeLease> Nodes, IReadOnlyList<PartitionLease> Partitions)
{
    /// <summary>Whether something is offered and not claimed.</summary>
    public bool HasOffers { get; init; }
}

/// <summary>A process that has the hub open.</summary>
/// <param name="Node">Its number, never reused.</param>
/// <param name="Expires">Unless it is renewed, nobody counts on the node any more from then on.</param>
/// <param name="Runs">Whether it can own partitions. A node without functions, a dashboard, owns nothing.</param>
/// <param name="Functions">As <c>CodeNames</c> writes them.</param>
internal sealed record NodeLease(long Node, long Expires, bool Runs, IReadOnlyList<string> Functions);

/// <summary>A partition and its last owner; 0 when it was released.</summary>
internal readonly record struct PartitionLease(int Partition, long Owner, long Epoch)
{
    /// <summary>Whether there are message rows for it.</summary>
    public bool HasMessages { get; init; }
}
