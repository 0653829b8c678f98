using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Timers;

/// <summary>What a function did with an occurrence.</summary>
/// <param name="BegunAt">When it was called, in milliseconds since 1970.</param>
/// <param name="Failure">What it threw; null when it returned.</param>
/// <param name="Hopeless">Why no retry can help; null when one may.</param>
/// <param name="Sent">What it sent; counts when it returned.</param>
internal sealed record TimerOutcome(
    long BegunAt, FailureDetails? Failure, DeadLetterReason? Hopeless,
    IReadOnlyList<(string Target, Message Message)> Sent);

/// <summary>What a timer does next.</summary>
/// <param name="State">The timer from now on.</param>
internal sealed record TimerStep(TimerState State)
{
    /// <summary>The state is another one than before, and has to be stored before anything follows from it.</summary>
    public bool IsChanged { get; init; }

    /// <summary>When to look again, if nothing happens before.</summary>
    public long WakeAt { get; init; } = TimerSchedule.Never;

    /// <summary>Occurrences from the first time on and before the second do not run.</summary>
    public (long From, long Before)? Skipped { get; init; }
}

/// <summary>What becomes of an occurrence.</summary>
/// <param name="Rows">What is written.</param>
/// <param name="State">The timer from now on.</param>
internal sealed record TimerTurn(TurnRows Rows, TimerState State)
{
    /// <summary>What goes to others, in the order of the rows that are inserted.</summary>
    public IReadOnlyList<(string Target, Message Message)> Sent { get; init; } = [];

    public DeadLetterRow? DeadLetter { get; init; }

    /// <summary>Occurrences from the first time on and before the second do not run.</summary>
    public (long From, long Before)? Skipped { get; init; }
}
