using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;
using SQLitePCL;

namespace Perdure.Sqlite.Commits;

/// <summary>
/// The write connection and what a failure on it means. Only the writer's thread uses it. After a failure that leaves
/// the file in doubt nothing is read from this connection any more: all connections are closed and opened again, so
/// that SQLite recovers from what the disk really has (an I/O error that is only reported may have been a commit).
/// </summary>
internal sealed class Transactions(
    SqliteStoreOptions options, Connection connection, ReadPool reads, Checkpoints checkpoints)
    : IDisposable
{
    private Connection _connection = connection;
    private BatchRows _rows = new(connection);
    private bool _inDoubt;

    public CommitResult Commit(Batch batch)
    {
        try
        {
            if (_inDoubt)
                Reopen();
        }
        catch (SqliteFailure failure)
        {
            return new(CommitOutcome.Unavailable) { Detail = failure.Message };
        }
        return Write(batch);
    }

    public CommitResult Resolve(Batch batch)
    {
        if (LookUp(batch) is { } known)
            return known;
        var result = Write(batch);
        // The disk is still full, perhaps: then look again, so that the answer is certain.
        return result.Outcome != CommitOutcome.Unknown
            ? result
            : LookUp(batch) ?? result with { Outcome = CommitOutcome.Unavailable };
    }

    /// <summary>Runs something rare in a transaction of its own.</summary>
    public T Call<T>(Func<Connection, T> action)
    {
        try
        {
            if (_inDoubt)
                Reopen();
            _connection.Prepared(Sql.Begin).Run();
            var result = action(_connection);
            _connection.Prepared(Sql.Commit).Run();
            return result;
        }
        catch (SqliteFailure failure)
        {
            _inDoubt = true;
            throw failure.ForPeople(options.Path);
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <summary>
    /// Between two transactions: finishes the checkpoint that the background cannot finish under load.
    /// </summary>
    public void AfterTransaction()
    {
        if (_inDoubt)
            return;
        if (checkpoints.Written(_connection.TakePagesWritten()))
            checkpoints.Finish(_connection);
    }

    /// <summary>Nothing else is open any more: empties the log, so that the file alone is the hub.</summary>
    public void Dispose()
    {
        try
        {
            if (!_inDoubt)
                _connection.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE);
        }
        catch (SqliteFailure)
        {
            // The log stays, and the next opening recovers it.
        }
        _connection.Dispose();
    }

    private CommitResult Write(Batch batch)
    {
        try
        {
            _connection.Prepared(Sql.Begin).Run();
            var problem = _rows.Write(batch);
            if (problem is not null)
            {
                RollBack();
                return problem;
            }
            options.Fault?.Invoke(CommitPoint.BeforeCommit);
        }
        catch (SqliteFailure failure)
        {
            return NotCommitted(failure.Outcome, failure.Message);
        }
        catch (Exception failure)
        {
            // Text that is not well-formed UTF-16, or a row that cannot be written at all: the batch is at fault.
            return NotCommitted(CommitOutcome.Refused, failure.Message);
        }
        try
        {
            _connection.Prepared(Sql.Commit).Run();
            options.Fault?.Invoke(CommitPoint.AfterCommit);
            return CommitResult.Committed;
        }
        catch (SqliteFailure failure)
        {
            _inDoubt = true;
            return new(CommitOutcome.Unknown) { Detail = failure.Message };
        }
    }

    private CommitResult NotCommitted(CommitOutcome outcome, string detail)
    {
        if (outcome == CommitOutcome.Unknown)
            _inDoubt = true;
        else
            RollBack();
        return new(outcome) { Detail = detail };
    }

    private void RollBack()
    {
        try
        {
            if (_connection.InTransaction)
                _connection.Prepared(Sql.Rollback).Run();
        }
        catch (SqliteFailure)
        {
            _inDoubt = true;
        }
    }

    /// <summary>
    /// What is certain about the batch after opening the file again; null when it is certainly not written.
    /// </summary>
    private CommitResult? LookUp(Batch batch)
    {
        try
        {
            Reopen();
            if (!_rows.IsRecorded(batch))
                return null;
            // A failed fsync may have dropped what the cache still shows; copying writes and syncs it again.
            var (pages, copied) = _connection.Checkpoint(raw.SQLITE_CHECKPOINT_FULL);
            return pages == copied
                ? CommitResult.Committed
                : new(CommitOutcome.Unknown) { Detail = "A reader keeps the log from being copied." };
        }
        catch (SqliteFailure failure)
        {
            _inDoubt = true;
            return new(CommitOutcome.Unknown) { Detail = failure.Message };
        }
    }

    private void Reopen() => reads.WhileClosed(() => checkpoints.WhileClosed(() =>
    {
        _inDoubt = true;
        _connection.Dispose();
        _connection = SqliteFile.OpenForWriting(options);
        _rows = new(_connection);
        _inDoubt = false;
    }));
}
