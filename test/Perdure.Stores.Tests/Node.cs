using System.Text;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Stores.Tests;

/// <summary>One opening of a store that owns all partitions, with short ways to make rows and read them.</summary>
internal sealed class Node : IAsyncDisposable
{
    public const long Day = 1_700_000_000_000;

    private readonly long[] _epochs;
    private long _batches;
    private long _keys;

    private Node(IStore store, HubInfo hub)
    {
        Store = store;
        Hub = hub;
        _epochs = new long[hub.Partitions];
    }

    public IStore Store { get; }

    public HubInfo Hub { get; }

    public PartitionOpening[] Openings { get; private set; } = [];

    public static async Task<Node> OpenAsync(Disk disk)
    {
        var store = disk.NewStore();
        var node = new Node(store, await store.OpenAsync(Day, default));
        node.Openings = await Task.WhenAll(Enumerable.Range(0, node.Hub.Partitions).Select(p => node.TakeAsync(p)));
        return node;
    }

    /// <summary>Opens a partition; commits carry its new epoch from now on.</summary>
    public async Task<PartitionOpening> TakeAsync(int partition)
    {
        var view = await Store.RenewAsync(TimeSpan.FromSeconds(15), true, ["activity A"], default);
        var opening = await Store.OpenPartitionAsync(partition, view.Partitions[partition].Epoch, default);
        opening.ShouldNotBeNull();
        _epochs[partition] = opening.Epoch;
        return opening;
    }

    public void Forget(int partition, long epoch) => _epochs[partition] = epoch;

    public Batch Batch(params TurnRows[] turns) => new()
    {
        Node = Hub.Node,
        Lane = 0,
        Number = ++_batches,
        At = Day + _batches,
        Fences = _epochs.Select((epoch, partition) => new PartitionEpoch(partition, epoch)).ToArray(),
        Turns = turns,
    };

    public async Task<CommitResult> CommitAsync(params TurnRows[] turns) => await Store.CommitAsync(Batch(turns));

    public async Task MustCommitAsync(params TurnRows[] turns)
    {
        var result = await CommitAsync(turns);
        result.Outcome.ShouldBe(CommitOutcome.Committed, result.Detail);
    }

    public InstanceRow Instance(string id, int partition = 0, long created = Day) => new()
    {
        Partition = partition,
        Key = (Hub.Node << 32) + ++_keys,
        Id = id,
        Name = "Hello",
        Status = InstanceStatus.Running,
        Created = created,
    };

    public static TurnRows Insert(InstanceRow row) => new() { Partition = row.Partition, InsertInstance = row };

    public static HistoryRow History(InstanceRow row, int turn, string events = "[]", int part = 0) =>
        new(row.Key, row.Generation, turn, part, row.Created + (turn * 10), Bytes(events));

    public static MessageRow Message(int partition, long origin, long number) =>
        new(new(partition, origin, number), "target", 3, Bytes($"{origin}/{number}"));

    public static TimerRow Timer(int partition, long due, long number) =>
        new(new(partition, due, number), "target", Bytes($"{due}/{number}"));

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public async Task<InstanceRow?> InstanceAsync(string id) => await Store.ReadInstanceAsync(id, default);

    public async Task<string[]> HistoryAsync(InstanceRow row, int generation = 0)
    {
        var rows = await Store.ReadHistoryAsync(new ExecutionKey(row.Key, generation), default);
        return rows.Select(r => $"{r.Turn}.{r.Part} {Text(r.Events)}").ToArray();
    }

    public async Task<string[]> MessagesAsync(int partition)
    {
        var rows = await Store.ReadMessagesAsync(partition, 0, 0, 1000, default);
        return rows.Select(r => Text(r.Body)).ToArray();
    }

    public async Task<string[]> TimersAsync(int partition, long before = long.MaxValue)
    {
        var rows = await Store.ReadTimersAsync(partition, before, 0, 0, 1000, default);
        return rows.Select(r => Text(r.Body)).ToArray();
    }

    public async Task<string[]> IdsAsync(InstanceQuery query)
    {
        var page = await Store.QueryAsync(query, default);
        long count = await Store.CountAsync(query, default);
        if (page.Continuation is null && query.Continuation is null)
            count.ShouldBe(page.Instances.Count, "the page is all that the query fits");
        else
            count.ShouldBeGreaterThan(page.Instances.Count);
        return page.Instances.Select(i => i.Row.Id).ToArray();
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
