using System.Globalization;
using System.Text;

namespace Perdure;

/// <summary>What the function of a timer gets.</summary>
/// <param name="status">Where the timer stood when the occurrence began.</param>
/// <param name="isPastDue">Whether the occurrence was missed.</param>
/// <param name="next">Gives the next times, in UTC; null for none, in tests of a function.</param>
public sealed class TimerInfo(ScheduleStatus status, bool isPastDue, Func<int, IEnumerable<DateTime>>? next = null)
{
    /// <summary>Where the timer stood when the occurrence began.</summary>
    public ScheduleStatus ScheduleStatus { get; } = status;

    /// <summary>
    /// Whether it runs late: it began more than a minute after its time, or when the next one was due as well.
    /// </summary>
    public bool IsPastDue { get; } = isPastDue;

    /// <summary>
    /// The same at every attempt of the occurrence, and of no other one. It fits as the id of an orchestration.
    /// </summary>
    public string OccurrenceId { get; init; } = "";

    /// <summary>For which time it runs, in UTC.</summary>
    public DateTime OccurrenceTime { get; init; }

    /// <summary>The next times by the schedule, in UTC, a line for each.</summary>
    /// <param name="count">How many; 1 or more.</param>
    /// <returns>The text.</returns>
    public string FormatNextOccurrences(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        StringBuilder text = new(
            string.Create(CultureInfo.InvariantCulture, $"The next {count} occurrences of the schedule will be:\n"));
        foreach (DateTime time in next?.Invoke(count) ?? [])
            text.Append(time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)).Append('\n');
        return text.ToString();
    }
}
