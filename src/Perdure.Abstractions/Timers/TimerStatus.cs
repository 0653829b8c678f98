namespace Perdure;

/// <summary>A timer of the task hub, as it was stored last. Times are in UTC.</summary>
public sealed class TimerStatus
{
    /// <summary>The name of its function.</summary>
    public required string Name { get; init; }

    /// <summary>The schedule, as it was written; empty before a program that has the function has had it.</summary>
    public required string Schedule { get; init; }

    /// <summary>The id of the time zone that the schedule means.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Whether a program that has the function runs now. If not, nothing of the timer runs.</summary>
    public required bool HasFunction { get; init; }

    /// <summary>Nothing begins by the schedule until somebody resumes the timer.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>The time of the occurrence that ended last, put aside or not; null when none has.</summary>
    public DateTimeOffset? Last { get; init; }

    /// <summary>The next occurrence by the schedule; null while the timer is paused.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>When the timer changed last; null when it was never stored.</summary>
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary>The next five occurrences by the schedule; none while the timer is paused.</summary>
    public IReadOnlyList<DateTimeOffset> Upcoming { get; init; } = [];

    /// <summary>What has begun and has not ended: it runs, or waits for its retry. Null when there is none.</summary>
    public TimerOccurrence? Current { get; init; }

    /// <summary>Occurrences that were asked for and have not begun.</summary>
    public int Waiting { get; init; }
}

/// <summary>An occurrence of a timer that has begun.</summary>
/// <param name="Id">The same at every attempt.</param>
/// <param name="Time">For which time it runs.</param>
/// <param name="IsPastDue">Whether it was missed.</param>
/// <param name="Failures">How often its function has failed with it.</param>
/// <param name="RetryAt">Its next attempt, if one failed.</param>
/// <param name="LastFailure">With what it failed last.</param>
public sealed record TimerOccurrence(
    string Id, DateTimeOffset Time, bool IsPastDue, int Failures, DateTimeOffset? RetryAt, FailureDetails? LastFailure);
