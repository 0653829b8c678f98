using Npgsql;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;
using Perdure.PostgreSql.Announcements;
using Perdure.PostgreSql.Commits;
using Perdure.PostgreSql.Moves;
using Perdure.PostgreSql.Reads;
using static Perdure.PostgreSql.Commits.Columns;

namespace Perdure.PostgreSql;

/// <summary>A whole task hub in one schema of PostgreSQL. Each batch is one round trip and one transaction.</summary>
internal sealed partial class PostgreSqlStore : IStore
{
    private const long DayMilliseconds = 86_400_000;

    private readonly PostgreSqlStoreOptions _options;
    private readonly Connections _connections;
    private readonly Sql _sql;
    private readonly Acknowledged _acknowledged;
    private readonly Committer _committer;
    private Listener? _listener;
    private HubInfo? _hub;
    private bool _closed;

    public PostgreSqlStore(PostgreSqlStoreOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Partitions ?? 1, 1);
        ArgumentException.ThrowIfNullOrEmpty(options.Schema);
        _options = options;
        _sql = new Sql(options.Schema);
        _connections = new Connections(options, Lanes);
        _acknowledged = new Acknowledged(_sql, _connections.Session, Lanes);
        _committer = new Committer(_connections.Commits, _sql, _acknowledged, options.Fault);
    }

    private const int Lanes = 1;

    private HubInfo Hub
    {
        get
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return _hub ?? throw new InvalidOperationException("The store is not open.");
        }
    }

    public async ValueTask<HubInfo> OpenAsync(long now, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_hub is not null)
            throw new InvalidOperationException("The store is open already.");
        try
        {
            await using NpgsqlConnection connection = await _connections.Reads.OpenConnectionAsync(cancellationToken);
            HubRow hub = await Schema.PrepareAsync(connection, _sql, _options, cancellationToken);
            HubSecret secret = await Schema.ReadSecretAsync(connection, _sql, cancellationToken);
            await using NpgsqlBatch register = new(connection);
            register.BatchCommands.Add(Command(_sql.ForgetNodes));
            register.BatchCommands.Add(Command(_sql.Commits.Forget, Of(now - DayMilliseconds)));
            register.BatchCommands.Add(Command(_sql.ForgetOutcomes, Of(now - DayMilliseconds)));
            register.BatchCommands.Add(Command(_sql.InsertNode, Of(_connections.Session)));
            long node = await RegisteredAsync(register, cancellationToken);
            _acknowledged.Begin(node);
            return _hub = new HubInfo(hub.Id, secret, hub.Partitions, node, Lanes);
        }
        catch (Exception e) when (Failure.IsOfDriver(e) && e is not OperationCanceledException)
        {
            throw Wrong("opened", e);
        }
    }

    public async ValueTask<ClusterView> RenewAsync(
        TimeSpan lease, bool runs, IReadOnlyList<string> functions, CancellationToken cancellationToken)
    {
        Renewal renewal = new(Hub.Node, lease, runs, functions);
        return await RunAsync(
            _connections.Leases,
            connection => Ownership.RenewAsync(connection, _sql, _acknowledged, renewal, cancellationToken),
            cancellationToken);
    }

    public async ValueTask AnnounceAsync(Announcement announcement)
    {
        if (_acknowledged.Loss is not null)
            return;
        try
        {
            await using NpgsqlConnection connection = await _connections.Leases.OpenConnectionAsync();
            await using NpgsqlBatch notify = new(connection);
            foreach (string payload in AnnouncementText.Of(announcement))
                notify.BatchCommands.Add(Command("select pg_notify($1, $2)", Of(_sql.Channel), Of(payload)));
            await notify.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (Failure.IsOfDriver(e))
        {
            // What is not heard is found out later.
        }
    }

    public void Listen(Action<Announcement> heard)
    {
        if (_connections.Listens is { } listens)
            _listener = new Listener(listens, _sql.Channel, heard);
    }

    public async ValueTask<PartitionOpening?> OpenPartitionAsync(
        int partition, long seen, CancellationToken cancellationToken)
    {
        long node = Hub.Node;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, Hub.Partitions);
        return await RunAsync(
            _connections.Leases,
            connection => Ownership.OpenAsync(connection, _sql, partition, seen, node, cancellationToken),
            cancellationToken);
    }

    public async ValueTask ClosePartitionAsync(int partition, long epoch, CancellationToken cancellationToken)
    {
        _ = Hub;
        await RunAsync(
            _connections.Leases,
            connection => Ownership.CloseAsync(connection, _sql, partition, epoch, cancellationToken),
            cancellationToken);
    }

    public ValueTask<CommitResult> CommitAsync(Batch batch)
    {
        _ = Hub;
        return _committer.CommitAsync(batch);
    }

    public ValueTask<CommitResult> ResolveAsync(Batch batch)
    {
        _ = Hub;
        return _committer.ResolveAsync(batch);
    }

    public ValueTask<InstanceRow?> ReadInstanceAsync(string id, CancellationToken cancellationToken) =>
        FirstAsync(_sql.ReadInstance, [Of(id)], RowReader.Instance, cancellationToken);

    public ValueTask<IReadOnlyList<HistoryRow>> ReadHistoryAsync(
        ExecutionKey execution, CancellationToken cancellationToken) =>
        ListAsync(
            _sql.ReadHistory, [Of(execution.Key), Of(execution.Generation)],
            r => new HistoryRow(
                execution.Key, execution.Generation, r.GetInt32(0), r.GetInt32(1), r.GetInt64(2),
                RowReader.Bytes(r, 3)),
            cancellationToken);

    public ValueTask<IReadOnlyList<InstanceRow>> ReadOwedAsync(
        int partition, long afterKey, int max, CancellationToken cancellationToken) =>
        ListAsync(_sql.ReadOwed, [Of(partition), Of(afterKey), Of(max)], RowReader.Instance, cancellationToken);

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        int partition, long afterOrigin, long afterNumber, int max, CancellationToken cancellationToken) =>
        ListAsync(
            _sql.ReadMessages, [Of(partition), Of(afterOrigin), Of(afterNumber), Of(max)],
            r => new MessageRow(
                new(partition, r.GetInt64(0), r.GetInt64(1)), r.GetString(2), r.GetInt32(3), RowReader.Bytes(r, 4)),
            cancellationToken);

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        IReadOnlyList<MessageKey> keys, CancellationToken cancellationToken) =>
        ListAsync(
            _sql.ReadMessagesByKey,
            [Ints(keys, k => k.Partition), Longs(keys, k => k.Origin), Longs(keys, k => k.Number)],
            r => new MessageRow(
                new(r.GetInt32(0), r.GetInt64(1), r.GetInt64(2)), r.GetString(3), r.GetInt32(4),
                RowReader.Bytes(r, 5)),
            cancellationToken);

    public ValueTask<IReadOnlyList<TimerRow>> ReadTimersAsync(
        int partition, long before, long afterDue, long afterNumber, int max, CancellationToken cancellationToken) =>
        ListAsync(
            _sql.ReadTimers, [Of(partition), Of(before), Of(afterDue), Of(afterNumber), Of(max)],
            r => new TimerRow(new(partition, r.GetInt64(0), r.GetInt64(1)), r.GetString(2), RowReader.Bytes(r, 3)),
            cancellationToken);

    public ValueTask<InstanceSnapshot?> ReadSnapshotAsync(string id, CancellationToken cancellationToken) =>
        FirstAsync(_sql.ReadSnapshot, [Of(id)], RowReader.Snapshot, cancellationToken);

    public async ValueTask<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken)
    {
        Parameters parameters = new();
        parameters.Number(query.PageSize + 1L);
        InstanceSearch search = new(query, _sql, parameters);
        List<InstanceSnapshot> found = [.. await ListAsync(
            _sql.Query(search.Conditions, query.WithPayloads), parameters.Values, RowReader.Snapshot,
            cancellationToken)];
        if (found.Count <= query.PageSize)
            return new(found, null);
        found.RemoveAt(found.Count - 1);
        return new(found, PageEnd.Of(found[^1].Row).ToString());
    }

    public async ValueTask<long> CountAsync(InstanceQuery query, CancellationToken cancellationToken)
    {
        Parameters parameters = new();
        InstanceSearch search = new(query with { Continuation = null }, _sql, parameters);
        IReadOnlyList<long> counted = await ListAsync(
            _sql.Count(search.Conditions), parameters.Values, r => r.GetInt64(0), cancellationToken);
        return counted[0];
    }

    public ValueTask<IReadOnlyList<OutcomeRow>> ReadOutcomesAsync(
        IReadOnlyList<string> requests, CancellationToken cancellationToken) =>
        ListAsync(
            _sql.ReadOutcomes, [Texts(requests, r => r)],
            r => new OutcomeRow(r.GetString(0), Enum.Parse<RequestOutcome>(r.GetString(1))), cancellationToken);

    public ValueTask<IReadOnlyList<OfferRow>> ReadOffersAsync(int partition, CancellationToken cancellationToken) =>
        ListAsync(_sql.Offers.Read, [Of(partition)], RowReader.Offer, cancellationToken);

    public ValueTask<IReadOnlyList<OfferRow>> ClaimAsync(
        IReadOnlyList<string> functions, int max, CancellationToken cancellationToken) =>
        ListAsync(
            _sql.Offers.Claim, [Texts(functions, f => f), Of(max), Of(Hub.Node)], RowReader.Offer, cancellationToken);

    public ValueTask<IReadOnlyList<OfferKey>> ReadClaimsAsync(CancellationToken cancellationToken) =>
        ListAsync(
            _sql.Offers.ReadClaims, [Of(Hub.Node)], r => new OfferKey(r.GetInt32(0), r.GetInt64(1)), cancellationToken);

    public async ValueTask GiveBackAsync(
        IReadOnlyList<OfferKey> offers, bool mayHaveRun, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            _sql.Offers.GiveBack,
            [
                Ints(offers, o => o.Partition), Longs(offers, o => o.Number), Of(Hub.Node),
                new NpgsqlParameter<bool> { TypedValue = mayHaveRun },
            ],
            cancellationToken);

    public ValueTask<EntityRow?> ReadEntityAsync(string id, CancellationToken cancellationToken) =>
        FirstAsync(_sql.ReadEntity, [Of(id)], EntityRows.Row, cancellationToken);

    public async ValueTask<EntityPage> QueryEntitiesAsync(EntityRowQuery query, CancellationToken cancellationToken)
    {
        Parameters parameters = new();
        parameters.Number(query.PageSize + 1L);
        IReadOnlyList<string> conditions = EntityRows.Conditions(query, parameters);
        List<EntityRow> found = [.. await ListAsync(
            _sql.QueryEntities(conditions, query.WithState), parameters.Values, EntityRows.Row, cancellationToken)];
        if (found.Count <= query.PageSize)
            return new(found, null);
        found.RemoveAt(found.Count - 1);
        return new(found, found[^1].Id);
    }

    public async ValueTask<bool> SweepAsync(int rowsMax, CancellationToken cancellationToken)
    {
        int left = rowsMax;
        while (await FirstAsync(
            _sql.FirstSweep, [], r => new Found(r.GetInt32(0), r.GetInt64(1), r.GetInt32(2)), cancellationToken)
            is { } sweep)
        {
            left -= await ExecuteAsync(
                _sql.SweepHistory, [Of(sweep.Key), Of(sweep.Generation), Of(left)], cancellationToken);
            if (left <= 0)
                return true;
            await ExecuteAsync(
                _sql.DeleteSweep, [Of(sweep.Partition), Of(sweep.Key), Of(sweep.Generation)], cancellationToken);
        }
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        if (_listener is { } listener)
            await listener.DisposeAsync();
        await _connections.DisposeAsync();
    }

    /// <summary>A hub that has moved takes no nodes.</summary>
    private async Task<long> RegisteredAsync(NpgsqlBatch register, CancellationToken cancellationToken)
    {
        try
        {
            return (long)(await register.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (PostgresException e) when (e.ConstraintName == HubMark.Constraint)
        {
            HubMark? mark = await Mark.ReadAsync(register.Connection!, _sql, cancellationToken);
            throw mark?.Refusal(Place.Of(_options.ConnectionString, _sql)) ?? Wrong("opened", e);
        }
    }

    private async ValueTask<T?> FirstAsync<T>(
        string sql, IReadOnlyList<NpgsqlParameter> parameters, Func<NpgsqlDataReader, T> row,
        CancellationToken cancellationToken) where T : class
    {
        IReadOnlyList<T> rows = await ListAsync(sql, parameters, row, cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    private async ValueTask<IReadOnlyList<T>> ListAsync<T>(
        string sql, IReadOnlyList<NpgsqlParameter> parameters, Func<NpgsqlDataReader, T> row,
        CancellationToken cancellationToken) =>
        await RunAsync(
            async connection =>
            {
                await using NpgsqlCommand command = WithParameters(sql, parameters, connection);
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
                List<T> rows = [];
                while (await reader.ReadAsync(cancellationToken))
                    rows.Add(row(reader));
                return rows;
            },
            cancellationToken);

    private async ValueTask<int> ExecuteAsync(
        string sql, IReadOnlyList<NpgsqlParameter> parameters, CancellationToken cancellationToken) =>
        await RunAsync(
            async connection =>
            {
                await using NpgsqlCommand command = WithParameters(sql, parameters, connection);
                return await command.ExecuteNonQueryAsync(cancellationToken);
            },
            cancellationToken);

    private static NpgsqlCommand WithParameters(
        string sql, IReadOnlyList<NpgsqlParameter> parameters, NpgsqlConnection connection)
    {
        NpgsqlCommand command = new(sql, connection);
        foreach (NpgsqlParameter parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    private ValueTask<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> run, CancellationToken cancellationToken)
    {
        _ = Hub;
        return RunAsync(_connections.Reads, run, cancellationToken);
    }

    private async ValueTask<T> RunAsync<T>(
        NpgsqlDataSource connections, Func<NpgsqlConnection, Task<T>> run, CancellationToken cancellationToken)
    {
        if (_acknowledged.Loss is { } loss)
            throw loss;
        try
        {
            await using NpgsqlConnection connection = await connections.OpenConnectionAsync(cancellationToken);
            return await run(connection);
        }
        catch (Exception e) when (Failure.IsOfDriver(e) && e is not OperationCanceledException)
        {
            throw Wrong("read", e);
        }
    }

    private StoreException Wrong(string what, Exception e) =>
        new($"{Place.Of(_options.ConnectionString, _sql)} cannot be {what} now. {Failure.Text(e)}", e);

    private sealed record Found(int Partition, long Key, int Generation);
}
