using System.Globalization;
using System.Reflection;
using Npgsql;
using Perdure.Core.Stores;

namespace Perdure.PostgreSql;

/// <summary>
/// Brings the tables of a schema to the newest version, and refuses one that this build does not know. Of many nodes
/// that start at once one does it and the others wait.
/// </summary>
internal static class Schema
{
    private const string UndefinedTable = "42P01";

    private static readonly SortedList<int, string> s_migrations = Load();

    /// <summary>The version that this build writes.</summary>
    public static int Newest => s_migrations.Keys[^1];

    /// <summary>The migrations after a version as one text, to be run by somebody who has the rights.</summary>
    public static string Script(Sql sql, int after) => string.Join(
        '\n',
        s_migrations.Where(m => m.Key > after).Select(m => m.Value.Replace("@hub", sql.Hub, StringComparison.Ordinal)));

    /// <summary>The version of the schema; 0 when there is no hub in it.</summary>
    /// <exception cref="StoreException">It is newer than this build, or of another partition count.</exception>
    public static async Task<(int Version, string? HubId)> ReadAsync(
        NpgsqlConnection connection, Sql sql, PostgreSqlStoreOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlCommand read = new(sql.ReadHub, connection);
            await using NpgsqlDataReader row = await read.ExecuteReaderAsync(cancellationToken);
            if (!await row.ReadAsync(cancellationToken))
                throw new StoreException(
                    $"The schema {sql.Hub} holds a task hub without its row in the table hub. Restore a backup.");
            int version = row.GetInt32(0);
            // A newer schema may have changed the other columns, so they are looked at only after this.
            if (version > Newest)
                throw new StoreException(
                    $"The schema {sql.Hub} has version {version}; this build of Perdure knows versions up to {Newest}. "
                    + "Start a newer build; nothing was changed.");
            int partitions = row.GetInt32(2);
            return partitions == options.Partitions
                ? (version, row.GetString(1))
                : throw new StoreException(
                    $"The task hub in schema {sql.Hub} has {partitions} partitions, but {options.Partitions} were "
                    + $"asked for. The count is fixed when a task hub is created: ask for {partitions}, or start a new "
                    + "one.");
        }
        catch (PostgresException e) when (e.SqlState == UndefinedTable)
        {
            return (0, null);
        }
    }

    /// <summary>Creates or upgrades the tables in one transaction; returns the hub's id.</summary>
    public static async Task<string> PrepareAsync(
        NpgsqlConnection connection, Sql sql, PostgreSqlStoreOptions options, CancellationToken cancellationToken)
    {
        if (await ReadAsync(connection, sql, options, cancellationToken) is (int ready, { } known) && ready == Newest)
            return known;
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Held until the transaction ends, whatever happens to the session.
        await RunAsync(
            connection, $"select pg_advisory_xact_lock(hashtextextended('perdure ' || {Literal(sql.Hub)}, 0))",
            cancellationToken);
        await RunAsync(connection, "savepoint before", cancellationToken);
        (int version, string? id) = await ReadAsync(connection, sql, options, cancellationToken);
        await RunAsync(connection, "rollback to savepoint before", cancellationToken);
        if (version == 0 && !await ExistsAsync(connection, options.Schema, cancellationToken))
            await RunAsync(connection, $"create schema {sql.Hub}", cancellationToken);
        if (version < Newest)
            await RunAsync(connection, Script(sql, version), cancellationToken);
        id ??= await CreateAsync(connection, sql, options, cancellationToken);
        await RunAsync(connection, sql.SetSchema, cancellationToken, new NpgsqlParameter<int> { TypedValue = Newest });
        await transaction.CommitAsync(cancellationToken);
        return id;
    }

    private static async Task<string> CreateAsync(
        NpgsqlConnection connection, Sql sql, PostgreSqlStoreOptions options, CancellationToken cancellationToken)
    {
        string id = Guid.CreateVersion7().ToString("N");
        await RunAsync(
            connection, sql.InsertHub, cancellationToken, new NpgsqlParameter<int> { TypedValue = Newest },
            new NpgsqlParameter<string> { TypedValue = id },
            new NpgsqlParameter<int> { TypedValue = options.Partitions });
        await RunAsync(
            connection, sql.InsertPartitions, cancellationToken,
            new NpgsqlParameter<int> { TypedValue = options.Partitions });
        return id;
    }

    /// <summary>A role without the right to create schemas can use one that was made for it.</summary>
    private static async Task<bool> ExistsAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand find = new("select 1 from pg_namespace where nspname = $1", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = schema } },
        };
        return await find.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static async Task RunAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        await using NpgsqlCommand command = new(sql, connection);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static SortedList<int, string> Load()
    {
        const string Prefix = "Perdure.PostgreSql.Migrations.";
        Assembly assembly = Assembly.GetExecutingAssembly();
        SortedList<int, string> migrations = [];
        foreach (string name
            in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
            migrations.Add(int.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), reader.ReadToEnd());
        }
        return migrations;
    }
}
