using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Sqlite;

namespace Perdure.Stores.Tests;

/// <summary>
/// The same random operations on the store in memory and on a database: each outcome and everything that can be read
/// must be equal. A failure names its seed, and a seed always does the same.
/// </summary>
public sealed class ModelTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task SQLite_does_what_memory_does(int seed)
    {
        await using SqliteDisk sqlite = new();
        await CompareAsync(seed, sqlite);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task PostgreSQL_does_what_memory_does(int seed)
    {
        await using PostgreSqlDisk postgreSql = await PostgreSqlDisk.CreateAsync();
        await CompareAsync(seed, postgreSql);
    }

    private static async Task CompareAsync(int seed, Disk disk)
    {
        await using var memory = new MemoryDisk();
        var operations = new RandomOperations(seed);
        await using var model = new ModelRun(memory, await Node.OpenAsync(memory));
        await using var real = new ModelRun(disk, await Node.OpenAsync(disk));
        for (int step = 0; step < 120; step++)
        {
            var operation = operations.Next();
            string expected = await operation(model);
            string actual = await operation(real);
            if (actual != expected)
                Assert.Fail(
                    $"Seed {seed}, step {step}, {operation.Method.Name}:\nmemory says\n{expected}\nthe other store "
                    + $"says\n{actual}");
        }
        (await real.DescribeAsync()).ShouldBe(await model.DescribeAsync(), $"seed {seed}, at the end");
    }
}

/// <summary>One store under the random operations; each operation tells what it saw as text.</summary>
internal sealed class ModelRun(Disk disk, Node node) : IAsyncDisposable
{
    public Disk Disk => disk;

    public Node Node { get; private set; } = node;

    public async Task ReopenAsync()
    {
        await Node.DisposeAsync();
        Node = await Node.OpenAsync(disk);
    }

    public async Task<string> DescribeAsync()
    {
        var lines = new List<string>();
        var page = await Node.Store.QueryAsync(new() { PageSize = 10_000 }, default);
        lines.AddRange(page.Instances.Select(Describe));
        EntityRowQuery all = new() { PageSize = 10_000, WithState = true, WithoutState = true };
        lines.AddRange((await Node.Store.QueryEntitiesAsync(all, default)).Entities.Select(e => $"{e}"));
        lines.AddRange((await Node.Store.QueryDeadLettersAsync(new() { PageSize = 10_000 }, default)).Rows
            .Select(Describe));
        for (long key = 1; key <= RandomOperations.Keys; key++)
        {
            for (int generation = 0; generation < 3; generation++)
                lines.AddRange((await Node.Store.ReadHistoryAsync(new(key, generation), default)).Select(Describe));
        }
        for (int partition = 0; partition < Node.Hub.Partitions; partition++)
        {
            lines.AddRange(await Node.MessagesAsync(partition));
            lines.AddRange(await Node.TimersAsync(partition));
            foreach (string log in new[] { $"log{partition}", $"größe{partition}" })
            {
                lines.Add(Describe(await Node.Store.ReadLogAsync(partition, log, default)));
                lines.AddRange((await Node.Store.ReadBlocksAsync(partition, log, 0, 1_000, default)).Select(Describe));
            }
            lines.AddRange((await Node.Store.ReadOwedAsync(partition, 0, 1_000, default)).Select(r => $"owed {r}"));
        }
        lines.AddRange((await Node.Store.ReadReadersAsync("", "~", default)).Select(Describe));
        return string.Join('\n', lines);
    }

    public static string Describe(InstanceSnapshot i) =>
        $"{i.Row} {Node.Text(i.FirstEvents)} {Node.Text(i.LastEvents)} {i.LastUpdated}";

    public static string Describe(DeadLetterRow r) => $"{r with { Record = default }} {Node.Text(r.Record)}";

    public static string Describe(LogSummary l) => $"{l.Start}..{l.End} {string.Join(';', l.Readers.Select(Describe))}";

    public static string Describe(ReaderRow r) => $"{r with { State = default }} {Node.Text(r.State)}";

    public static string Describe(BlockRow b) => $"{b with { Body = default }} {Node.Text(b.Body)}";

    public static string Describe(HistoryRow r) =>
        $"{r.Key}.{r.Generation} {r.Turn}.{r.Part} {r.At} {Node.Text(r.Events)}";

    public static string Describe(CommitResult r) => $"{r.Outcome} {string.Join(',', r.Partitions)}";

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
