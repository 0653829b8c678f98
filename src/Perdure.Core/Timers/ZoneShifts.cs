namespace Perdure.Core.Timers;

/// <summary>The clocks of a zone are set.</summary>
/// <param name="At">From this time on, in UTC.</param>
/// <param name="Before">How far ahead of UTC they were.</param>
/// <param name="After">How far ahead of UTC they are.</param>
internal readonly record struct ZoneShift(DateTime At, TimeSpan Before, TimeSpan After);

/// <summary>A time in which the clocks of a zone are not set, nor shortly before.</summary>
/// <param name="From">Its beginning, in UTC.</param>
/// <param name="Until">Its end.</param>
/// <param name="Offset">How far ahead of UTC they are.</param>
internal sealed record QuietTime(DateTime From, DateTime Until, TimeSpan Offset);

/// <summary>When the clocks of a zone are set. Times are in UTC, to the second.</summary>
internal sealed class ZoneShifts(TimeZoneInfo zone)
{
    /// <summary>Two shifts closer than that are taken for one.</summary>
    private static readonly TimeSpan s_step = TimeSpan.FromHours(12);

    /// <summary>No clock was ever set by more than a day.</summary>
    private static readonly TimeSpan s_recent = TimeSpan.FromHours(25);

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <summary>How far ahead one looks for quiet.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromDays(7);

    /// <summary>What was found last: who asks goes on from there as a rule, and zones are slow to answer.</summary>
    private QuietTime? _quiet;

    private readonly bool _isFixed = zone.GetAdjustmentRules().Length == 0;

    public TimeSpan OffsetAt(DateTime time) => zone.GetUtcOffset(time);

    /// <summary>The quiet time in which this one is; null when a shift may still matter.</summary>
    public QuietTime? Quiet(DateTime time)
    {
        QuietTime? known = Volatile.Read(ref _quiet);
        if (known is not null && known.From <= time && time < known.Until)
            return known;
        if (Recent(time) is not null)
            return null;
        DateTime until = time + s_ahead;
        known = new QuietTime(time, Next(time, until)?.At ?? until, OffsetAt(time));
        Volatile.Write(ref _quiet, known);
        return known;
    }

    /// <summary>The latest one that may still matter at a time.</summary>
    public ZoneShift? Recent(DateTime time)
    {
        ZoneShift? latest = null;
        DateTime from = time - DateTime.UnixEpoch > s_recent ? time - s_recent : DateTime.UnixEpoch;
        while (Next(from, time) is { } next)
            (latest, from) = (next, next.At);
        return latest;
    }

    /// <summary>The first one after a time, and not after another one.</summary>
    public ZoneShift? Next(DateTime from, DateTime until)
    {
        if (_isFixed)
            return null;
        TimeSpan before = OffsetAt(from);
        while (from < until)
        {
            DateTime next = until - from > s_step ? from + s_step : until;
            if (OffsetAt(next) != before)
                return new ZoneShift(Find(from, next, before), before, OffsetAt(next));
            from = next;
        }
        return null;
    }

    /// <summary>The first second with another offset; at the end of the range there is another one.</summary>
    private DateTime Find(DateTime from, DateTime end, TimeSpan before)
    {
        while (end - from > s_second)
        {
            DateTime middle = from + TimeSpan.FromSeconds((long)(end - from).TotalSeconds / 2);
            (from, end) = OffsetAt(middle) == before ? (middle, end) : (from, middle);
        }
        return end;
    }
}
