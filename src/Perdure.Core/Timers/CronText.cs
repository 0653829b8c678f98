using System.Globalization;

namespace Perdure.Core.Timers;

/// <summary>
/// Finds what is wrong with a cron expression and where. The parser would take some of it and mean something else: a
/// range that runs backwards, a step of zero, a day that is called "m".
/// </summary>
internal static class CronText
{
    private static readonly string[] s_months =
    [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ];

    private static readonly string[] s_days =
        ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    private static readonly CronField[] s_fields =
    [
        new("second", 0, 59, []), new("minute", 0, 59, []), new("hour", 0, 23, []), new("day", 1, 31, []),
        new("month", 1, 12, s_months), new("day of week", 0, 6, s_days),
    ];

    /// <summary>The fields of an expression with the places where they begin, from 0.</summary>
    public static List<(string Text, int At)> Split(string text)
    {
        List<(string, int)> fields = [];
        for (int i = 0; i < text.Length;)
        {
            if (text[i] == ' ')
            {
                i++;
                continue;
            }
            int end = text.IndexOf(' ', i);
            end = end < 0 ? text.Length : end;
            fields.Add((text[i..end], i));
            i = end;
        }
        return fields;
    }

    /// <summary>What is wrong, for people; null when nothing is.</summary>
    public static string? Problem(string text)
    {
        List<(string Text, int At)> fields = Split(text);
        if (fields.Count is not (5 or 6))
            return $"it has {Count(fields.Count, "field")}; it has 6 (second, minute, hour, day, month, day of week) "
                + "or 5 (without the second), with spaces between them";
        CronField[] kinds = fields.Count == 6 ? s_fields : s_fields[1..];
        for (int i = 0; i < kinds.Length; i++)
        {
            if (kinds[i].Problem(fields[i].Text, fields[i].At) is { } problem)
                return problem;
        }
        return null;
    }

    private static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    /// <summary>One of the fields.</summary>
    /// <param name="Name">For people.</param>
    /// <param name="Min">Its smallest number.</param>
    /// <param name="Max">Its largest number.</param>
    /// <param name="Names">What else its numbers are called, from the smallest on.</param>
    private sealed record CronField(string Name, int Min, int Max, string[] Names)
    {
        private const int NameCharsMin = 3;

        /// <summary>Items between commas: <c>*</c>, a value or a range, and perhaps a step.</summary>
        public string? Problem(string text, int at)
        {
            foreach (string item in text.Split(','))
            {
                if (ItemProblem(item, at) is { } problem)
                    return problem;
                at += item.Length + 1;
            }
            return null;
        }

        private string? ItemProblem(string item, int at)
        {
            int slash = item.IndexOf('/', StringComparison.Ordinal);
            string values = slash < 0 ? item : item[..slash];
            if (slash >= 0 && StepProblem(item[(slash + 1)..], at + slash + 1) is { } step)
                return step;
            if (values == "*")
                return null;
            int dash = values.IndexOf('-', StringComparison.Ordinal);
            if (dash < 0)
                return Value(values, at, out _);
            string? problem = Value(values[..dash], at, out int from);
            string? second = Value(values[(dash + 1)..], at + dash + 1, out int to);
            if ((problem ?? second) is { } wrong)
                return wrong;
            return from <= to
                ? null
                : Wrong(at, $"the range '{values}' runs backwards; a range goes from the smaller value to the larger "
                    + $"one, so write two, with a comma: '{values[..dash]}-{Max},{Min}-{values[(dash + 1)..]}'");
        }

        private string? StepProblem(string step, int at) =>
            int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int every)
                && every > 0 && every <= Max - Min
                ? null
                : Wrong(at, $"'{step}' is not a step, which is a number from 1 to {Text(Max - Min)}");

        private string? Value(string text, int at, out int value)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value))
            {
                return value < Min ? Wrong(at, $"{text} is less than {Text(Min)}")
                    : value > Max ? Wrong(at, $"{text} is more than {Text(Max)}")
                    : null;
            }
            value = Array.FindIndex(Names, n => text.Length >= NameCharsMin
                && n.StartsWith(text, StringComparison.OrdinalIgnoreCase)) + Min;
            if (value >= Min)
                return null;
            if (text.Length == 0)
                return Wrong(at, "a value is missing");
            int strange = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
            return Names.Length > 0 && char.IsAsciiLetter(text[0])
                ? Wrong(at, $"'{text}' is no name of a {Name}")
                : Wrong(at + Math.Max(strange, 0), $"'{text[Math.Max(strange, 0)]}' is not allowed here");
        }

        private string Wrong(int at, string what)
        {
            string names = Names.Length > 0 ? $" or a name ({Names[0][..3].ToUpperInvariant()} and so on)" : "";
            return $"in the {Name} field, at character {Text(at + 1)}: {what}. {(Name[0] == 'h' ? "An" : "A")} {Name} "
                + $"is a number from {Text(Min)} to {Text(Max)}{names}; '*' is any, ',' stands between values, '-' "
                + "makes a range, '/' a step";
        }

        private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
