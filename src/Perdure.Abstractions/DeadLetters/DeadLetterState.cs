namespace Perdure;

/// <summary>What becomes of what was put aside.</summary>
public enum DeadLetterState
{
    // The numbers are stored.

    /// <summary>Nobody has done anything about it.</summary>
    Active = 0,

    /// <summary>
    /// It waits behind another one of its key (<see cref="EventFailurePolicy.HoldKey"/>), and runs by itself when it is
    /// its turn.
    /// </summary>
    Held = 1,

    /// <summary>It runs again, or is about to.</summary>
    Replaying = 2,

    /// <summary>It has run again and ended well.</summary>
    Resolved = 3,

    /// <summary>Somebody has decided that it is not to run.</summary>
    Discarded = 4,

    /// <summary>
    /// Another one has taken its place: an edited revision, or what its message has become that was put aside again.
    /// </summary>
    Replaced = 5,

    /// <summary>Its message is back in its queue, and has not been processed yet.</summary>
    Requeued = 6,
}
