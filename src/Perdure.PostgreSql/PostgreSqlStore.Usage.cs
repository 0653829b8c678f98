using Perdure.Core.Stores;
using Perdure.Core.Usage;
using static Perdure.PostgreSql.Commits.Columns;

namespace Perdure.PostgreSql;

/// <summary>What functions have used, and how much waits for them.</summary>
internal sealed partial class PostgreSqlStore
{
    public ValueTask<IReadOnlyList<UsageSum>> ReadUsageAsync(
        long from, long to, UsageGrouping by, CancellationToken cancellationToken) =>
        ListAsync(
            _sql.Usage.Sum(by), [Of(from), Of(to)],
            r => new UsageSum(
                r.GetString(0),
                new UsageCounts
                {
                    Executions = r.GetInt64(1),
                    Succeeded = r.GetInt64(2),
                    Failed = r.GetInt64(3),
                    Retried = r.GetInt64(4),
                    DeadLettered = r.GetInt64(5),
                    BilledMs = r.GetInt64(6),
                    WallUs = r.GetInt64(7),
                    MemoryMbMs = r.GetInt64(8),
                }),
            cancellationToken);

    public async ValueTask<bool> DeleteUsageAsync(long before, CancellationToken cancellationToken) =>
        await ExecuteAsync(_sql.Usage.Delete, [Of(before)], cancellationToken) > 0;

    public ValueTask<IReadOnlyList<BacklogRow>> ReadBacklogAsync(int kind, CancellationToken cancellationToken) =>
        ListAsync(
            _sql.Usage.Backlog, [Of(kind)],
            r => new BacklogRow(r.GetInt32(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4)),
            cancellationToken);
}
