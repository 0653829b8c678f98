namespace Perdure;

/// <summary>What a clean-up did.</summary>
/// <param name="NumberOfEmptyEntitiesRemoved">How many entities without a state it removed.</param>
/// <param name="NumberOfOrphanedLocksRemoved">How many locks of ended orchestrations it released.</param>
public readonly record struct CleanEntityStorageResult(
    int NumberOfEmptyEntitiesRemoved, int NumberOfOrphanedLocksRemoved);
