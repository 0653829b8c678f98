namespace Perdure;

/// <summary>What a purge did.</summary>
/// <param name="instancesDeleted">How many instances it deleted.</param>
public sealed class PurgeHistoryResult(int instancesDeleted)
{
    /// <summary>How many instances it deleted; instances that were not there, or had not ended, do not count.</summary>
    public int InstancesDeleted { get; } = instancesDeleted;
}
