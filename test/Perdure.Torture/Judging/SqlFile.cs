using System.Text;
using SQLitePCL;

namespace Perdure.Torture.Judging;

/// <summary>A reader of SQLite files that shares nothing with the engine but SQLite itself.</summary>
internal sealed class SqlFile : SqlReader
{
    private const int NoCheckpointOnClose = 1006;

    private readonly sqlite3 _handle;

    static SqlFile() => Batteries_V2.Init();

    public SqlFile(string path, string? fileSystem = null)
    {
        // Read-write, because the log of a process that died must be recovered; so judges work on copies.
        int code = raw.sqlite3_open_v2(path, out _handle, raw.SQLITE_OPEN_READWRITE, fileSystem);
        if (code != raw.SQLITE_OK)
            throw new InvalidDataException($"{path}: {raw.sqlite3_errstr(code).utf8_to_string()}");
        // Nobody wants the copy back, so nothing of it needs to reach the disk.
        raw.sqlite3_exec(_handle, "pragma synchronous = off");
        raw.sqlite3_db_config(_handle, NoCheckpointOnClose, 1, out _);
    }

    public override IEnumerable<SqlRow> Rows(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out sqlite3_stmt statement), sql);
        using (statement)
        {
            FileRow row = new(statement);
            while (true)
            {
                int code = raw.sqlite3_step(statement);
                if (code == raw.SQLITE_DONE)
                    yield break;
                if (code != raw.SQLITE_ROW)
                    Check(code, sql);
                yield return row;
            }
        }
    }

    /// <summary>Null when SQLite finds the file intact.</summary>
    public string? Damage(bool whole)
    {
        string said = Rows(whole ? "pragma integrity_check" : "pragma quick_check").Select(r => r.Text(0)).First();
        return said == "ok" ? null : said;
    }

    public override void Dispose() => _handle.Dispose();

    private void Check(int code, string sql)
    {
        if (code != raw.SQLITE_OK)
            throw new InvalidDataException($"{raw.sqlite3_errmsg(_handle).utf8_to_string()} in: {sql}");
    }

    private sealed class FileRow(sqlite3_stmt statement) : SqlRow
    {
        public override long Long(int column) => raw.sqlite3_column_int64(statement, column);

        public override bool Flag(int column) => Long(column) != 0;

        public override bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

        public override string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));
    }
}
