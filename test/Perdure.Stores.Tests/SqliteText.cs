using SQLitePCL;

namespace Perdure.Stores.Tests;

/// <summary>Reads and writes a file from outside the store, as <c>sqlite3</c> would.</summary>
internal static class SqliteText
{
    /// <summary>The rows as lines, columns joined by a bar.</summary>
    public static string Run(string path, string sql)
    {
        Batteries_V2.Init();
        raw.sqlite3_open(path, out var connection).ShouldBe(raw.SQLITE_OK);
        raw.sqlite3_prepare_v2(connection, sql, out var statement)
            .ShouldBe(raw.SQLITE_OK, raw.sqlite3_errmsg(connection).utf8_to_string());
        var lines = new List<string>();
        while (raw.sqlite3_step(statement) == raw.SQLITE_ROW)
        {
            var columns = Enumerable.Range(0, raw.sqlite3_column_count(statement))
                .Select(i => raw.sqlite3_column_text(statement, i).utf8_to_string());
            lines.Add(string.Join('|', columns));
        }
        raw.sqlite3_finalize(statement).ShouldBe(raw.SQLITE_OK, raw.sqlite3_errmsg(connection).utf8_to_string());
        connection.Dispose();
        return string.Join('\n', lines);
    }
}
