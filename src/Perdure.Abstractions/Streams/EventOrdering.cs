namespace Perdure;

/// <summary>What of a stream's partition runs in its order.</summary>
public enum EventOrdering
{
    /// <summary>
    /// All of it: the next batch begins when the one before is done. Batches hold events of all keys.
    /// </summary>
    Partition,

    /// <summary>
    /// The events of each key: as many keys run at a time as
    /// <see cref="EventHubTriggerAttribute.MaxConcurrentKeys"/> says, and one that fails or takes its time holds up
    /// none of the others. A batch holds events of one key. Events without a key have an order of their own, as if they
    /// had one. It looks at most 1,000 events beyond the first that is not done, and begins no further key while events
    /// of 32 keys wait for their retries. Cannot go with <see cref="EventFailurePolicy.HoldPartition"/>.
    /// </summary>
    Key,
}
