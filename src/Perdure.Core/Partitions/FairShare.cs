namespace Perdure.Core.Partitions;

/// <summary>
/// Who should own which partitions. Each node asks this by itself, of what it has read; nobody leads. A node never
/// takes from one that lives: that one gives back what it has too much of, as soon as it sees another.
/// </summary>
internal static class FairShare
{
    /// <summary>
    /// Nodes get equal shares; what does not divide goes to those that have been there longest, so that a newcomer
    /// moves as little as possible.
    /// </summary>
    public static ShareDecision Decide(ClusterView view, long me)
    {
        long[] runners = [.. view.Nodes.Where(n => n.Runs && n.Expires > view.Now).Select(n => n.Node).Order()];
        PartitionLease[] mine = [.. view.Partitions.Where(p => p.Owner == me).OrderBy(p => p.Partition)];
        int rank = Array.IndexOf(runners, me);
        if (rank < 0)
            return new([], mine);
        int count = view.Partitions.Count;
        int share = (count / runners.Length) + (rank < count % runners.Length ? 1 : 0);
        if (mine.Length >= share)
            return new([], mine[share..]);

        HashSet<long> living = [.. view.Nodes.Where(n => n.Expires > view.Now).Select(n => n.Node)];
        // Each begins at another place, so that several that come together seldom want the same.
        int first = rank * count / runners.Length;
        IEnumerable<PartitionLease> free = view.Partitions
            .Where(p => !living.Contains(p.Owner))
            .OrderBy(p => (p.Partition - first + count) % count);
        return new([.. free.Take(share - mine.Length)], []);
    }
}

/// <summary>What a node should do next.</summary>
/// <param name="Take">Free ones, with the epochs under which they were seen free.</param>
/// <param name="Release">Its own that others should have.</param>
internal sealed record ShareDecision(IReadOnlyList<PartitionLease> Take, IReadOnlyList<PartitionLease> Release);
