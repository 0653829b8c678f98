using Perdure.Core.Stores;
using Perdure.Core.Usage;

namespace Perdure.Stores.Tests;

/// <summary>Usage, and what waits.</summary>
internal sealed partial class RandomOperations
{
    private Func<ModelRun, Task<string>> ReadUsage()
    {
        (long from, long to) = (_random.Next(3) * UsageKey.MinuteMs, _random.Next(5) * UsageKey.MinuteMs);
        UsageGrouping by = Pick<UsageGrouping>();
        long before = Maybe(3) ? _random.Next(3) * UsageKey.MinuteMs : 0;
        return async run =>
        {
            IStore store = run.Node.Store;
            bool any = await store.DeleteUsageAsync(before, default);
            IReadOnlyList<UsageSum> sums = await store.ReadUsageAsync(from, to, by, default);
            IReadOnlyList<BacklogRow> backlog = await store.ReadBacklogAsync(1, default);
            return $"{any}\n{string.Join('\n', sums)}\n{string.Join('\n', backlog)}";
        };
    }

    private UsageRow Usage() => new(
        new UsageKey(_random.Next(4) * UsageKey.MinuteMs, Id(), Name(), "1", _random.Next(2)),
        new UsageCounts { Executions = _random.Next(1, 9), WallUs = _random.Next(9), MemoryMbMs = _random.Next(9) });
}
