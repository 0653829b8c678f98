using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;
using Perdure.PostgreSql.Moves;
using Perdure.PostgreSql.Reads;

namespace Perdure.PostgreSql.Histories;

/// <summary>
/// Reads the histories of a schema on which nodes may run, in transactions that the server itself keeps from writing.
/// </summary>
internal sealed class PostgreSqlHistories : IHistorySource
{
    private const int InstancesPerQuery = 32;

    private readonly PostgreSqlStoreOptions _options;
    private readonly Sql _sql;
    private NpgsqlConnection? _connection;

    public PostgreSqlHistories(PostgreSqlStoreOptions options)
    {
        _options = options;
        _sql = new Sql(options.Schema);
        Place = PostgreSql.Place.InSentence(options.ConnectionString, _sql);
    }

    public string Place { get; }

    private NpgsqlConnection Connection =>
        _connection ?? throw new InvalidOperationException("The source is not open.");

    public Task<long> OpenAsync(HistorySelection selection, CancellationToken cancellationToken) =>
        MoveSession.AskAsync(Place, async () =>
        {
            string text = _options.ConnectionString;
            if (_options.Password is { } password)
                text = new NpgsqlConnectionStringBuilder(text)
                {
                    Password = await password(cancellationToken),
                }.ConnectionString;
            _connection = await MoveSession.OpenAsync(text, cancellationToken);
            // Asked outside a transaction, because a table that is missing would end it.
            HubRow hub = await Schema.ReadAsync(_connection, _sql, _options, cancellationToken);
            if (hub.Version != Schema.Newest)
            {
                throw new StoreException(hub.Version == 0
                    ? $"There is no task hub in {Place}."
                    : $"The hub in {Place} has schema version {hub.Version}, and this build reads version "
                        + $"{Schema.Newest}. Read it with the build that runs on it: 'perdure history export' of that "
                        + "release writes its histories as files, which every later one reads.");
            }
            if (await Mark.ReadAsync(_connection, _sql, cancellationToken) is { } mark)
                throw mark.Refusal(PostgreSql.Place.Of(_options.ConnectionString, _sql));
            return selection.Ids.Count > 0 ? selection.Ids.Count : await CountAsync(selection, cancellationToken);
        });

    public async IAsyncEnumerable<InstanceHistory> ReadAsync(
        HistorySelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerable<List<InstanceHistory>> pages = selection.Ids.Count > 0
            ? OnesAsync(selection, cancellationToken)
            : PagesAsync(selection, cancellationToken);
        await foreach (List<InstanceHistory> page in pages)
        {
            foreach (InstanceHistory history in page)
                yield return history;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
    }

    private Task<long> CountAsync(HistorySelection selection, CancellationToken cancellationToken) =>
        InSnapshotAsync(async () =>
        {
            string statuses = string.Join(", ", selection.Statuses.Select(Number));
            await using NpgsqlCommand count = new(
                $"select name, count(*) from {_sql.Hub}.instances where status in ({statuses}) group by name",
                Connection);
            await using NpgsqlDataReader rows = await count.ExecuteReaderAsync(cancellationToken);
            long sum = 0;
            while (await rows.ReadAsync(cancellationToken))
                sum += selection.Takes(rows.GetString(0)) ? rows.GetInt64(1) : 0;
            return sum;
        });

    private async IAsyncEnumerable<List<InstanceHistory>> OnesAsync(
        HistorySelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string id in selection.Ids)
        {
            yield return await InSnapshotAsync(async () =>
            {
                List<InstanceRow> rows = await RowsAsync(
                    _sql.ReadInstance, cancellationToken, new NpgsqlParameter<string> { TypedValue = id });
                return await HistoriesAsync([.. rows.Where(selection.Takes)], cancellationToken);
            });
        }
    }

    private async IAsyncEnumerable<List<InstanceHistory>> PagesAsync(
        HistorySelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (InstanceStatus status in selection.Statuses)
        {
            (long created, long key) = (long.MinValue, long.MinValue);
            bool isMore = true;
            while (isMore)
            {
                yield return await InSnapshotAsync(async () =>
                {
                    List<InstanceRow> rows = await RowsAsync(
                        Page(status), cancellationToken, new NpgsqlParameter<long> { TypedValue = created },
                        new NpgsqlParameter<long> { TypedValue = key },
                        new NpgsqlParameter<int> { TypedValue = HistoryPages.InstancesMax });
                    List<InstanceRow> taken = rows.FindAll(r => selection.Takes(r.Name));
                    List<InstanceHistory> page = await HistoriesAsync(taken, cancellationToken);
                    bool isWhole = page.Count == taken.Count;
                    isMore = !isWhole || rows.Count == HistoryPages.InstancesMax;
                    if (rows.Count > 0)
                    {
                        InstanceRow last = isWhole ? rows[^1] : page[^1].Row;
                        (created, key) = (last.Created, last.Key);
                    }
                    return page;
                });
            }
        }
    }

    private string Page(InstanceStatus status) =>
        $"""
        select {Sql.InstanceColumns} from {_sql.Hub}.instances i
        where i.status = {Number(status)} and (i.created, i.key) > ($1, $2) order by i.created, i.key limit $3
        """;

    private async Task<List<InstanceRow>> RowsAsync(
        string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using NpgsqlCommand select = new(sql, Connection);
        select.Parameters.AddRange(parameters);
        await using NpgsqlDataReader rows = await select.ExecuteReaderAsync(cancellationToken);
        List<InstanceRow> read = [];
        while (await rows.ReadAsync(cancellationToken))
            read.Add(RowReader.Instance(rows));
        return read;
    }

    /// <summary>Of the first of them, as many as a page takes.</summary>
    private async Task<List<InstanceHistory>> HistoriesAsync(
        List<InstanceRow> instances, CancellationToken cancellationToken)
    {
        List<InstanceHistory> histories = [];
        foreach (InstanceRow[] some in instances.Chunk(InstancesPerQuery))
        {
            histories.AddRange(await HistoriesOfAsync(some, cancellationToken));
            if (histories.Sum(h => h.Bytes) > HistoryPages.BytesMax)
                break;
        }
        return histories;
    }

    private async Task<IEnumerable<InstanceHistory>> HistoriesOfAsync(
        InstanceRow[] instances, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand select = new(
            $"""
            select h.key, h.turn, h.part, h.at, h.events
            from unnest($1::bigint[], $2::int[]) as a (key, generation)
            join {_sql.Hub}.history h on h.key = a.key and h.generation = a.generation
            order by h.key, h.turn, h.part
            """,
            Connection);
        select.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. instances.Select(i => i.Key)] });
        select.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. instances.Select(i => i.Generation)] });
        Dictionary<long, List<HistoryRow>> turns = instances.ToDictionary(i => i.Key, _ => new List<HistoryRow>());
        await using NpgsqlDataReader rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            long key = rows.GetInt64(0);
            turns[key].Add(new HistoryRow(
                key, 0, rows.GetInt32(1), rows.GetInt32(2), rows.GetInt64(3), rows.GetFieldValue<byte[]>(4)));
        }
        return instances.Select(i => new InstanceHistory(i, turns[i.Key]));
    }

    private Task<T> InSnapshotAsync<T>(Func<Task<T>> read) => MoveSession.AskAsync(Place, async () =>
    {
        await using NpgsqlTransaction snapshot =
            await Connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        await MoveSession.RunAsync(Connection, "set transaction read only", CancellationToken.None);
        T result = await read();
        await snapshot.CommitAsync();
        return result;
    });

    private static string Number(InstanceStatus status) => ((int)status).ToString(CultureInfo.InvariantCulture);
}
