using Perdure.Core.Stores;

namespace Perdure.Stores.Tests;

/// <summary>Streams: their blocks and their readers.</summary>
public abstract partial class StoreConformance
{
    private const string Log = "@@/größe/3";

    [Fact]
    public async Task A_stream_is_made_once()
    {
        StreamRow made = await _node.Store.OpenStreamAsync(new("orders", 4, 5), default);
        made.ShouldBe(new("orders", 4, 5));
        await _node.Store.OpenStreamAsync(new("größe", 1, 6), default);
        await ReopenAsync();
        (await _node.Store.OpenStreamAsync(new("orders", 8, 7), default)).ShouldBe(made);
        (await _node.Store.ReadStreamsAsync(default)).ShouldBe([new("größe", 1, 6), made]);
    }

    [Fact]
    public async Task A_log_that_nobody_has_written_is_empty()
    {
        LogSummary log = await _node.Store.ReadLogAsync(1, Log, default);
        (log.Start, log.End, log.Readers.Count).ShouldBe((0, 0, 0));
        (await BlocksAsync(0, 100)).ShouldBeEmpty();
        (await _node.Store.FindEventAsync(1, Log, 0, default)).ShouldBe(0);
    }

    [Fact]
    public async Task Blocks_are_read_back_as_they_were_written_after_reopening()
    {
        byte[] body = Node.Bytes("ü\0[]");
        BlockRow block = new(1, Log, long.MaxValue - 5, 5, Node.Day, body);
        await AppendAsync(block);
        Array.Clear(body);
        await ReopenAsync();
        (await BlocksAsync(0, 1)).ShouldBe([ModelRun.Describe(block with { Body = Node.Bytes("ü\0[]") })]);
        LogSummary log = await _node.Store.ReadLogAsync(1, Log, default);
        (log.Start, log.End).ShouldBe((block.First, long.MaxValue));
    }

    [Fact]
    public async Task Blocks_are_read_from_the_one_that_holds_the_number_and_as_many_as_fit()
    {
        BlockRow[] blocks = [Block(0, 10), Block(10, 1), Block(11, 5), Block(20, 10)];
        await AppendAsync(blocks);
        BlockRow elsewhere = Block(0, 9) with { Partition = 2 };
        await _node.MustCommitAsync(new TurnRows { Partition = 2, InsertBlocks = [elsewhere] });
        foreach ((long from, int events, int[] found) in new (long, int, int[])[]
        {
            (0, 1, [0]), (9, 11, [0, 1]), (9, 10, [0]), (0, 100, [0, 1, 2, 3]), (10, 6, [1, 2]), (12, 100, [2, 3]),
            (16, 1, [3]), (19, 1, [3]), (29, 1, [3]), (30, 1, []),
        })
            (await BlocksAsync(from, events)).ShouldBe(found.Select(i => ModelRun.Describe(blocks[i])), $"from {from}");
    }

    [Fact]
    public async Task Readers_are_found_by_the_ids_of_their_logs_in_all_partitions()
    {
        ReaderRow[] rows =
        [
            Reader(0, "@@!a", "timer", long.MaxValue), Reader(1, "@@!b", "timer", 5), Reader(1, "@@!bö", "timer", 6),
            Reader(2, "@@/a/1", "x", 7), Reader(2, "@@/a/1", "y", 8), Reader(3, "@@z", "x", 9),
        ];
        foreach (ReaderRow row in rows.Reverse())
            await _node.MustCommitAsync(new TurnRows { Partition = row.Partition, UpsertReaders = [row] });
        await ReopenAsync();
        foreach ((string from, string before, int[] found) in new (string, string, int[])[]
        {
            ("@@!", "@@\"", [0, 1, 2]), ("@@!b", "@@!bö", [1]), ("@@/", "@@0", [3, 4]), ("", "@@!", []),
            ("@", "A", [0, 1, 2, 3, 4, 5]),
        })
        {
            (await _node.Store.ReadReadersAsync(from, before, default)).Select(ModelRun.Describe)
                .ShouldBe(found.Select(i => ModelRun.Describe(rows[i])), $"from {from}");
        }

        static ReaderRow Reader(int partition, string log, string name, long position) =>
            new(partition, log, name, position, 3, Node.Bytes("{}"));
    }

