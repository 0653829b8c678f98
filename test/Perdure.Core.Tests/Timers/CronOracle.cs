namespace Perdure.Core.Tests.Timers;

/// <summary>
/// What a cron expression means, said in another way than in the code: every second of a time is looked at, one after
/// the other, by a clock on the wall that is set now and then.
/// </summary>
internal sealed class CronOracle(string text, TimeZoneInfo zone)
{
    private static readonly string[] s_days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private static readonly string[] s_months =
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    private static readonly (int Min, int Max)[] s_ranges = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

    private readonly string[] _fields = Six(text);
    private readonly bool[][] _allowed = [.. Six(text).Select(Allowed)];

    private bool Repeats { get; } = Six(text).Take(3).Any(f => f.Contains('*') || f.Contains('-') || f.Contains('/'));

    /// <summary>The occurrences after a time and up to another one.</summary>
    public IEnumerable<DateTime> Between(DateTime from, DateTime until)
    {
        // Whoever looks at a clock has to have seen it before it was set.
        TimeSpan offset = zone.GetUtcOffset(from.AddHours(-26));
        DateTime setAt = DateTime.MinValue;
        TimeSpan before = offset;
        DateTime begin = from.AddHours(-26).AddSeconds(-from.Second);
        for (DateTime now = begin; now <= until; now = now.AddSeconds(now < from.AddMinutes(-1) ? 60 : 1))
        {
            // Clocks are set at full minutes, and looking at zones takes long.
            TimeSpan current = now.Second == 0 ? zone.GetUtcOffset(now) : offset;
            if (current != offset)
                (before, setAt, offset) = (offset, now, current);
            if (now <= from)
                continue;
            // The clock shows what it has shown before.
            bool isRepeated = before > offset && now - setAt < before - offset;
            bool isShown = Matches(now + offset) && (Repeats || !isRepeated);
            // The clock was set forward: what it has left out comes now, by the clock as it was.
            bool isLeftOut = before < offset && now - setAt < offset - before && Matches(now + before);
            if (isShown || isLeftOut)
                yield return now;
        }
    }

    private bool Matches(DateTime local) =>
        _allowed[0][local.Second] && _allowed[1][local.Minute] && _allowed[2][local.Hour] && _allowed[3][local.Day]
        && _allowed[4][local.Month] && _allowed[5][(int)local.DayOfWeek];

    private static bool[] Allowed(string field, int place)
    {
        (int min, int max) = s_ranges[place];
        return
        [
            .. Enumerable.Range(0, max + 1)
                .Select(v => v >= min && field.Split(',').Any(item => Has(item, place, v, min, max))),
        ];
    }

    private static bool Has(string item, int field, int value, int min, int max)
    {
        string[] parts = item.Split('/');
        int step = parts.Length > 1 ? int.Parse(parts[1]) : 1;
        string[] ends = parts[0].Split('-');
        int from = ends[0] == "*" ? min : Number(ends[0], field);
        int to = ends.Length > 1 ? Number(ends[1], field) : ends[0] == "*" || parts.Length > 1 ? max : from;
        return value >= from && value <= to && (value - from) % step == 0;
    }

    private static int Number(string text, int field) => int.TryParse(text, out int number) ? number
        : field == 4 ? Array.IndexOf(s_months, text.ToUpperInvariant()) + 1
        : Array.IndexOf(s_days, text.ToUpperInvariant());

    private static string[] Six(string text)
    {
        string[] fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5 ? ["0", .. fields] : fields;
    }
}
