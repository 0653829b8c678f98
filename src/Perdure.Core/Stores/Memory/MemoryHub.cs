using Perdure.Core.Partitions;

namespace Perdure.Core.Stores.Memory;

/// <summary>What all nodes of a hub in memory share.</summary>
/// <param name="id">Of the hub.</param>
/// <param name="secret">Of the hub.</param>
/// <param name="partitions">How many.</param>
/// <param name="clock">By which leases are measured; without one there is one node at a time.</param>
internal sealed class MemoryHub(string id, HubSecret secret, int partitions, Func<long>? clock)
{
    private readonly Dictionary<long, NodeLease> _nodes = [];
    private long _lastNode;

    public Lock Gate { get; } = new();

    public string Id => id;

    public HubSecret Secret => secret;

    public MemoryTables Tables { get; } = new(partitions);

    /// <summary>Who listens.</summary>
    public List<Action<Announcement>> Listeners { get; } = [];

    /// <summary>Whether several nodes can have it open at the same time.</summary>
    public bool IsShared => clock is not null;

    public long AddNode() => ++_lastNode;

    public ClusterView Renew(long node, TimeSpan lease, bool runs, IReadOnlyList<string> functions)
    {
        IEnumerable<PartitionLease> owned =
            Tables.Partitions.Select((row, i) => new PartitionLease(i, row.Owner, row.Epoch)
            {
                HasMessages = Tables.Messages
                    .Between((i, long.MinValue, long.MinValue), (i, long.MaxValue, long.MaxValue)).Any(),
            });
        if (clock is null)
            return new ClusterView(0, [new(node, long.MaxValue, Runs: true, [])], [.. owned]);
        long now = clock();
        _nodes[node] = new NodeLease(node, now + (long)lease.TotalMilliseconds, runs, functions);
        return new ClusterView(now, [.. _nodes.Values.OrderBy(n => n.Node)], [.. owned])
        {
            HasOffers = Tables.Offers.All.Any(o => o.Node == 0),
        };
    }
}
