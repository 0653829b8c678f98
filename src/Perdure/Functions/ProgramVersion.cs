using Perdure.Core.Versioning;

namespace Perdure.Functions;

/// <summary>The version of this program: which instances it runs, and which version it gives to new ones.</summary>
internal sealed class ProgramVersion
{
    public ProgramVersion(VersioningOptions options, IEnumerable<OrchestrationFunction> functions)
    {
        Version = NoneIfEmpty(options.Version)
            ?? functions.Select(f => f.Version).Max(VersionOrder.Instance);
        ForNew = NoneIfEmpty(options.DefaultVersion) ?? NoneIfEmpty(options.Version);
        Takes = options.MatchStrategy switch
        {
            VersionMatchStrategy.None => VersionRange.Any,
            VersionMatchStrategy.Strict => VersionRange.Exactly(Version),
            _ => VersionRange.UpTo(Version),
        };
        FailsOthers = options.FailureStrategy == VersionFailureStrategy.Fail;
    }

    /// <summary>Null when it has none.</summary>
    public string? Version { get; }

    /// <summary>What new instances get whose code has no version; null for none.</summary>
    public string? ForNew { get; }

    /// <summary>The instances that it runs, if it has their code.</summary>
    public VersionRange Takes { get; }

    /// <summary>Whether instances fail that nobody runs because of their versions; else they wait.</summary>
    public bool FailsOthers { get; }

    private static string? NoneIfEmpty(string? version) => string.IsNullOrEmpty(version) ? null : version;
}
