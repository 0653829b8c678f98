using NCrontab;

namespace Perdure.Core.Timers;

/// <summary>
/// A cron expression in a time zone. What its clock shows twice when it is set back counts once, the first time, unless
/// second, minute or hour has a <c>*</c>, <c>-</c> or <c>/</c>: such a schedule keeps running. What the clock leaves
/// out when it is set forward is due as if it had not been set: so much later by the new time.
/// </summary>
internal sealed class CronSchedule : TimerSchedule
{
    private const long Second = 1_000;
    private const int YearsMax = 100;
    private static readonly DateTime s_last = new(9_800, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly CrontabSchedule _cron;
    private readonly ZoneShifts _shifts;
    private readonly bool _repeats;

    /// <param name="text">An expression that has no <see cref="CronText.Problem"/>.</param>
    /// <param name="zone">Where it is meant.</param>
    public CronSchedule(string text, TimeZoneInfo zone)
    {
        List<(string Text, int At)> fields = CronText.Split(text);
        string[] six = [.. (fields.Count == 5 ? ["0"] : (string[])[]), .. fields.Select(f => f.Text)];
        _cron = CrontabSchedule.Parse(
            string.Join(' ', six), new CrontabSchedule.ParseOptions { IncludingSeconds = true });
        _shifts = new ZoneShifts(zone);
        _repeats = six.Take(3).Any(static f => f.AsSpan().IndexOfAny("*-/") >= 0);
    }

    public override long First(long now)
    {
        DateTime from = DateTime.UnixEpoch.AddSeconds(Math.DivRem(now, Second).Quotient);
        return from < s_last && After(from) is { } next
            ? (long)(next - DateTime.UnixEpoch).TotalMilliseconds
            : Never;
    }

    public override long After(long occurrence, long time) => First(Math.Max(occurrence, time));

    /// <summary>
    /// Between two shifts of the zone the offset stays the same, so that local times are those of the expression.
    /// </summary>
    /// <param name="from">In UTC and in whole seconds; the occurrence is later.</param>
    private DateTime? After(DateTime from)
    {
        if (_shifts.Quiet(from) is { } quiet && Local(from + quiet.Offset) - quiet.Offset is { } near
            && near < quiet.Until)
            return near;
        ZoneShift? shift = _shifts.Recent(from);
        TimeSpan offset = shift?.After ?? _shifts.OffsetAt(from);
        while (true)
        {
            DateTime? next = Normal(from, offset, shift);
            if (Shifted(from, shift) is { } shifted && !(next <= shifted))
                next = shifted;
            // What stands a second before a shift is behind it already.
            if (next is not { } found
                || _shifts.Next(shift is { } s && s.At > from ? s.At : from, found) is not { } coming)
                return next;
            (shift, offset, from) = (coming, coming.After, coming.At - s_second);
        }
    }

    private DateTime? Normal(DateTime from, TimeSpan offset, ZoneShift? shift)
    {
        DateTime local = from + offset;
        if (!_repeats && shift is { } s && s.After < s.Before && local < s.At + s.Before - s_second)
            local = s.At + s.Before - s_second;
        return Local(local) - offset;
    }

    /// <summary>Of what the clock has left out, the first that is still to come.</summary>
    private DateTime? Shifted(DateTime from, ZoneShift? shift)
    {
        if (shift is not { } s || s.After <= s.Before)
            return null;
        DateTime first = s.At - s_second;
        DateTime? local = Local((from > first ? from : first) + s.Before);
        return local < s.At + s.After ? local - s.Before : null;
    }

    private DateTime? Local(DateTime from)
    {
        DateTime end = from.AddYears(YearsMax);
        DateTime next = _cron.GetNextOccurrence(from, end);
        if (next >= end)
            return null;
        // NCrontab 3.3.2 keeps the second at which it begins when it finds a later minute of the same hour.
        DateTime minute = next.AddSeconds(-next.Second);
        if (minute > from)
            next = _cron.GetNextOccurrence(minute - s_second, end);
        return DateTime.SpecifyKind(next, DateTimeKind.Utc);
    }
}
