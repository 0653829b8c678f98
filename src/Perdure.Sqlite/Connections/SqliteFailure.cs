using Perdure.Core.Stores;
using SQLitePCL;

namespace Perdure.Sqlite.Connections;

/// <summary>
/// A call to SQLite that did not succeed. It stays inside the store, which turns it into an outcome or a text.
/// </summary>
internal sealed class SqliteFailure(int code, string message)
    : Exception($"SQLite: {message} (code {code & 0xFF}, extended {code})")
{
    /// <summary>The primary result code.</summary>
    public int Code { get; } = code & 0xFF;

    /// <summary>No room for the log's index: a full disk that SQLite reports as an I/O error.</summary>
    private bool IsFull => Code == raw.SQLITE_FULL || code == raw.SQLITE_IOERR_SHMSIZE;

    /// <summary>What a failure before COMMIT means for the batch.</summary>
    public CommitOutcome Outcome => Code switch
    {
        raw.SQLITE_TOOBIG or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH => CommitOutcome.Refused,
        raw.SQLITE_FULL or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN
            or raw.SQLITE_NOMEM or raw.SQLITE_PERM or raw.SQLITE_INTERRUPT => CommitOutcome.Unavailable,
        _ => CommitOutcome.Unknown,
    };

    /// <summary>The same for people who open or read <paramref name="path"/>: what is wrong and what to do.</summary>
    public StoreException ForPeople(string path) => new(
        Code switch
        {
            raw.SQLITE_NOTADB =>
                $"'{path}' is not an SQLite database. Move it away, or choose another path for the task hub.",
            raw.SQLITE_CORRUPT =>
                $"'{path}' is damaged. Keep a copy, then recover it with the command 'sqlite3 <file> .recover' or "
                + "restore a backup.",
            _ when IsFull =>
                $"The disk of '{path}' is full. Free some space and start again; what is stored is intact.",
            raw.SQLITE_READONLY or raw.SQLITE_PERM =>
                $"'{path}' or its directory is read-only. The task hub needs to write both.",
            raw.SQLITE_CANTOPEN =>
                $"'{path}' cannot be opened. Check that it is a file and that this user may read and write it and its "
                + "directory.",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
                $"'{path}' is locked by another program. Close it (an sqlite3 shell in a transaction?) and try again.",
            _ => $"'{path}' cannot be used.",
        } + $" ({Message})", this);
}
