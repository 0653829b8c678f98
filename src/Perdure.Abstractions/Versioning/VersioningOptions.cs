namespace Perdure;

/// <summary>
/// The version of a program, and which instances it runs; <c>Perdure:Versioning</c> in the configuration. Versions are
/// compared number by number (1.9 before 1.10; 2 and 2.0 are the same), and no version comes before all.
/// </summary>
public sealed class VersioningOptions
{
    /// <summary>
    /// The version of this program. Null, the default: the newest one that its orchestrators are registered in with
    /// <see cref="OrchestrationTriggerAttribute.Version"/>, or none. At most 100 characters.
    /// </summary>
    public string? Version { get; set; }

    /// <summary>
    /// The version of instances and sub-orchestrations that this program starts without saying one. Null, the default:
    /// the newest one of their code. At most 100 characters.
    /// </summary>
    public string? DefaultVersion { get; set; }

    /// <summary>
    /// Which instances this program runs. Default <see cref="VersionMatchStrategy.CurrentOrOlder"/>: it never runs one
    /// that is newer than itself.
    /// </summary>
    public VersionMatchStrategy MatchStrategy { get; set; } = VersionMatchStrategy.CurrentOrOlder;

    /// <summary>
    /// What becomes of an instance that neither this program nor another one of the hub runs because of its version.
    /// Default <see cref="VersionFailureStrategy.Reject"/>: it waits.
    /// </summary>
    public VersionFailureStrategy FailureStrategy { get; set; } = VersionFailureStrategy.Reject;
}
