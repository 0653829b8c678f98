using System.Data;
using Npgsql;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;

namespace Perdure.PostgreSql.Moves;

/// <summary>
/// A hub in a schema that moves. Its mark keeps nodes out; while its rows are read nothing can write to their tables at
/// all.
/// </summary>
internal sealed class PostgreSqlSource : IHubSource
{
    private readonly PostgreSqlStoreOptions _options;
    private readonly Sql _sql;
    private NpgsqlConnection? _connection;
    private NpgsqlTransaction? _reading;

    public PostgreSqlSource(string connectionString, string schema)
    {
        _options = new() { ConnectionString = connectionString, Schema = schema };
        _sql = new Sql(schema);
        Place = PostgreSql.Place.InSentence(connectionString, _sql);
    }

    public string Place { get; }

    private NpgsqlConnection Connection =>
        _connection ?? throw new InvalidOperationException("The source is not open.");

    public Task<HubShape> OpenAsync(CancellationToken cancellationToken) => MoveSession.AskAsync(Place, async () =>
    {
        await ConnectAsync(cancellationToken);
        HubRow hub = await ReadHubAsync(cancellationToken);
        if (hub.Version < Schema.Newest)
        {
            throw new StoreException(
                $"The hub in {Place} has schema version {hub.Version}, and this program moves version "
                + $"{Schema.Newest}. Say 'perdure schema migrate' first.");
        }
        if (await Mark.ReadAsync(Connection, _sql, cancellationToken) is { } mark)
            throw mark.Refusal(PostgreSql.Place.Of(_options.ConnectionString, _sql));
        await Mark.RefuseNodesAsync(Connection, _sql, cancellationToken);
        return await ShapeAsync(hub.Id, cancellationToken);
    });

    public Task<long> CountAsync(HubTable table, CancellationToken cancellationToken) =>
        MoveSession.AskAsync(Place, async () =>
        {
            await using NpgsqlCommand count = new($"select count(*) from {_sql.Hub}.{table.Name}", Connection);
            return (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        });

    public Task<HubShape> BeginAsync(HubMark mark, CancellationToken cancellationToken) =>
        MoveSession.AskAsync(Place, async () =>
        {
            await Mark.MakeAsync(Connection, _sql, mark, cancellationToken);
            try
            {
                return await BeginReadingAsync(cancellationToken);
            }
            catch
            {
                await UnmarkAsync();
                throw;
            }
        });

    public IAsyncEnumerable<Cell[]> ReadAsync(HubTable table, CancellationToken cancellationToken) =>
        TableRows.ReadAsync(Connection, _sql, table, cancellationToken);

    public Task EndAsync(HubMark mark) => MoveSession.AskAsync(Place, async () =>
    {
        await ReconnectAsync();
        await Mark.CompleteAsync(Connection, _sql, mark);
    });

    public Task UnmarkAsync() => MoveSession.AskAsync(Place, async () =>
    {
        await ReconnectAsync();
        await Mark.RemoveAsync(Connection, _sql, CancellationToken.None);
    });

    /// <summary>
    /// Takes the mark away from a hub that nobody moves now; returns it, or null when there was none.
    /// </summary>
    public Task<HubMark?> ReopenAsync(CancellationToken cancellationToken) => MoveSession.AskAsync(Place, async () =>
    {
        await ConnectAsync(cancellationToken);
        await ReadHubAsync(cancellationToken);
        HubMark? mark = await Mark.ReadAsync(Connection, _sql, cancellationToken);
        await Mark.RemoveAsync(Connection, _sql, cancellationToken);
        return mark;
    });

    public async ValueTask DisposeAsync()
    {
        if (_reading is not null)
            await _reading.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        (_reading, _connection) = (null, null);
    }

    private async Task ConnectAsync(CancellationToken cancellationToken) =>
        _connection = await MoveSession.OpenAsync(_options.ConnectionString, cancellationToken);

    /// <summary>The session may be broken, and what it holds must go before the mark can change.</summary>
    private async Task ReconnectAsync()
    {
        await DisposeAsync();
        await ConnectAsync(CancellationToken.None);
    }

    private async Task<HubRow> ReadHubAsync(CancellationToken cancellationToken)
    {
        HubRow hub = await Schema.ReadAsync(Connection, _sql, _options, cancellationToken);
        return hub.Version > 0 ? hub : throw new StoreException($"There is no task hub in {Place}.");
    }

    private async Task<HubShape> BeginReadingAsync(CancellationToken cancellationToken)
    {
        _reading = await Connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        // The first statement, so that the snapshot is taken behind the last writer.
        IEnumerable<string> tables = HubTables.All.Select(t => t.Name).Append(HubMark.Table);
        await MoveSession.RunAsync(
            Connection, $"lock table {string.Join(", ", tables.Select(t => $"{_sql.Hub}.{t}"))} in share mode",
            cancellationToken);
        HubRow hub = await ReadHubAsync(cancellationToken);
        return await ShapeAsync(hub.Id, cancellationToken);
    }

    private async Task<HubShape> ShapeAsync(string id, CancellationToken cancellationToken)
    {
        HubSecret secret = await Schema.ReadSecretAsync(Connection, _sql, cancellationToken);
        await using NpgsqlBatch read = new(Connection);
        read.BatchCommands.Add(new NpgsqlBatchCommand(
            "select coalesce(pg_sequence_last_value(pg_get_serial_sequence($1, 'node')::regclass), 0)")
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = $"{_sql.Hub}.nodes" } },
        });
        read.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select owner, epoch, dirty, unclean from {_sql.Hub}.partitions order by id"));
        await using NpgsqlDataReader rows = await read.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        long lastNode = rows.GetInt64(0);
        await rows.NextResultAsync(cancellationToken);
        List<PartitionState> states = [];
        while (await rows.ReadAsync(cancellationToken))
            states.Add(new(rows.GetInt64(0), rows.GetInt64(1), rows.GetBoolean(2), rows.GetInt32(3)));
        return new HubShape(id, secret, lastNode, states);
    }
}
