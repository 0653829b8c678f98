using Npgsql;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;
using Perdure.PostgreSql.Commits;
using static Perdure.PostgreSql.Commits.Columns;

namespace Perdure.PostgreSql.Moves;

/// <summary>
/// A schema that becomes a hub, in one transaction: until it commits nobody sees a table of it, and a host that is
/// started on it waits. Whatever ends the move before that leaves nothing behind.
/// </summary>
internal sealed class PostgreSqlTarget : IHubTarget
{
    private readonly PostgreSqlStoreOptions _options;
    private readonly Sql _sql;
    private NpgsqlConnection? _connection;
    private NpgsqlTransaction? _transaction;

    public PostgreSqlTarget(string connectionString, string schema)
    {
        _options = new() { ConnectionString = connectionString, Schema = schema };
        _sql = new Sql(schema);
        Place = PostgreSql.Place.InSentence(connectionString, _sql);
    }

    public string Place { get; }

    public int? UsualPartitions => PostgreSqlStoreOptions.UsualPartitions;

    private NpgsqlConnection Connection =>
        _connection ?? throw new InvalidOperationException("The target is not open.");

    public Task CheckAsync(CancellationToken cancellationToken) => MoveSession.AskAsync(Place, async () =>
    {
        _connection ??= await MoveSession.OpenAsync(_options.ConnectionString, cancellationToken);
        await RefuseHubAsync(cancellationToken);
        bool exists = await Schema.ExistsAsync(Connection, _options.Schema, cancellationToken);
        await using NpgsqlCommand may = new(
            exists
                ? "select has_schema_privilege($1, 'create')"
                : "select has_database_privilege(current_database(), 'create') and $1 is not null", Connection)
        {
            Parameters = { Of(_options.Schema) },
        };
        if (await may.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw new StoreException(
                $"The role may not create {(exists ? "tables" : "a schema")} in {Place}. Take a role that may, or let "
                + "an administrator create the schema for this one.");
        }
    });

    public Task CreateAsync(HubShape shape, CancellationToken cancellationToken) =>
        MoveSession.AskAsync(Place, async () =>
        {
            _transaction = await Connection.BeginTransactionAsync(cancellationToken);
            await Schema.LockAsync(Connection, _sql, cancellationToken);
            await MoveSession.RunAsync(Connection, "savepoint before", cancellationToken);
            await RefuseHubAsync(cancellationToken);
            await MoveSession.RunAsync(Connection, "rollback to savepoint before", cancellationToken);
            await Schema.CreateAsync(
                Connection, _sql, _options.Schema, shape.Id, shape.Partitions.Count, cancellationToken);
            await FillAsync(shape, cancellationToken);
        });

    public Task WriteAsync(HubTable table, IAsyncEnumerable<Cell[]> rows, CancellationToken cancellationToken) =>
        MoveSession.AskAsync(
            $"{Place} (the table {table.Name})",
            () => TableRows.WriteAsync(Connection, _sql, table, rows, cancellationToken));

    public IAsyncEnumerable<Cell[]> ReadAsync(HubTable table, CancellationToken cancellationToken) =>
        TableRows.ReadAsync(Connection, _sql, table, cancellationToken);

    public async Task CompleteAsync()
    {
        // Else the first queries are planned as if the tables were empty.
        await MoveSession.AskAsync(Place, () => MoveSession.RunAsync(
            Connection, $"analyze {string.Join(", ", HubTables.All.Select(t => $"{_sql.Hub}.{t.Name}"))}",
            CancellationToken.None));
        try
        {
            await _transaction!.CommitAsync();
        }
        catch (Exception e) when (Failure.IsOfDriver(e) && Failure.Of(e).Outcome == CommitOutcome.Unknown)
        {
            throw new MoveOutcomeUnknownException(
                $"The connection broke while {Place} was being committed, so nobody knows whether the hub is there. "
                + $"{Failure.Text(e)}", e);
        }
        catch (PostgresException e)
        {
            throw new StoreException($"The hub could not be committed in {Place}. {Failure.Text(e)}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
            await _transaction.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        (_transaction, _connection) = (null, null);
    }

    private async Task RefuseHubAsync(CancellationToken cancellationToken)
    {
        HubRow hub = await Schema.ReadAsync(Connection, _sql, _options, cancellationToken);
        if (hub.Version > 0)
        {
            throw new StoreException(
                $"There is a task hub in {Place} already. A hub moves to a schema without one: choose another name, or "
                + "drop that schema if nobody needs it.");
        }
    }

    private async Task FillAsync(HubShape shape, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand secret = new($"update {_sql.Hub}.hub set secret = $1", Connection)
        {
            Parameters = { new NpgsqlParameter<byte[]> { TypedValue = shape.Secret.Bytes } },
        };
        await secret.ExecuteNonQueryAsync(cancellationToken);
        await using NpgsqlCommand nodes = new(
            "select setval(pg_get_serial_sequence($1, 'node'), greatest($2, 1), $2 > 0)", Connection)
        {
            Parameters = { Of($"{_sql.Hub}.nodes"), Of(shape.LastNode) },
        };
        await nodes.ExecuteNonQueryAsync(cancellationToken);
        await using NpgsqlCommand states = new(
            $"""
            update {_sql.Hub}.partitions p
            set owner = s.owner, epoch = s.epoch, dirty = s.dirty, unclean = s.unclean
            from unnest($1::int[], $2::bigint[], $3::bigint[], $4::boolean[], $5::int[])
                s(id, owner, epoch, dirty, unclean)
            where s.id = p.id
            """, Connection);
        (int Id, PartitionState State)[] rows = [.. shape.Partitions.Select((state, id) => (id, state))];
        states.Parameters.Add(Ints(rows, r => r.Id));
        states.Parameters.Add(Longs(rows, r => r.State.Owner));
        states.Parameters.Add(Longs(rows, r => r.State.Epoch));
        states.Parameters.Add(Booleans(rows, r => r.State.Dirty));
        states.Parameters.Add(Ints(rows, r => r.State.Unclean));
        await states.ExecuteNonQueryAsync(cancellationToken);
    }
}
