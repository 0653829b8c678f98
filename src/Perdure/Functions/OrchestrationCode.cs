using Perdure.Core.Versioning;

namespace Perdure.Functions;

/// <summary>The code of one orchestration: one function, or one for each of several versions.</summary>
internal sealed class OrchestrationCode
{
    /// <summary>The oldest first; one without a version before all.</summary>
    private readonly OrchestrationFunction[] _functions;

    /// <param name="functions">At least one; all of one name, and no two of one version.</param>
    public OrchestrationCode(IEnumerable<OrchestrationFunction> functions) =>
        _functions = [.. functions.OrderBy(f => f.Version, VersionOrder.Instance)];

    public OrchestrationFunction Newest => _functions[^1];

    public bool HasVersions => Newest.Version is not null;

    /// <summary>
    /// The code of a version. One without a version stands for all while it is the only one: as soon as another one has
    /// a version, nobody can say whether it still fits the instances of others.
    /// </summary>
    public OrchestrationFunction? For(string? version) => HasVersions
        ? Array.Find(_functions, f => VersionOrder.Same(f.Version, version))
        : Newest;

    /// <summary>What a program runs of it, of those instances that it takes at all.</summary>
    public IEnumerable<VersionRange> Runs(VersionRange taken)
    {
        if (Newest.IsBuiltIn || !HasVersions)
            return [Newest.IsBuiltIn ? VersionRange.Any : taken];
        return _functions.Where(f => taken.Takes(f.Version)).Select(f => VersionRange.Exactly(f.Version));
    }

    /// <summary>The newest version that is not newer than <paramref name="limit"/>; the limit where there is none.
    /// </summary>
    /// <param name="limit">Null: none.</param>
    public string? NewestWithin(string? limit) => HasVersions
        ? Array.FindLast(
            _functions, f => limit is null || VersionOrder.Instance.Compare(f.Version, limit) <= 0)?.Version ?? limit
        : limit;
}
