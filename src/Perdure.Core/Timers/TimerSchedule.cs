using System.Globalization;

namespace Perdure.Core.Timers;

/// <summary>When a timer is due. Times are in milliseconds since 1970, and whole seconds.</summary>
internal abstract class TimerSchedule
{
    /// <summary>It is never due again.</summary>
    public const long Never = long.MaxValue;

    private static readonly TimeSpan s_intervalMax = TimeSpan.FromDays(3650);

    /// <summary>As it was written.</summary>
    public required string Text { get; init; }

    /// <summary>The id of the time zone in which it is meant.</summary>
    public required string TimeZone { get; init; }

    /// <summary>The first occurrence after a time, for a timer that begins then.</summary>
    public abstract long First(long now);

    /// <summary>The first occurrence after another one that is also after a time.</summary>
    public abstract long After(long occurrence, long time);

    /// <summary>The next ones from this one on, itself included.</summary>
    public IEnumerable<long> From(long next)
    {
        for (; next != Never; next = After(next, next))
            yield return next;
    }

    /// <summary>Reads six or five fields of a cron expression, or a time span.</summary>
    /// <param name="text">What is read.</param>
    /// <param name="zone">Where its hours are meant.</param>
    /// <param name="problem">What is wrong with it, for people; null when nothing is.</param>
    /// <returns>The schedule; null when something is wrong.</returns>
    public static TimerSchedule? Read(string text, TimeZoneInfo zone, out string? problem)
    {
        bool isSpan = text.Contains(':', StringComparison.Ordinal);
        TimeSpan every = default;
        problem = isSpan ? SpanProblem(text, out every) : CronText.Problem(text);
        if (problem is not null)
            return null;
        if (isSpan)
            return new IntervalSchedule((long)every.TotalMilliseconds) { Text = text, TimeZone = zone.Id };
        CronSchedule schedule = new(text, zone) { Text = text, TimeZone = zone.Id };
        // The calendar repeats itself after 400 years, but nobody waits for longer than that search goes.
        if (schedule.First(0) != Never)
            return schedule;
        problem = "no day of any year is like that";
        return null;
    }

    private static string? SpanProblem(string text, out TimeSpan every) =>
        !TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out every)
            ? "with a ':' it is a time span, such as 00:05:00 or 1.00:00:00, and this is none"
            : every < TimeSpan.FromSeconds(1) || every > s_intervalMax || every.Ticks % TimeSpan.TicksPerSecond != 0
                ? $"a time span is of whole seconds, from one second to {s_intervalMax.Days} days"
                : null;
}

/// <summary>Again and again, so long after the time before, whatever clocks show.</summary>
/// <param name="every">In milliseconds.</param>
internal sealed class IntervalSchedule(long every) : TimerSchedule
{
    private const long Second = 1_000;

    public override long First(long now) => (now / Second * Second) + every;

    public override long After(long occurrence, long time) =>
        occurrence + (every * Math.Max(1, ((time - occurrence) / every) + 1));
}
