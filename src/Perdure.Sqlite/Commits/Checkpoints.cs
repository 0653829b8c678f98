using Perdure.Sqlite.Connections;
using SQLitePCL;

namespace Perdure.Sqlite.Commits;

/// <summary>
/// Copies the write-ahead log into the database, on a thread and a connection of its own, so that commits do not wait
/// for it. A log starts over only when a commit finds all of it copied; under constant load the background never gets
/// there, so above a limit the writer copies the small rest itself.
/// </summary>
internal sealed class Checkpoints : IDisposable
{
    /// <summary>Pages (4 KB) in the log since the last copying that wake the background: 8 MB.</summary>
    private const int CopyAt = 2_048;

    /// <summary>Pages in the log at which the writer finishes the copying: 64 MB.</summary>
    private const int FinishAt = 16_384;

    private readonly SqliteStoreOptions _options;
    private readonly Lock _connectionLock = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private Connection? _connection;
    private int _uncopied;
    private volatile int _pages;
    private volatile bool _finish;
    private volatile bool _closing;

    public Checkpoints(SqliteStoreOptions options)
    {
        _options = options;
        _thread = new Thread(Loop) { Name = "Perdure SQLite checkpoints", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The writer has committed so many pages; returns whether it should call <see cref="Finish"/>.</summary>
    public bool Written(int pages)
    {
        _uncopied += pages;
        if (_uncopied >= CopyAt)
        {
            _uncopied = 0;
            _wake.Set();
        }
        return _finish;
    }

    /// <summary>On the writer's thread, between two transactions.</summary>
    public void Finish(Connection connection)
    {
        _finish = false;
        try
        {
            connection.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
        }
        catch (SqliteFailure)
        {
            // A checkpoint may fail and loses nothing; the next one tries again.
        }
    }

    /// <summary>Runs <paramref name="action"/> while the background has no connection.</summary>
    public void WhileClosed(Action action)
    {
        lock (_connectionLock)
        {
            Close();
            action();
        }
    }

    public void Dispose()
    {
        _closing = true;
        _wake.Set();
        _thread.Join();
        WhileClosed(() => { });
        _wake.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            _wake.WaitOne();
            if (_closing)
                return;
            Copy();
            if (_pages >= FinishAt)
                _finish = true;
        }
    }

    private void Copy()
    {
        lock (_connectionLock)
        {
            try
            {
                _connection ??= SqliteFile.OpenForWriting(_options);
                (_pages, _) = _connection.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
            }
            catch (SqliteFailure)
            {
                // A checkpoint may fail and loses nothing; the next one tries again.
                Close();
            }
        }
    }

    private void Close()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
