using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Moves;

/// <summary>A file that moves. It is owned as a host owns it, so none can open it meanwhile.</summary>
internal sealed class SqliteSource(string path) : IHubSource
{
    private OwnerLock? _owner;
    private Connection? _connection;

    public string Place { get; } = $"the file '{path}'";

    private Connection Connection => _connection ?? throw new InvalidOperationException("The source is not open.");

    public Task<HubShape> OpenAsync(CancellationToken cancellationToken)
    {
        SqliteStoreOptions options = new() { Path = path };
        HubShape shape = Asked(() =>
        {
            Own(options);
            int version = Schema.ReadVersion(Connection, options);
            if (version != Schema.Newest)
            {
                throw new StoreException(version == 0
                    ? $"'{path}' holds no task hub."
                    : $"'{path}' has schema version {version}, and this program moves version {Schema.Newest}. Start "
                        + "and stop a host of this version on the file, which upgrades it; then move it.");
            }
            if (Mark.Read(Connection) is { } mark)
                throw mark.Refusal($"The task hub '{path}'");
            return Shape();
        });
        return Task.FromResult(shape);
    }

    public Task<long> CountAsync(HubTable table, CancellationToken cancellationToken) =>
        Task.FromResult(Asked(() => Connection.Prepared($"select count(*) from {table.Name}").Scalar()!.Value));

    public IAsyncEnumerable<Cell[]> ReadAsync(HubTable table, CancellationToken cancellationToken) =>
        TableRows.Read(Connection, table).ToAsyncEnumerable();

    public Task<HubShape> BeginAsync(HubMark mark, CancellationToken cancellationToken)
    {
        Asked(() => Mark.Write(Connection, mark));
        return Task.FromResult(Asked(Shape));
    }

    public Task EndAsync(HubMark mark)
    {
        Asked(() => Mark.Write(Connection, mark));
        return Task.CompletedTask;
    }

    public Task UnmarkAsync()
    {
        Asked(() => Mark.Remove(Connection));
        return Task.CompletedTask;
    }

    /// <summary>
    /// Takes the mark away from a hub that nobody moves now; returns it, or null when there was none.
    /// </summary>
    public Task<HubMark?> ReopenAsync()
    {
        HubMark? mark = Asked(() =>
        {
            SqliteStoreOptions options = new() { Path = path };
            Own(options);
            if (Schema.ReadVersion(Connection, options) == 0)
                throw new StoreException($"'{path}' holds no task hub.");
            HubMark? found = Mark.Read(Connection);
            Mark.Remove(Connection);
            return found;
        });
        return Task.FromResult(mark);
    }

    public ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        _owner?.Dispose();
        (_connection, _owner) = (null, null);
        return ValueTask.CompletedTask;
    }

    private void Own(SqliteStoreOptions options)
    {
        // Opening would make it.
        if (!File.Exists(path))
            throw new StoreException($"There is no file '{path}'.");
        _owner = OwnerLock.Take(path);
        _connection = SqliteFile.OpenForWriting(options);
        // What is sorted does not have to fit into memory.
        _connection.Execute("pragma temp_store = file");
    }

    private HubShape Shape()
    {
        Statement hub = Connection.Prepared(Sql.ReadHub);
        hub.Step();
        string id = hub.Text(1);
        hub.Reset();
        long lastNode = Connection.Prepared("select seq from sqlite_sequence where name = 'nodes'").Scalar() ?? 0;
        List<PartitionState> states = [];
        Statement rows = Connection.Prepared("select owner, epoch, dirty, unclean from partitions order by id");
        while (rows.Step())
            states.Add(new(rows.Long(0), rows.Long(1), rows.Long(2) != 0, rows.Int(3)));
        return new HubShape(id, Schema.ReadSecret(Connection), lastNode, states);
    }

    private void Asked(Action ask) => Asked(() =>
    {
        ask();
        return true;
    });

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
