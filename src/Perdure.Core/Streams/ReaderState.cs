using System.Collections.Immutable;
using Perdure.Core.DeadLetters;

namespace Perdure.Core.Streams;

/// <summary>How far a reader has come with a log. It does not change: what happens makes a new one.</summary>
internal sealed record ReaderState
{
    /// <summary>The first event that is not done: the checkpoint.</summary>
    public required long Position { get; init; }

    /// <summary>What is done beyond the position.</summary>
    public NumberRanges Done { get; init; } = NumberRanges.Empty;

    /// <summary>How often the function has failed with what stands at the position.</summary>
    public int Failures { get; init; }

    public IReadOnlyList<FailedAttempt> Attempts { get; init; } = [];

    /// <summary>Not before this time; 0 at once.</summary>
    public long DueAt { get; init; }

    /// <summary>
    /// How many events run at a time until <see cref="PieceEnd"/>; 0 for as many as the function takes.
    /// </summary>
    public int Piece { get; init; }

    public long PieceEnd { get; init; }

    /// <summary>
    /// The retries of a batch are used up, and the event that is to blame is looked for: each piece runs once.
    /// </summary>
    public bool IsSearching { get; init; }

    /// <summary>It stands still at a failed event until its log is opened again.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Why no retry could have helped with what it stands still at; null when one might have.</summary>
    public DeadLetterReason? HeldAs { get; init; }

    /// <summary>
    /// Where each key has an order of its own: what is known of keys whose events failed. To each its entry is a reader
    /// of a log that has nothing but its events. What else fails here is then nothing.
    /// </summary>
    public ImmutableSortedDictionary<string, ReaderState> Keys { get; init; } = NoKeys;

    public static ImmutableSortedDictionary<string, ReaderState> NoKeys { get; } =
        ImmutableSortedDictionary.Create<string, ReaderState>(StringComparer.Ordinal);

    /// <summary>Nothing is to be known of it beside its position.</summary>
    public bool IsPlain => this is
    {
        Done.Count: 0, Failures: 0, Attempts.Count: 0, DueAt: 0, Piece: 0, IsHeld: false, Keys.Count: 0,
    };

    /// <summary>With what is known of a key, or without it when that is nothing.</summary>
    public ReaderState With(string key, ReaderState known) =>
        this with { Keys = known.IsPlain ? Keys.Remove(key) : Keys.SetItem(key, known) };

    /// <summary>These are done; the position goes over everything that is.</summary>
    public ReaderState Finish(long from, long end)
    {
        NumberRanges done = Done;
        long position = Position;
        if (from <= position)
            position = Math.Max(position, end);
        else
            done = done.With(from, end);
        while (done.Count > 0 && done[0].From <= position)
        {
            position = Math.Max(position, done[0].End);
            done = done.From(position);
        }
        return this with { Position = position, Done = done };
    }

    /// <summary>Nothing is known any more of what stood at the position.</summary>
    public ReaderState Afresh() => this with { Failures = 0, Attempts = [], DueAt = 0, IsHeld = false, HeldAs = null };
}
