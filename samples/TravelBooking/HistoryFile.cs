using SQLitePCL;

/// <summary>
/// The hub, read with nothing but SQL: the view <c>history_events</c> is what <c>sqlite3</c> shows as well. Reading
/// does no harm, whether or not somebody has the hub open.
/// </summary>
public static class HistoryFile
{
    /// <summary>The rows of a query as text; null for a null.</summary>
    public static List<string?[]> Query(string path, string sql, params string[] parameters)
    {
        Batteries_V2.Init();
        Check(raw.sqlite3_open_v2(path, out sqlite3 db, raw.SQLITE_OPEN_READONLY, null), db);
        using (db)
        {
            Check(raw.sqlite3_prepare_v2(db, sql, out sqlite3_stmt statement), db);
            using (statement)
            {
                for (int i = 0; i < parameters.Length; i++)
                    Check(raw.sqlite3_bind_text(statement, i + 1, parameters[i]), db);
                return Rows(db, statement);
            }
        }
    }

    private static List<string?[]> Rows(sqlite3 db, sqlite3_stmt statement)
    {
        List<string?[]> rows = [];
        int code;
        while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
        {
            var row = new string?[raw.sqlite3_column_count(statement)];
            for (int i = 0; i < row.Length; i++)
                row[i] = raw.sqlite3_column_text(statement, i).utf8_to_string();
            rows.Add(row);
        }
        Check(code == raw.SQLITE_DONE ? raw.SQLITE_OK : code, db);
        return rows;
    }

    private static void Check(int code, sqlite3 db)
    {
        if (code != raw.SQLITE_OK)
            throw new InvalidOperationException($"The hub cannot be read: {raw.sqlite3_errmsg(db).utf8_to_string()}");
    }
}
