using Perdure.Core.Partitions;

namespace Perdure.Runtime;

/// <summary>The other nodes of the hub, as the last round has seen them.</summary>
internal sealed class Neighbours(ClusterView view, long me)
{
    private readonly NodeLease[] _living = [.. view.Nodes.Where(n => n.Expires > view.Now || n.Node == me)];

    /// <summary>The numbers of all nodes that count, this one among them.</summary>
    public HashSet<long> Living => field ??= [.. _living.Select(n => n.Node)];

    /// <summary>What the others can run.</summary>
    public HashSet<string> Functions => field ??=
        [.. _living.Where(n => n.Node != me).SelectMany(n => n.Functions)];
}
