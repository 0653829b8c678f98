namespace Perdure;

/// <summary>A consumer group of a stream: who reads it, and how far it has come.</summary>
public sealed class ConsumerGroup
{
    /// <summary>Its name, in lower case.</summary>
    public required string Name { get; init; }

    /// <summary>The function of this host that reads for it; null when this host has none.</summary>
    public string? FunctionName { get; init; }

    /// <summary>In every partition in which it has begun, by number.</summary>
    public required IReadOnlyList<Checkpoint> Checkpoints { get; init; }

    /// <summary>How many events it has not done, over all partitions.</summary>
    public long Lag => Checkpoints.Sum(c => c.Lag);
}

/// <summary>How far a consumer group has come in a partition.</summary>
public sealed class Checkpoint
{
    /// <summary>The partition.</summary>
    public required int PartitionId { get; init; }

    /// <summary>The first event that is not done; the end when all are.</summary>
    public required long SequenceNumber { get; init; }

    /// <summary>The number of the event that comes next in the partition.</summary>
    public required long NextSequenceNumber { get; init; }

    /// <summary>
    /// How many events are not done. Numbers that no event has, which a store that refuses a block leaves, are counted.
    /// </summary>
    public required long Lag { get; init; }

    /// <summary>When the oldest event was appended that is not done; null when all are.</summary>
    public DateTimeOffset? OldestEventAt { get; init; }

    /// <summary>How often the function has failed with what stands there.</summary>
    public required int Failures { get; init; }

    /// <summary>Whether it stands still there, because the failure policy says <c>HoldPartition</c>.</summary>
    public required bool IsHeld { get; init; }

    /// <summary>When it is tried again; null when it is not waiting for that.</summary>
    public DateTimeOffset? NextRetryAt { get; init; }

    /// <summary>The last failure with what stands there, or null.</summary>
    public FailureDetails? LastFailure { get; init; }

    /// <summary>When the checkpoint was written last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