    [Fact]
    public async Task A_log_is_trimmed_by_whole_blocks()
    {
        await AppendAsync(Block(0, 10), Block(10, 10), Block(20, 10));
        await AppendAsync(Block(0, 10) with { Log = "@@/other/0" });
        await _node.MustCommitAsync(new TurnRows { Partition = 1, TrimLogs = [new(1, Log, 19)] });
        (await _node.Store.ReadLogAsync(1, Log, default)).Start.ShouldBe(10);
        await _node.MustCommitAsync(new TurnRows { Partition = 1, TrimLogs = [new(1, Log, 20)] });
        LogSummary log = await _node.Store.ReadLogAsync(1, Log, default);
        (log.Start, log.End).ShouldBe((20, 30));
        (await _node.Store.ReadLogAsync(1, "@@/other/0", default)).End.ShouldBe(10);
    }

    [Fact]
    public async Task An_event_is_found_by_its_time()
    {
        await AppendAsync(Block(0, 10, at: 100), Block(10, 10, at: 200), Block(20, 10, at: 200));
        foreach ((long at, long found) in new (long, long)[] { (0, 0), (100, 0), (101, 10), (200, 10), (201, 30) })
            (await _node.Store.FindEventAsync(1, Log, at, default)).ShouldBe(found, $"at {at}");
    }

    [Fact]
    public async Task Two_blocks_cannot_have_the_same_number()
    {
        await AppendAsync(Block(0, 10));
        CommitResult result = await _node.CommitAsync(
            new TurnRows { Partition = 0, InsertMessages = [Node.Message(0, 1, 1)] },
            new TurnRows { Partition = 1, InsertBlocks = [Block(0, 2)] });
        result.Outcome.ShouldBe(CommitOutcome.Refused);
        (await _node.MessagesAsync(0)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reader_is_as_it_was_written_last()
    {
        ReaderRow reader = new(1, Log, "$Default", 5, 1, Node.Bytes("{}"));
        ReaderRow other = reader with { Name = "größe", Position = long.MaxValue, State = Node.Bytes("""{"a":"\u0000"}""") };
        await _node.MustCommitAsync(
            new TurnRows { Partition = 1, UpsertReaders = [reader, reader with { Position = 6 }] },
            new TurnRows { Partition = 1, UpsertReaders = [other, reader with { Position = 7, At = 2 }] },
            new TurnRows { Partition = 2, UpsertReaders = [reader with { Partition = 2 }] });
        await ReopenAsync();
        LogSummary log = await _node.Store.ReadLogAsync(1, Log, default);
        log.Readers.Select(ModelRun.Describe).ShouldBe(
            [ModelRun.Describe(reader with { Position = 7, At = 2 }), ModelRun.Describe(other)]);
    }

    [Fact]
    public async Task A_reader_that_is_forgotten_is_gone_and_no_other()
    {
        ReaderRow reader = new(1, Log, "gone", 5, 1, Node.Bytes("{}"));
        ReaderRow[] others = [reader with { Name = "other" }, reader with { Log = "@@/other/0" }];
        await _node.MustCommitAsync(new TurnRows { Partition = 1, UpsertReaders = [reader, .. others] });
        ReaderKey key = new(1, Log, "gone");
        await _node.MustCommitAsync(
            new TurnRows { Partition = 1, DeleteReaders = [key, key with { Name = "nobody" }] },
            new TurnRows { Partition = 1, UpsertReaders = [reader with { Position = 9 }] });
        await ReopenAsync();
        (await _node.Store.ReadLogAsync(1, Log, default)).Readers.Select(r => r.Name).ShouldBe(["other"]);
        (await _node.Store.ReadLogAsync(1, "@@/other/0", default)).Readers.Select(r => r.Name).ShouldBe(["gone"]);
    }

    private Task AppendAsync(params BlockRow[] blocks) =>
        _node.MustCommitAsync([.. blocks.Select(b => new TurnRows { Partition = 1, InsertBlocks = [b] })]);

    private async Task<string[]> BlocksAsync(long from, int events) =>
        [.. (await _node.Store.ReadBlocksAsync(1, Log, from, events, default)).Select(ModelRun.Describe)];

    private static BlockRow Block(long first, int count, long at = 5) =>
        new(1, Log, first, count, at, Node.Bytes($"[{first}]"));
}
