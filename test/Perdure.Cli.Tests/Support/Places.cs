using Npgsql;
using Perdure.Stores.Tests;
using SQLitePCL;

namespace Perdure.Cli.Tests.Support;

/// <summary>A directory and the schemas of a test, gone at its end; rows are read past everything of ours.</summary>
internal sealed class Places : IAsyncDisposable
{
    private readonly List<string> _schemas = [];

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("perdure-cli-").FullName;

    public string Connection { get; private set; } = "";

    public static async Task<Places> CreateAsync() =>
        new() { Connection = (await PostgreSqlServer.Shared).ConnectionString };

    public string NewFile(string name = "hub") => Path.Combine(Directory, $"{name}.db");

    public string NewSchema()
    {
        _schemas.Add($"hub_{Guid.NewGuid():N}");
        return _schemas[^1];
    }

    /// <summary>The rows as lines, columns joined by a bar.</summary>
    public async Task<string> DatabaseAsync(string sql)
    {
        await using NpgsqlConnection connection = new(Connection);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync())
            lines.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i))));
        return string.Join('\n', lines);
    }

    /// <summary>The rows as lines, columns joined by a bar.</summary>
    public static string File(string path, string sql)
    {
        Batteries_V2.Init();
        raw.sqlite3_open(path, out sqlite3 connection).ShouldBe(raw.SQLITE_OK);
        raw.sqlite3_prepare_v2(connection, sql, out sqlite3_stmt statement)
            .ShouldBe(raw.SQLITE_OK, raw.sqlite3_errmsg(connection).utf8_to_string());
        List<string> lines = [];
        while (raw.sqlite3_step(statement) == raw.SQLITE_ROW)
        {
            lines.Add(string.Join('|', Enumerable.Range(0, raw.sqlite3_column_count(statement))
                .Select(i => raw.sqlite3_column_text(statement, i).utf8_to_string())));
        }
        raw.sqlite3_finalize(statement).ShouldBe(raw.SQLITE_OK, raw.sqlite3_errmsg(connection).utf8_to_string());
        connection.Dispose();
        return string.Join('\n', lines);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string schema in _schemas)
            await DatabaseAsync($"drop schema if exists {schema} cascade");
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
