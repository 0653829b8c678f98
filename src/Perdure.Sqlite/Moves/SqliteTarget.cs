using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Moves;

/// <summary>
/// A file that becomes a hub: it is written under another name and gets its own at the end, when everything in it is on
/// the disk. So there is never half a hub under the name of one.
/// </summary>
internal sealed class SqliteTarget(string path) : IHubTarget
{
    private readonly string _draft = path + ".moving";
    private OwnerLock? _owner;
    private Connection? _connection;

    public string Place { get; } = $"the file '{path}'";

    public int? UsualPartitions => null;

    private Connection Connection => _connection ?? throw new InvalidOperationException("The target is not open.");

    public Task CheckAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            throw new StoreException(
                $"'{path}' exists. A hub moves to a file that does not exist yet: choose another.");
        }
        string directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(directory))
            throw new StoreException($"The directory '{directory}' does not exist. Create it, or choose another path.");
        return Task.CompletedTask;
    }

    public Task CreateAsync(HubShape shape, CancellationToken cancellationToken)
    {
        Asked(() =>
        {
            _owner = OwnerLock.Take(path);
            // Of a move that was killed.
            RemoveDraft();
            SqliteStoreOptions options = new() { Path = _draft, Partitions = shape.Partitions.Count };
            _connection = Connection.Open(_draft, readOnly: false, busyMilliseconds: 0);
            // Nobody sees the file before it is whole, so nothing of it needs to survive anything.
            _connection.Execute("pragma journal_mode = off; pragma synchronous = off; pragma temp_store = file");
            Schema.Prepare(_connection, options);
            Fill(shape);
        });
        return Task.CompletedTask;
    }

    public async Task WriteAsync(
        HubTable table, IAsyncEnumerable<Cell[]> rows, CancellationToken cancellationToken)
    {
        Asked(() => Connection.Prepared(Sql.Begin).Run());
        Statement insert = Connection.Prepared(TableRows.Insert(table));
        await foreach (Cell[] row in rows.WithCancellation(cancellationToken))
            Asked(() => TableRows.Write(insert, table, row));
        Asked(() => Connection.Prepared(Sql.Commit).Run());
    }

    public IAsyncEnumerable<Cell[]> ReadAsync(HubTable table, CancellationToken cancellationToken) =>
        TableRows.Read(Connection, table).ToAsyncEnumerable();

    public Task CompleteAsync()
    {
        Asked(() => SqliteFile.CheckWritable(Connection, _draft));
        Connection.Dispose();
        _connection = null;
        using (FileStream written = new(_draft, FileMode.Open, FileAccess.ReadWrite))
            written.Flush(flushToDisk: true);
        File.Move(_draft, path, overwrite: false);
        try
        {
            FlushDirectory();
        }
        catch (IOException e)
        {
            throw new MoveOutcomeUnknownException(
                $"'{path}' is there and complete, but its name may not be on the disk. {e.Message}", e);
        }
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        if (_owner is not null)
        {
            RemoveDraft();
            _owner.Dispose();
        }
        (_connection, _owner) = (null, null);
        return ValueTask.CompletedTask;
    }

    private void Fill(HubShape shape)
    {
        Connection.Prepared("update hub set id = ?1").Bind(1, shape.Id).Run();
        Connection.Prepared(Sql.SetSecret).BindBlob(1, shape.Secret.Bytes).Run();
        Connection.Prepared("insert into sqlite_sequence (name, seq) values ('nodes', ?1)")
            .Bind(1, shape.LastNode).Run();
        Statement state = Connection.Prepared(
            "update partitions set owner = ?2, epoch = ?3, dirty = ?4, unclean = ?5 where id = ?1");
        for (int i = 0; i < shape.Partitions.Count; i++)
        {
            PartitionState partition = shape.Partitions[i];
            state.Bind(1, i).Bind(2, partition.Owner).Bind(3, partition.Epoch).Bind(4, partition.Dirty ? 1 : 0)
                .Bind(5, partition.Unclean).Run();
        }
    }

    private void RemoveDraft()
    {
        File.Delete(_draft);
        File.Delete(_draft + "-wal");
        File.Delete(_draft + "-shm");
    }

    /// <summary>The new name is in the directory, which is written by itself.</summary>
    private void FlushDirectory()
    {
        if (!OperatingSystem.IsWindows())
            DirectoryDisk.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private void Asked(Action ask)
    {
        try
        {
            ask();
        }
        catch (SqliteFailure failure)
        {
            throw failure.ForPeople(_draft);
        }
    }
}
