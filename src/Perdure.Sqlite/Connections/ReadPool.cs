using System.Collections.Concurrent;

namespace Perdure.Sqlite.Connections;

/// <summary>
/// Connections that only read. Each reading sees one snapshot, runs beside the writer and never waits for it, except
/// while all connections are closed to let SQLite recover the file.
/// </summary>
internal sealed class ReadPool(string path) : IDisposable
{
    private const int IdleMax = 4;
    private const int BusyMilliseconds = 5_000;

    private readonly ReaderWriterLockSlim _gate = new();
    private readonly ConcurrentBag<Connection> _idle = [];
    private bool _closed;

    public T Read<T>(Func<Connection, T> read)
    {
        _gate.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (!_idle.TryTake(out var connection))
                connection = Open();
            T result;
            try
            {
                result = read(connection);
            }
            catch
            {
                // What broke in the middle may be in the middle of a statement.
                connection.Dispose();
                throw;
            }
            GiveBack(connection);
            return result;
        }
        catch (SqliteFailure failure)
        {
            throw failure.ForPeople(path);
        }
        finally
        {
            _gate.ExitReadLock();
        }
    }

    /// <summary>Runs <paramref name="action"/> while no reading runs and no connection is open.</summary>
    public void WhileClosed(Action action)
    {
        _gate.EnterWriteLock();
        try
        {
            CloseIdle();
            action();
        }
        finally
        {
            _gate.ExitWriteLock();
        }
    }

    public void Dispose() => WhileClosed(() => _closed = true);

    private Connection Open()
    {
        var connection = Connection.Open(path, readOnly: true, BusyMilliseconds);
        connection.Execute(Sql.ReaderSettings);
        return connection;
    }

    private void GiveBack(Connection connection)
    {
        if (_idle.Count < IdleMax)
            _idle.Add(connection);
        else
            connection.Dispose();
    }

    private void CloseIdle()
    {
        while (_idle.TryTake(out var connection))
            connection.Dispose();
    }
}
