using System.Globalization;
using Perdure.Core.Usage;
using Perdure.Runtime;

namespace Perdure.Clients;

/// <summary>Reads what functions have used.</summary>
internal sealed class UsageClient(Node node, UsageOptions options) : IUsageClient
{
    private const decimal Million = 1_000_000m;
    private static readonly TimeSpan s_usual = TimeSpan.FromDays(30);

    public string Currency => options.Currency;

    public async Task<IReadOnlyList<UsageGroup>> QueryAsync(
        UsageQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!Enum.IsDefined(query.GroupBy))
            throw new ArgumentException($"{query.GroupBy} is none of Function, Day and Trigger.", nameof(query));
        DateTimeOffset now = node.Time.GetUtcNow();
        DateTimeOffset from = query.From ?? (query.To ?? now) - s_usual;
        if (from > query.To)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"It is from {from:u} to {query.To:u}; swap them."),
                nameof(query));
        }
        // Until now means with the minute that runs.
        long to = query.To?.ToUnixTimeMilliseconds() ?? now.ToUnixTimeMilliseconds() + 1;
        IReadOnlyList<UsageSum> sums = await node.OpenStore.ReadUsageAsync(
            UsageKey.MinuteOf(from.ToUnixTimeMilliseconds()), to, query.GroupBy, cancellationToken);
        return [.. sums.Select(sum => Group(sum, query.GroupBy))];
    }

    private UsageGroup Group(UsageSum sum, UsageGrouping by)
    {
        UsageCounts counts = sum.Counts;
        double gigabyteSeconds = counts.MemoryMbMs / 1_000_000.0;
        return new UsageGroup(by == UsageGrouping.Day ? Day(sum.Group) : sum.Group)
        {
            Executions = counts.Executions,
            Succeeded = counts.Succeeded,
            Failed = counts.Failed,
            Retried = counts.Retried,
            DeadLettered = counts.DeadLettered,
            BilledTime = TimeSpan.FromMilliseconds(counts.BilledMs),
            WallTime = TimeSpan.FromMicroseconds(counts.WallUs),
            GigabyteSeconds = gigabyteSeconds,
            Cost = (counts.Executions / Million * options.PricePerMillionExecutions)
                + ((decimal)gigabyteSeconds * options.PricePerGigabyteSecond),
        };
    }

    private static string Day(string group) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(group, CultureInfo.InvariantCulture))
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
