using Npgsql;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.PostgreSql.Commits;
using static Perdure.PostgreSql.Commits.Columns;

namespace Perdure.PostgreSql;

/// <summary>What a node says of itself when it renews its lease.</summary>
internal readonly record struct Renewal(long Node, TimeSpan Lease, bool Runs, IReadOnlyList<string> Functions);

/// <summary>Leases of nodes, and the taking and releasing of partitions.</summary>
internal static class Ownership
{
    /// <summary>
    /// How long a take-over waits for a commit of the previous owner. A client that was stopped in the middle of one
    /// holds the row for as long as it stands still; then its connections are ended.
    /// </summary>
    private const int LockWaitMilliseconds = 1_000;

    private const string LockNotAvailable = "55P03";

    public static async Task<ClusterView> RenewAsync(
        NpgsqlConnection connection, Sql sql, Acknowledged acknowledged, Renewal renewal,
        CancellationToken cancellationToken)
    {
        await using NpgsqlBatch renew = new(connection);
        foreach (NpgsqlBatchCommand check in acknowledged.CheckAll())
            renew.BatchCommands.Add(check);
        renew.BatchCommands.Add(
            Command(
                sql.Renew, Of(renewal.Node), Of((long)renewal.Lease.TotalMilliseconds),
                new NpgsqlParameter<bool> { TypedValue = renewal.Runs }, Of(string.Join('\n', renewal.Functions))));
        renew.BatchCommands.Add(Command(sql.ReadNodes));
        renew.BatchCommands.Add(Command(sql.ReadPartitions));
        await using NpgsqlDataReader rows = await ReadAsync(renew, acknowledged, cancellationToken);
        // The results of the checks are empty.
        for (int lane = 0; lane < acknowledged.Lanes; lane++)
            await rows.NextResultAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            throw acknowledged.Forgotten();
        (long now, bool hasOffers) = (rows.GetInt64(0), rows.GetBoolean(1));
        List<NodeLease> nodes = [];
        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            string[] functions = rows.GetString(3).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            nodes.Add(new(rows.GetInt64(0), rows.GetInt64(1), rows.GetBoolean(2), functions));
        }
        List<PartitionLease> partitions = [];
        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            partitions.Add(new(rows.GetInt32(0), rows.GetInt64(1), rows.GetInt64(2))
            {
                HasMessages = rows.GetBoolean(3),
            });
        }
        return new(now, nodes, partitions) { HasOffers = hasOffers };
    }

    public static async Task<PartitionOpening?> OpenAsync(
        NpgsqlConnection connection, Sql sql, int partition, long seen, long node,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await TryOpenAsync(connection, sql, partition, seen, node, cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState == Sql.FencedState)
            {
                return null;
            }
            catch (PostgresException e) when (e.SqlState == LockNotAvailable)
            {
                await EndOwnerAsync(connection, sql, partition, cancellationToken);
            }
        }
    }

    public static async Task<int> CloseAsync(
        NpgsqlConnection connection, Sql sql, int partition, long epoch, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand close = new(sql.ClosePartition, connection)
        {
            Parameters = { Of(partition), Of(epoch) },
        };
        return await close.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The checks come first, so what they find comes before any row.</summary>
    private static async Task<NpgsqlDataReader> ReadAsync(
        NpgsqlBatch renew, Acknowledged acknowledged, CancellationToken cancellationToken)
    {
        try
        {
            return await renew.ExecuteReaderAsync(cancellationToken);
        }
        catch (PostgresException e) when (acknowledged.IsLoss(e))
        {
            throw acknowledged.Loss!;
        }
    }

    /// <summary>One partition a transaction: two that take several could each wait for the other.</summary>
    private static async Task<PartitionOpening> TryOpenAsync(
        NpgsqlConnection connection, Sql sql, int partition, long seen, long node,
        CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using NpgsqlBatch open = new(connection, transaction);
        open.BatchCommands.Add(Command($"set local lock_timeout = {LockWaitMilliseconds}"));
        open.BatchCommands.Add(Command(sql.LockPartition, Of(partition), Of(seen)));
        open.BatchCommands.Add(Command(sql.CountDeaths, Of(partition), Of(node)));
        open.BatchCommands.Add(Command(sql.OpenPartition, Of(partition), Of(node)));
        open.BatchCommands.Add(Command(sql.ReadTasks, Of(partition)));
        List<TaskRow> tasks = [];
        long epoch;
        int unclean;
        await using (NpgsqlDataReader rows = await open.ExecuteReaderAsync(cancellationToken))
        {
            // The first result is that of the lock, and empty.
            await rows.NextResultAsync(cancellationToken);
            await rows.ReadAsync(cancellationToken);
            (epoch, unclean) = (rows.GetInt64(0), rows.GetInt32(1));
            await rows.NextResultAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                tasks.Add(new(
                    partition, rows.GetInt64(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetInt64(3),
                    rows.GetInt32(4)));
            }
        }
        await transaction.CommitAsync(cancellationToken);
        return new(partition, epoch, unclean, tasks);
    }

    /// <summary>The same role may end its own sessions; no more rights are needed.</summary>
    private static async Task EndOwnerAsync(
        NpgsqlConnection connection, Sql sql, int partition, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand end = new(sql.EndOwner, connection) { Parameters = { Of(partition) } };
        await end.ExecuteNonQueryAsync(cancellationToken);
    }
}
