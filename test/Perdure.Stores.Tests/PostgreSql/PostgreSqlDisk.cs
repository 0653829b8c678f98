using Npgsql;
using Perdure.Core.Stores;
using Perdure.PostgreSql;

namespace Perdure.Stores.Tests;

/// <summary>A schema that lasts as long as the test.</summary>
internal sealed class PostgreSqlDisk : Disk
{
    private PostgreSqlDisk(string connectionString) => ConnectionString = connectionString;

    public string ConnectionString { get; }

    public string Schema { get; } = $"hub_{Guid.NewGuid():N}";

    public static async Task<PostgreSqlDisk> CreateAsync() => new((await PostgreSqlServer.Shared).ConnectionString);

    public override IStore NewStore() => new PostgreSqlStore(new()
    {
        ConnectionString = ConnectionString,
        Schema = Schema,
        Partitions = 4,
        Fault = Fail,
    });

    /// <summary>The rows as lines, columns joined by a bar.</summary>
    public async Task<string> RunAsync(string sql)
    {
        await using NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new($"set search_path to {Schema}; {sql}", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync())
            lines.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i))));
        return string.Join('\n', lines);
    }

    public override async ValueTask DisposeAsync() => await RunAsync($"drop schema if exists {Schema} cascade");

    private void Fail(CommitPoint point)
    {
        if (FailNext != point)
            return;
        FailNext = null;
        throw new NpgsqlException("injected", new IOException("The connection was cut."));
    }
}
