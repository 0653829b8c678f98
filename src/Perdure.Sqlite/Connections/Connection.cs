using SQLitePCL;

namespace Perdure.Sqlite.Connections;

/// <summary>One raw connection and its statements; used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, Statement> _statements = [];

    private Connection(sqlite3 handle) => _handle = handle;

    public static Connection Open(string path, bool readOnly, int busyMilliseconds)
    {
        Batteries_V2.Init();
        int flags = raw.SQLITE_OPEN_NOMUTEX
            | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        return Open(path, flags, busyMilliseconds);
    }

    /// <summary>For a file that certainly nobody changes meanwhile: it needs no log, no lock and no right to
    /// write.</summary>
    public static Connection OpenImmutable(string path)
    {
        Batteries_V2.Init();
        string uri = $"{new Uri(Path.GetFullPath(path)).AbsoluteUri}?immutable=1";
        return Open(uri, raw.SQLITE_OPEN_NOMUTEX | raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI, 0);
    }

    private static Connection Open(string path, int flags, int busyMilliseconds)
    {
        int code = raw.sqlite3_open_v2(path, out sqlite3 handle, flags, null);
        if (code != raw.SQLITE_OK)
        {
            string message = raw.sqlite3_errstr(code).utf8_to_string();
            handle.Dispose();
            throw new SqliteFailure(code, message);
        }
        raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, busyMilliseconds);
        return new Connection(handle);
    }

    /// <summary>The rows that the last statement has changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public bool IsReadOnly => raw.sqlite3_db_readonly(_handle, "main") == 1;

    /// <summary>The statement of a text; prepared once, closed with the connection.</summary>
    public Statement Prepared(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements.Add(sql, statement = new Statement(this, Prepare(sql)));
        return statement;
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>The pages that this connection has written since the last call.</summary>
    public int TakePagesWritten()
    {
        const int CacheWrite = 9;
        return raw.sqlite3_db_status(_handle, CacheWrite, out int pages, out _, 1) == raw.SQLITE_OK ? pages : 0;
    }

    /// <summary>
    /// Copies the log into the database; returns how many pages the log has and how many of them are copied. A lock
    /// that is held elsewhere only makes it stop early.
    /// </summary>
    public (int Pages, int Copied) Checkpoint(int mode)
    {
        int code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", mode, out int pages, out int copied);
        if ((code & 0xFF) != raw.SQLITE_BUSY)
            Check(code);
        return (pages, copied);
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw Failure(code);
    }

    public SqliteFailure Failure(int code) => new(code, raw.sqlite3_errmsg(_handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
        _handle.Dispose();
    }

    private sqlite3_stmt Prepare(string sql)
    {
        int code = raw.sqlite3_prepare_v2(_handle, sql, out sqlite3_stmt statement);
        if (code != raw.SQLITE_OK)
            throw Failure(code);
        return statement;
    }
}
