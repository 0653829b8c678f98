namespace Perdure;

/// <summary>Something that has become of a dead letter.</summary>
/// <param name="At">When.</param>
/// <param name="Author">By whom, if they said so; null also for what the engine has found.</param>
/// <param name="Action">What.</param>
/// <param name="Note">What the author said about it, or null.</param>
public sealed record DeadLetterTrailEntry(DateTimeOffset At, string? Author, DeadLetterAction Action, string? Note);

/// <summary>What can become of a dead letter.</summary>
public enum DeadLetterAction
{
    // The names are stored.

    /// <summary>Somebody lets it run again; the note says where, unless that is in its place.</summary>
    Replayed,

    /// <summary>It is back in its queue, or at the end of its stream.</summary>
    Requeued,

    /// <summary>It has run again and ended well.</summary>
    Resolved,

    /// <summary>It has run again, and has failed.</summary>
    FailedAgain,

    /// <summary>Somebody has decided that it is not to run.</summary>
    Discarded,

    /// <summary>Somebody has taken that back.</summary>
    Restored,

    /// <summary>Somebody has made an edited revision of it.</summary>
    Edited,

    /// <summary>Somebody has said something about it.</summary>
    Noted,

    /// <summary>Everything of its key that stood before it is done: it runs.</summary>
    Released,
}
