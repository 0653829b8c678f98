using Perdure.Core.Stores;

namespace Perdure.Core.Usage;

/// <summary>
/// Of what usage is counted. The node is in it, so that commits of several nodes never wait for the same row.
/// </summary>
/// <param name="Minute">When the minute began, in milliseconds since 1970.</param>
/// <param name="Function">The name of the function.</param>
/// <param name="Trigger">What makes it run, in lower case.</param>
/// <param name="Version">Of the assembly that has the function.</param>
/// <param name="Node">On which it ran.</param>
internal readonly record struct UsageKey(long Minute, string Function, string Trigger, string Version, long Node)
{
    public const long MinuteMs = 60_000;
    public const long DayMs = 24 * 60 * MinuteMs;

    /// <summary>When the minute of a time began.</summary>
    public static long MinuteOf(long time) => time - (time % MinuteMs);
}

/// <summary>A row of <c>usage</c>. Writing it adds it to what there is.</summary>
internal sealed record UsageRow(UsageKey Key, UsageCounts Counts)
{
    /// <summary>What the turns of a batch have used: one row for each key, in the order of their first turns.</summary>
    public static List<UsageRow> Of(IReadOnlyList<TurnRows> turns)
    {
        List<UsageRow> merged = [];
        Dictionary<UsageKey, int>? places = null;
        for (int i = 0; i < turns.Count; i++)
        {
            if (turns[i].AddUsage is not { } rows)
                continue;
            places ??= [];
            foreach (UsageRow row in rows)
            {
                if (places.TryAdd(row.Key, merged.Count))
                    merged.Add(row);
                else
                    merged[places[row.Key]] = row with { Counts = merged[places[row.Key]].Counts + row.Counts };
            }
        }
        return merged;
    }
}

/// <summary>Usage of many minutes, added up.</summary>
/// <param name="Group">The function, the trigger, or when the day began in milliseconds since 1970.</param>
/// <param name="Counts">The sum.</param>
internal sealed record UsageSum(string Group, UsageCounts Counts);
