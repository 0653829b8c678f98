using Npgsql;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;
using Perdure.PostgreSql.Commits;
using static Perdure.PostgreSql.Commits.Columns;

namespace Perdure.PostgreSql.Moves;

/// <summary>
/// The mark of a hub that moves. Beside the table that tells people, it is two constraints that nothing fulfils: no
/// node can register or renew, and no batch can be written, not even by a node that was standing still meanwhile.
/// </summary>
internal static class Mark
{
    /// <summary>What is held longer than this is held by somebody who stands still.</summary>
    private const int LockWaitMilliseconds = 5_000;

    private const string LockNotAvailable = "55P03";

    public static async Task<HubMark?> ReadAsync(
        NpgsqlConnection connection, Sql sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand exists = new("select to_regclass($1) is not null", connection)
        {
            Parameters = { Of($"{sql.Hub}.{HubMark.Table}") },
        };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
            return null;
        await using NpgsqlCommand read = new(
            $"select complete, target, at from {sql.Hub}.{HubMark.Table}", connection);
        await using NpgsqlDataReader row = await read.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new HubMark(row.GetBoolean(0), row.GetString(1), row.GetInt64(2))
            : null;
    }

    /// <exception cref="StoreException">A node lives, or something holds the tables.</exception>
    public static async Task MakeAsync(
        NpgsqlConnection connection, Sql sql, HubMark mark, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, sql, "in access exclusive mode", cancellationToken);
        await RefuseNodesAsync(connection, sql, cancellationToken);
        await using NpgsqlBatch make = new(connection, transaction);
        make.BatchCommands.Add(Command(
            $"create table {sql.Hub}.{HubMark.Table} "
            + "(complete boolean not null, target text not null, at bigint not null)"));
        make.BatchCommands.Add(Command($"grant select on {sql.Hub}.{HubMark.Table} to public"));
        make.BatchCommands.Add(Command(
            $"insert into {sql.Hub}.{HubMark.Table} values (false, $1, $2)", Of(mark.Target), Of(mark.At)));
        foreach (string table in Closed)
        {
            make.BatchCommands.Add(Command(
                $"alter table {sql.Hub}.{table} add constraint {HubMark.Constraint} check (false) not valid"));
        }
        // Whoever has seen an epoch before can take no partition with it.
        make.BatchCommands.Add(Command($"update {sql.Hub}.partitions set epoch = epoch + 1"));
        await make.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
    }

    public static async Task CompleteAsync(NpgsqlConnection connection, Sql sql, HubMark mark)
    {
        await using NpgsqlCommand complete = new(
            $"update {sql.Hub}.{HubMark.Table} set complete = true, at = $1", connection)
        {
            Parameters = { Of(mark.At) },
        };
        await complete.ExecuteNonQueryAsync();
    }

    /// <exception cref="StoreException">A move is running.</exception>
    public static async Task RemoveAsync(
        NpgsqlConnection connection, Sql sql, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using NpgsqlBatch remove = new(connection, transaction);
        remove.BatchCommands.Add(Command($"set local lock_timeout = {LockWaitMilliseconds}"));
        remove.BatchCommands.Add(Command($"drop table if exists {sql.Hub}.{HubMark.Table}"));
        foreach (string table in Closed)
        {
            remove.BatchCommands.Add(Command(
                $"alter table {sql.Hub}.{table} drop constraint if exists {HubMark.Constraint}"));
        }
        try
        {
            await remove.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == LockNotAvailable)
        {
            throw new StoreException(
                $"A move of the hub in schema {sql.Hub} is running: it holds the tables. Wait for it, or stop it.", e);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    /// <exception cref="StoreException">A lease has not run out.</exception>
    public static async Task RefuseNodesAsync(
        NpgsqlConnection connection, Sql sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand read = new(
            $"""
            select count(*), coalesce(max(expires), 0) - (extract(epoch from clock_timestamp()) * 1000)::bigint
            from {sql.Hub}.nodes where expires > (extract(epoch from clock_timestamp()) * 1000)::bigint
            """, connection);
        await using NpgsqlDataReader row = await read.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        if (row.GetInt64(0) is > 0 and long nodes)
        {
            throw new StoreException(
                $"The hub in schema {sql.Hub} is in use by {nodes} node(s). Stop its hosts and try again; the lease of "
                + $"one that has died runs out in {Math.Max(1, row.GetInt64(1) / 1000)} s.");
        }
    }

    private static string[] Closed => ["nodes", "commits"];

    private static async Task LockAsync(
        NpgsqlConnection connection, Sql sql, string mode, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlCommand take = new(
                $"""
                set local lock_timeout = {LockWaitMilliseconds};
                lock table {string.Join(", ", Closed.Select(t => $"{sql.Hub}.{t}"))}, {sql.Hub}.partitions {mode};
                """, connection);
            await take.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == LockNotAvailable)
        {
            throw new StoreException(
                $"Something holds the tables of the schema {sql.Hub}: a node in the middle of a commit, or a session "
                + "that was left open. Stop it and try again; pg_stat_activity names it.", e);
        }
    }
}
