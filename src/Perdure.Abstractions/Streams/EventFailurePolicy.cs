namespace Perdure;

/// <summary>What becomes of an event of a stream that its function cannot process.</summary>
public enum EventFailurePolicy
{
    /// <summary>It is put aside as a dead letter, and the next event runs.</summary>
    DeadLetterAndAdvance,

    /// <summary>It is logged and lost, and the next event runs: what Azure Functions does.</summary>
    Advance,

    /// <summary>
    /// No further event of its partition runs. It is tried again, with all its retries, when somebody wants it
    /// (<see cref="IStreamAdminClient.ResumeAsync"/>), or when the partition is opened next: by a program that was
    /// started anew, perhaps with mended code, or on another node.
    /// </summary>
    HoldPartition,

    /// <summary>
    /// It is put aside as a dead letter, and so is each later event of its key: those wait, unseen by the function, and
    /// run in their order, with all its retries, when everything before them has ended well or was discarded. Other
    /// keys go on. An event without a key is put aside alone. When 1,000 events of one key wait, their partition stands
    /// still.
    /// </summary>
    HoldKey,
}
