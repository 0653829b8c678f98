using Npgsql;

/// <summary>What the tables say: who owns how much, and how far the orders are.</summary>
/// <param name="Owned">Partitions by the number of the node; nobody is 0.</param>
/// <param name="Runners">The nodes with functions whose lease has not run out.</param>
/// <param name="Completed">Orders that are done.</param>
/// <param name="Counted">Orders that the entities have counted.</param>
/// <param name="Open">Orders that are there and not done.</param>
public sealed record Sight(
    IReadOnlyDictionary<long, int> Owned, IReadOnlyList<long> Runners, long Completed, long Counted, long Open)
{
    public int Of(long node) => Owned.GetValueOrDefault(node);

    public int Partitions => Owned.Values.Sum();

    /// <summary>Whether exactly these nodes own all, in shares that differ by one at most.</summary>
    public bool IsFair(IReadOnlyCollection<long> nodes) =>
        nodes.Sum(Of) == Partitions && nodes.Max(Of) - nodes.Min(Of) <= 1;
}

/// <summary>Reads the tables of the hub past the engine, as an administrator would with psql.</summary>
public sealed class Watch(string connectionString) : IAsyncDisposable
{
    public const string Counted = "select coalesce(sum(state::int), 0) from perdure.entities where name = 'tally'";

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(connectionString);

    public async Task<Sight> LookAsync()
    {
        // The first node makes the tables.
        if (await NumberAsync("select (to_regclass('perdure.hub') is not null)::int") == 0)
            return new Sight(new Dictionary<long, int>(), [], 0, 0, 0);
        Dictionary<long, int> owned = [];
        await foreach (NpgsqlDataReader row in RowsAsync(
            "select owner, count(*)::int from perdure.partitions group by owner"))
            owned.Add(row.GetInt64(0), row.GetInt32(1));
        List<long> runners = [];
        await foreach (NpgsqlDataReader row in RowsAsync(
            "select node from perdure.nodes where runs and expires > extract(epoch from clock_timestamp()) * 1000"))
            runners.Add(row.GetInt64(0));
        return new Sight(
            owned, runners,
            await NumberAsync("select count(*) from perdure.instances where status = 1"),
            await NumberAsync(Counted),
            await NumberAsync("select count(*) from perdure.instances where status <> 1"));
    }

    public async Task<long> NumberAsync(string sql)
    {
        await using NpgsqlCommand command = _database.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), null);
    }

    /// <summary>How many of these orders are there and done.</summary>
    public async Task<long> DoneAsync(string[] ids)
    {
        await using NpgsqlCommand command = _database.CreateCommand(
            "select count(*) from perdure.instances where status = 1 and id = any($1)");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = ids });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async IAsyncEnumerable<NpgsqlDataReader> RowsAsync(string sql)
    {
        await using NpgsqlCommand command = _database.CreateCommand(sql);
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            yield return rows;
    }
}
