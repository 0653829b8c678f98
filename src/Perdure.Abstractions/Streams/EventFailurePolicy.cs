namespace Perdure;

/// <summary>What becomes of an event of a stream that its function cannot process.</summary>
public enum EventFailurePolicy
{
    /// <summary>It is put aside as a dead letter, and the next event runs.</summary>
    DeadLetterAndAdvance,

    /// <summary>It is logged and lost, and the next event runs: what Azure Functions does.</summary>
    Advance,

    /// <summary>No event of its partition runs before somebody has said what is to become of it.</summary>
    HoldPartition,
}
