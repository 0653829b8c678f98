using System.Globalization;
using Perdure.Core.Usage;

namespace Perdure.Core.Stores.Memory;

/// <summary>What functions have used, and how much waits for them.</summary>
internal sealed partial class MemoryStore
{
    private const long HourMs = 60 * UsageKey.MinuteMs;

    public ValueTask<IReadOnlyList<UsageSum>> ReadUsageAsync(
        long from, long to, UsageGrouping by, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new([.. _tables.Usage.All
                .Where(row => row.Key.Minute >= from && row.Key.Minute < to)
                .GroupBy(row => GroupOf(row.Key, by))
                .Select(g => new UsageSum(g.Key, g.Aggregate(default(UsageCounts), (sum, row) => sum + row.Counts)))
                .OrderBy(sum => sum.Group, Utf8Order.Instance)]);
        }
    }

    public ValueTask<bool> DeleteUsageAsync(long before, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            long? oldest = _tables.Usage.All.FirstOrDefault()?.Key.Minute;
            UsageRow[] old = [.. _tables.Usage.All
                .TakeWhile(row => row.Key.Minute < before && row.Key.Minute < oldest + HourMs)];
            foreach (UsageRow row in old)
                _tables.Usage.Remove(row.Key);
            _tables.Journal.Keep();
            return new(old.Length > 0);
        }
    }

    public ValueTask<IReadOnlyList<BacklogRow>> ReadBacklogAsync(int kind, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new([.. _tables.Messages.All
                .Where(row => row.Kind == kind)
                .GroupBy(row => (row.Key.Partition, row.Target, row.Key.Origin))
                .Select(g => new BacklogRow(
                    g.Key.Partition, g.Key.Target, g.Key.Origin, g.Count(), g.Min(row => row.Key.Number)))
                .OrderBy(row => row.Partition).ThenBy(row => row.Target, Utf8Order.Instance)
                .ThenBy(row => row.Origin)]);
        }
    }

    private static string GroupOf(UsageKey key, UsageGrouping by) => by switch
    {
        UsageGrouping.Function => key.Function,
        UsageGrouping.Trigger => key.Trigger,
        _ => (key.Minute - (key.Minute % UsageKey.DayMs)).ToString(CultureInfo.InvariantCulture),
    };
}
