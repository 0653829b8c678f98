namespace Perdure;

/// <summary>Why a message or an event was put aside.</summary>
public enum DeadLetterReason
{
    // The numbers are stored.

    /// <summary>Its function threw, as often as its retries allow.</summary>
    Exception = 0,

    /// <summary>It does not fit the parameters of the function, and never will.</summary>
    Unbindable = 1,

    /// <summary>Its function did not end in time, as often as its retries allow.</summary>
    Timeout = 2,

    /// <summary>The process died again and again while its function ran.</summary>
    CrashSuspect = 3,

    /// <summary>The function itself said that it is hopeless.</summary>
    Rejected = 4,

    /// <summary>A circuit opened meanwhile; it runs again when the circuit closes.</summary>
    CircuitHeld = 5,

    /// <summary>An earlier event of its key was aside; its function has not seen it.</summary>
    KeyHeld = 6,
}
