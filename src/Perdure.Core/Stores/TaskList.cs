using System.Globalization;
using System.Text;

namespace Perdure.Core.Stores;

/// <summary>Task ids as text: <c>3-66,70</c>.</summary>
internal static class TaskList
{
    public static string Of(IReadOnlyList<int> tasks)
    {
        StringBuilder text = new();
        for (int i = 0; i < tasks.Count; i++)
        {
            int first = i;
            while (i + 1 < tasks.Count && tasks[i + 1] == tasks[i] + 1)
                i++;
            if (text.Length > 0)
                text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{tasks[first]}");
            if (i > first)
                text.Append(CultureInfo.InvariantCulture, $"-{tasks[i]}");
        }
        return text.ToString();
    }

    /// <exception cref="FormatException">The text is no such list.</exception>
    public static int[] Parse(string text)
    {
        List<int> tasks = [];
        foreach (string range in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int dash = range.IndexOf('-', StringComparison.Ordinal);
            int first = Number(dash < 0 ? range : range[..dash]);
            int last = dash < 0 ? first : Number(range[(dash + 1)..]);
            for (int task = first; task <= last; task++)
                tasks.Add(task);
        }
        return [.. tasks];
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
