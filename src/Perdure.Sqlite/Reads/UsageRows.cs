using Perdure.Core.Stores;
using Perdure.Core.Usage;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Reads;

/// <summary>What functions have used, and how much waits for them.</summary>
internal static class UsageRows
{
    public static void Add(Connection connection, UsageRow row)
    {
        (UsageKey key, UsageCounts counts) = (row.Key, row.Counts);
        connection.Prepared(UsageSql.Add)
            .Bind(1, key.Minute).Bind(2, key.Function).Bind(3, key.Trigger).Bind(4, key.Version).Bind(5, key.Node)
            .Bind(6, counts.Executions).Bind(7, counts.Succeeded).Bind(8, counts.Failed).Bind(9, counts.Retried)
            .Bind(10, counts.DeadLettered).Bind(11, counts.BilledMs).Bind(12, counts.WallUs)
            .Bind(13, counts.MemoryMbMs).Run();
    }

    public static IReadOnlyList<UsageSum> Sum(Connection connection, long from, long to, UsageGrouping by) =>
        RowReader.List(connection.Prepared(UsageSql.Sum(by)).Bind(1, from).Bind(2, to), s => new UsageSum(
            s.Text(0),
            new UsageCounts
            {
                Executions = s.Long(1),
                Succeeded = s.Long(2),
                Failed = s.Long(3),
                Retried = s.Long(4),
                DeadLettered = s.Long(5),
                BilledMs = s.Long(6),
                WallUs = s.Long(7),
                MemoryMbMs = s.Long(8),
            }));

    public static bool Delete(Connection connection, long before)
    {
        connection.Prepared(UsageSql.Delete).Bind(1, before).Run();
        return connection.Changes > 0;
    }

    public static IReadOnlyList<BacklogRow> Backlog(Connection connection, int kind) =>
        RowReader.List(connection.Prepared(UsageSql.Backlog).Bind(1, kind), s => new BacklogRow(
            s.Int(0), s.Text(1), s.Long(2), s.Long(3), s.Long(4)));
}
