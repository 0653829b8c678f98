namespace Perdure;

/// <summary>What becomes of what was put aside.</summary>
public enum DeadLetterState
{
    // The numbers are stored.

    /// <summary>Nobody has done anything about it.</summary>
    Active = 0,

    /// <summary>It waits behind another one of its key.</summary>
    Held = 1,

    /// <summary>It runs again, or is about to.</summary>
    Replaying = 2,

    /// <summary>It has run again and ended well, or went back to its queue.</summary>
    Resolved = 3,

    /// <summary>Somebody has decided that it is not to run.</summary>
    Discarded = 4,
}
