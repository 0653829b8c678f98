using System.Runtime.CompilerServices;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;
using Perdure.Sqlite.Connections;
using Perdure.Sqlite.Moves;
using Perdure.Sqlite.Reads;

namespace Perdure.Sqlite.Histories;

/// <summary>
/// Reads the histories of a file that a host may have open: as one more reader of its write-ahead log, without the lock
/// of an owner.
/// </summary>
internal sealed class SqliteHistories(string path) : IHistorySource
{
    private const int BusyMilliseconds = 5_000;

    private Connection? _connection;

    public string Place { get; } = $"the file '{path}'";

    private Connection Connection => _connection ?? throw new InvalidOperationException("The source is not open.");

    public Task<long> OpenAsync(HistorySelection selection, CancellationToken cancellationToken) =>
        Task.FromResult(Asked(() =>
        {
            // Opening would make it.
            if (!File.Exists(path))
                throw new StoreException($"There is no file '{path}'.");
            _connection = Open();
            int version = Schema.ReadVersion(_connection, new SqliteStoreOptions { Path = path });
            if (version != Schema.Newest)
            {
                throw new StoreException(version == 0
                    ? $"'{path}' holds no task hub."
                    : $"'{path}' has schema version {version}, and this build reads version {Schema.Newest}. Read it "
                        + "with the build that runs on it: 'perdure history export' of that release writes its "
                        + "histories as files, which every later one reads.");
            }
            if (Mark.Read(_connection) is { } mark)
                throw mark.Refusal($"The task hub '{path}'");
            return selection.Ids.Count > 0 ? selection.Ids.Count : selection.Statuses.Sum(s => Count(s, selection));
        }));

    public async IAsyncEnumerable<InstanceHistory> ReadAsync(
        HistorySelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IEnumerable<List<InstanceHistory>> pages = selection.Ids.Count > 0
            ? selection.Ids.Select(id => Asked(() => One(id, selection)))
            : selection.Statuses.SelectMany(status => Pages(status, selection));
        foreach (List<InstanceHistory> page in pages)
        {
            foreach (InstanceHistory history in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return history;
            }
        }
        await Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        _connection = null;
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// A file in the mode of a write-ahead log cannot be read without the index of the log, which cannot be made where
    /// nothing may be written. Where there is no log either, nobody has the file open, and it is read as it is.
    /// </summary>
    private Connection Open()
    {
        Connection connection = Connection.Open(path, readOnly: true, BusyMilliseconds);
        try
        {
            connection.Execute(Sql.ReaderSettings);
            connection.Prepared(Sql.IsHub).Scalar();
            return connection;
        }
        catch (SqliteFailure) when (!File.Exists(path + "-wal"))
        {
            connection.Dispose();
            return Connection.OpenImmutable(path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private long Count(InstanceStatus status, HistorySelection selection)
    {
        Statement rows = Connection.Prepared(HistorySql.Count(status));
        long count = 0;
        while (rows.Step())
            count += selection.Takes(rows.Text(0)) ? rows.Long(1) : 0;
        return count;
    }

    private List<InstanceHistory> One(string id, HistorySelection selection) => InSnapshot(() =>
        RowReader.First(Connection.Prepared(Sql.ReadInstance).Bind(1, id), RowReader.Instance) is { } row
            && selection.Takes(row)
            ? [HistoryOf(row)]
            : new List<InstanceHistory>());

    private IEnumerable<List<InstanceHistory>> Pages(InstanceStatus status, HistorySelection selection)
    {
        (long created, long key) = (long.MinValue, long.MinValue);
        bool isMore = true;
        while (isMore)
        {
            List<InstanceHistory> page = [];
            isMore = Asked(() => InSnapshot(() =>
            {
                List<InstanceRow> rows = RowReader.List(
                    Connection.Prepared(HistorySql.Page(status)).Bind(1, created).Bind(2, key)
                        .Bind(3, HistoryPages.InstancesMax),
                    RowReader.Instance);
                long bytes = 0;
                foreach (InstanceRow row in rows)
                {
                    (created, key) = (row.Created, row.Key);
                    if (!selection.Takes(row.Name))
                        continue;
                    InstanceHistory history = HistoryOf(row);
                    page.Add(history);
                    if ((bytes += history.Bytes) > HistoryPages.BytesMax)
                        return true;
                }
                return rows.Count == HistoryPages.InstancesMax;
            }));
            yield return page;
        }
    }

    private InstanceHistory HistoryOf(InstanceRow row) => new(
        row,
        RowReader.List(
            Connection.Prepared(Sql.ReadHistory).Bind(1, row.Key).Bind(2, row.Generation),
            s => new HistoryRow(row.Key, row.Generation, s.Int(0), s.Int(1), s.Long(2), s.Bytes(3))));

    /// <summary>A long snapshot would keep the log of the host from being emptied.</summary>
    private T InSnapshot<T>(Func<T> read)
    {
        Connection.Prepared(HistorySql.Begin).Run();
        try
        {
            return read();
        }
        finally
        {
            Connection.Prepared(Sql.Commit).Run();
        }
    }

    private T Asked<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (SqliteFailure failure)
        {
            throw failure.ForPeople(path);
        }
    }
}
