using Perdure.Core.DeadLetters;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Streams;

/// <summary>What a function did with a batch.</summary>
internal sealed record BatchOutcome
{
    /// <summary>What it threw; null when it returned.</summary>
    public FailureDetails? Failure { get; init; }

    /// <summary>Why no retry can help; null when one may.</summary>
    public DeadLetterReason? Hopeless { get; init; }

    /// <summary>Events of the batch that failed by themselves, by their place in it.</summary>
    public IReadOnlyList<FailedEvent> Events { get; init; } = [];

    /// <summary>What it threw, or why the first event failed; null when all is well.</summary>
    public FailureDetails? FirstFailure => Failure ?? (Events.Count > 0 ? Events[0].Failure : null);

    /// <summary>Only events that no retry can help have failed: it is their fault, and of nothing else.</summary>
    public bool IsOfEvents => Failure is null ? Events.All(e => e.Hopeless is not null) : Hopeless is not null;

    /// <summary>When it was handed the batch, in milliseconds since 1970.</summary>
    public required long BegunAt { get; init; }

    /// <summary>What it sent; counts when it returned.</summary>
    public IReadOnlyList<(string Target, Message Message)> Sent { get; init; } = [];
}

/// <summary>An event that failed although its batch did not.</summary>
/// <param name="Place">In the batch, from 0.</param>
/// <param name="Failure">Why.</param>
/// <param name="Hopeless">Why no retry can help; null when one may.</param>
internal readonly record struct FailedEvent(int Place, FailureDetails Failure, DeadLetterReason? Hopeless);

/// <summary>What becomes of a batch.</summary>
/// <param name="Rows">What is written.</param>
/// <param name="State">The reader from now on.</param>
internal sealed record ReaderTurn(TurnRows Rows, ReaderState State)
{
    /// <summary>What goes to others, in the order of the rows that are inserted.</summary>
    public IReadOnlyList<(string Target, Message Message)> Sent { get; init; } = [];

    public IReadOnlyList<DeadLetterRow> DeadLetters { get; init; } = [];

    /// <summary>Events that were given up and are not put aside.</summary>
    public IReadOnlyList<(StoredEvent Event, FailureDetails Failure)> Skipped { get; init; } = [];
}
