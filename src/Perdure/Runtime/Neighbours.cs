using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Core.Versioning;

namespace Perdure.Runtime;

/// <summary>The other nodes of the hub, as the last round has seen them.</summary>
internal sealed class Neighbours(ClusterView view, long me)
{
    private readonly NodeLease[] _living = [.. view.Nodes.Where(n => n.Expires > view.Now || n.Node == me)];

    /// <summary>The numbers of all nodes that count, this one among them.</summary>
    public HashSet<long> Living => field ??= [.. _living.Select(n => n.Node)];

    /// <summary>
    /// How long after the moment of the view the first lease of another node that counts runs out, unless it is
    /// renewed; null when there is none.
    /// </summary>
    public TimeSpan? UntilFirstEnds => _living.Where(n => n.Node != me && n.Expires < long.MaxValue)
        .Select(n => (TimeSpan?)TimeSpan.FromMilliseconds(n.Expires - view.Now)).Min();

    /// <summary>How many nodes that count can own something.</summary>
    public int Runners => _living.Count(n => n.Runs);

    /// <summary>Whether another node can own something.</summary>
    public bool HasRunners => _living.Any(n => n.Node != me && n.Runs);

    /// <summary>
    /// What the others can run, and could when they were heard of last: a node that is away for a moment, as in a
    /// restart, has not taken its code with it.
    /// </summary>
    public HashSet<string> Functions => field ??=
        [.. view.Nodes.Where(n => n.Node != me).SelectMany(n => n.Functions)];

    /// <summary>What those can run that count.</summary>
    public HashSet<string> LivingFunctions => field ??=
        [.. _living.Where(n => n.Node != me).SelectMany(n => n.Functions)];

    /// <summary>The same as <see cref="Functions"/>: of each code the versions of the instances that it runs.</summary>
    public ILookup<string, VersionRange> Versions => field ??= VersionsOf(Functions);

    /// <summary>The same as <see cref="LivingFunctions"/>.</summary>
    public ILookup<string, VersionRange> LivingVersions => field ??= VersionsOf(LivingFunctions);

    private static ILookup<string, VersionRange> VersionsOf(IEnumerable<string> functions) =>
        functions.Select(CodeNames.Split).Where(f => f.Versions is not null)
            .ToLookup(f => f.Code, f => f.Versions!.Value);
}
