using Perdure.Core.DeadLetters;

namespace Perdure.Core.Timers;

/// <summary>The function of a timer, as the core knows it.</summary>
/// <param name="Name">Of the function.</param>
/// <param name="Schedule">When it is due.</param>
/// <param name="Retries">How often it may try.</param>
internal sealed record TimerConsumer(string Name, TimerSchedule Schedule, RetryPolicy Retries)
{
    public TimerMisfire Misfire { get; init; }

    public TimerOverlap Overlap { get; init; }

    /// <summary>The most occurrences that are caught up with; what is older is skipped.</summary>
    public int CatchUpMax { get; init; } = 100;

    /// <summary>A program runs it once when it has the timer for the first time.</summary>
    public bool RunsOnStartup { get; init; }
}
