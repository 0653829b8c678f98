using System.Globalization;
using System.Reflection;
using System.Text;
using Npgsql;
using Perdure.Core.Stores;

namespace Perdure.PostgreSql;

/// <summary>What a schema holds; version 0 when it is no hub.</summary>
internal readonly record struct HubRow(int Version, string Id, int Partitions);

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

    /// <summary>
    /// All that brings a schema to the newest version, as one transaction that <c>psql</c> can run: for somebody who
    /// reads it first.
    /// </summary>
    public static string WholeScript(Sql sql, PostgreSqlStoreOptions options, int version)
    {
        StringBuilder script = new();
        script.Append(CultureInfo.InvariantCulture, $"begin;\nselect {LockText(sql)};\n");
        if (version == 0)
            script.Append(CultureInfo.InvariantCulture, $"create schema if not exists {sql.Hub};\n");
        script.Append(Script(sql, version));
        if (version == 0)
        {
            int partitions = options.Partitions ?? PostgreSqlStoreOptions.UsualPartitions;
            script.Append(
                CultureInfo.InvariantCulture,
                $"""
                insert into {sql.Hub}.hub (schema, id, partitions) values ({Newest}, '{NewId()}', {partitions});
                insert into {sql.Hub}.partitions (id) select generate_series(0, {partitions - 1});

                """);
        }
        script.Append(CultureInfo.InvariantCulture, $"update {sql.Hub}.hub set schema = {Newest};\ncommit;\n");
        return script.ToString();
    }

    /// <summary>What a role needs that runs nodes and may not change tables.</summary>
    public static string Grants(Sql sql, string role)
    {
        string to = $"\"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        return
            $"""
            grant usage on schema {sql.Hub} to {to};
            grant select, insert, update, delete on all tables in schema {sql.Hub} to {to};

            """;
    }

    /// <summary>The row of the hub; of version 0 when there is no hub in the schema.</summary>
    /// <exception cref="StoreException">It is newer than this build, or of another partition count.</exception>
    public static async Task<HubRow> ReadAsync(
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
            return options.Partitions is null || partitions == options.Partitions
                ? new HubRow(version, row.GetString(1), partitions)
                : throw new StoreException(
                    $"The task hub in schema {sql.Hub} has {partitions} partitions, but {options.Partitions} were "
                    + $"asked for. The count is fixed when a task hub is created: ask for {partitions}, or start a new "
                    + "one.");
        }
        catch (PostgresException e) when (e.SqlState is UndefinedTable)
        {
            return new HubRow(0, "", 0);
        }
    }

    /// <summary>What all nodes of the hub know; only for a schema of the newest version.</summary>
    public static async Task<HubSecret> ReadSecretAsync(
        NpgsqlConnection connection, Sql sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand read = new(sql.ReadSecret, connection);
        return new HubSecret((byte[])(await read.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>
    /// Creates or upgrades the tables in one transaction, if they may be; returns what the hub is then.
    /// </summary>
    public static async Task<HubRow> PrepareAsync(
        NpgsqlConnection connection, Sql sql, PostgreSqlStoreOptions options, CancellationToken cancellationToken)
    {
        HubRow ready = await ReadAsync(connection, sql, options, cancellationToken);
        if (ready.Version == Newest)
            return ready;
        if (!options.Migrate)
            throw NotMigrated(sql, ready.Version);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, sql, cancellationToken);
        await RunAsync(connection, "savepoint before", cancellationToken);
        HubRow hub = await ReadAsync(connection, sql, options, cancellationToken);
        await RunAsync(connection, "rollback to savepoint before", cancellationToken);
        if (hub.Version == 0)
        {
            int partitions = options.Partitions ?? PostgreSqlStoreOptions.UsualPartitions;
            hub = await CreateAsync(connection, sql, options.Schema, NewId(), partitions, cancellationToken);
        }
        else if (hub.Version < Newest)
            await RunAsync(connection, Script(sql, hub.Version), cancellationToken);
        await RunAsync(connection, sql.SetSchema, cancellationToken, new NpgsqlParameter<int> { TypedValue = Newest });
        await transaction.CommitAsync(cancellationToken);
        return hub with { Version = Newest };
    }

    /// <summary>
    /// Held until the transaction ends, whatever happens to the session: whoever makes tables in the schema has it.
    /// </summary>
    public static Task LockAsync(NpgsqlConnection connection, Sql sql, CancellationToken cancellationToken) =>
        RunAsync(connection, $"select {LockText(sql)}", cancellationToken);

    /// <summary>Makes the tables of a hub, and the schema if it is missing.</summary>
    public static async Task<HubRow> CreateAsync(
        NpgsqlConnection connection, Sql sql, string schema, string id, int partitions,
        CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(connection, schema, cancellationToken))
            await RunAsync(connection, $"create schema {sql.Hub}", cancellationToken);
        await RunAsync(connection, Script(sql, 0), cancellationToken);
        await RunAsync(
            connection, sql.InsertHub, cancellationToken, new NpgsqlParameter<int> { TypedValue = Newest },
            new NpgsqlParameter<string> { TypedValue = id }, new NpgsqlParameter<int> { TypedValue = partitions });
        await RunAsync(
            connection, sql.InsertPartitions, cancellationToken, new NpgsqlParameter<int> { TypedValue = partitions });
        return new HubRow(Newest, id, partitions);
    }

    private static StoreException NotMigrated(Sql sql, int version) => new(version == 0
        ? $"The schema {sql.Hub} holds no task hub, and this host may not create one (Migrate is false). Run 'perdure "
            + "schema migrate' with a role that may create tables, or look at 'perdure schema script'."
        : $"The schema {sql.Hub} has version {version}, this build needs {Newest}, and this host may not upgrade it "
            + "(Migrate is false). Run 'perdure schema migrate' with a role that may change tables, or look at "
            + "'perdure schema script'.");

    private static string NewId() => Guid.CreateVersion7().ToString("N");

    private static string LockText(Sql sql) =>
        $"pg_advisory_xact_lock(hashtextextended('perdure ' || {Literal(sql.Hub)}, 0))";

    /// <summary>A role without the right to create schemas can use one that was made for it.</summary>
    public static async Task<bool> ExistsAsync(
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
