using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Stores.Tests;

/// <summary>Readings in pieces: order, cursors that neither skip nor repeat, and the filters of a query.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Messages_are_read_in_pieces_by_origin_and_number()
    {
        (long Origin, long Number)[] order =
            [(-1, 5), (1, -3), (1, 2), (1, 1L << 40), (7, 1), (7, 2), (long.MaxValue, long.MaxValue)];
        await _node.MustCommitAsync(order.Reverse()
            .Select(k => new TurnRows
            {
                Partition = 0,
                InsertMessages = [Node.Message(1, k.Origin, k.Number), Node.Message(2, k.Origin, k.Number)],
            })
            .ToArray());

        var walked = await WalkAsync(
            (origin, number) => _node.Store.ReadMessagesAsync(1, origin, number, 2, default),
            m => (m.Key.Origin, m.Key.Number));

        walked.ShouldBe(order);
        (await _node.Store.ReadMessagesAsync(1, 1, 2, 2, default)).Select(m => m.Key.Number).ShouldBe([1L << 40, 1]);
    }

    [Fact]
    public async Task Timers_are_read_in_pieces_by_due_time_and_number_up_to_a_horizon()
    {
        (long Due, long Number)[] order = [(10, 3), (20, 1), (20, 2), (20, 9), (30, 0), (40, 5)];
        await _node.MustCommitAsync(order.Reverse()
            .Select(k => new TurnRows
            {
                Partition = 1,
                InsertTimers = [Node.Timer(1, k.Due, k.Number), Node.Timer(2, k.Due, k.Number)],
            })
            .ToArray());

        var walked = await WalkAsync(
            (due, number) => _node.Store.ReadTimersAsync(1, 40, due, number, 2, default),
            t => (t.Key.Due, t.Key.Number));

        walked.ShouldBe(order[..5]);
        (await _node.TimersAsync(1, before: 10)).ShouldBeEmpty();
        (await _node.TimersAsync(1, before: 11)).ShouldBe(["10/3"]);
        (await _node.Store.ReadTimersAsync(1, 20, 30, 0, 5, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_owed_is_read_in_pieces_by_key()
    {
        var rows = Enumerable.Range(0, 7).Select(i => _node.Instance($"i{i}", partition: i % 2) with { Owed = i != 2 })
            .ToArray();
        await _node.MustCommitAsync(rows.Reverse().Select(Node.Insert).ToArray());
        await _node.MustCommitAsync(
            new TurnRows { Partition = 0, UpdateInstance = new(0, rows[4].Key) { Owed = false } });

        var first = await _node.Store.ReadOwedAsync(0, long.MinValue, 1, default);
        var rest = await _node.Store.ReadOwedAsync(0, first[0].Key, 10, default);

        first.ShouldBe([rows[0]]);
        rest.ShouldBe([rows[6]]);
        (await _node.Store.ReadOwedAsync(1, long.MinValue, 10, default)).ShouldBe([rows[1], rows[3], rows[5]]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task A_query_walks_all_instances_once_by_creation_and_id(int pageSize)
    {
        // Equal times, and ids whose order by UTF-16 differs from that by UTF-8.
        string[] ids = ["B", "a", "a\u00e9", "aa", "\uffee", "\U0001F600"];
        await _node.MustCommitAsync(ids.Reverse().Select(id => Node.Insert(_node.Instance(id))).ToArray());
        await _node.MustCommitAsync(
            Node.Insert(_node.Instance("older", created: Node.Day - 1)),
            Node.Insert(_node.Instance("newer", created: Node.Day + 1)));

        var walked = new List<string>();
        string? continuation = null;
        do
        {
            var page =
                await _node.Store.QueryAsync(new() { PageSize = pageSize, Continuation = continuation }, default);
            page.Instances.Count.ShouldBeInRange(1, pageSize);
            walked.AddRange(page.Instances.Select(i => i.Row.Id));
            continuation = page.Continuation;
            // What is created or deleted behind the cursor moves nothing.
            await _node.MustCommitAsync(Node.Insert(_node.Instance($"behind{walked.Count}", created: 1)));
        }
        while (continuation is not null);

        walked.ShouldBe(["older", "B", "a", "aa", "a\u00e9", "\uffee", "\U0001F600", "newer"]);
    }

    [Fact]
    public async Task A_query_joins_its_conditions()
    {
        await _node.MustCommitAsync(
            Tagged(_node.Instance("run", created: 10)),
            Tagged(_node.Instance("held", created: 20) with { Held = Held.Suspended }, ("team", "red")),
            Tagged(_node.Instance("parked", created: 30) with { Held = Held.Parked, Name = "Other", Version = "2.0" }),
            Tagged(_node.Instance("late", created: 40) with { Held = Held.Scheduled, Status = InstanceStatus.Pending },
            ("team", "red"), ("rank", "1")),
            Tagged(_node.Instance("done", created: 50) with { Status = InstanceStatus.Completed }, ("team", "blue")),
            Tagged(_node.Instance(
                "dead_1", created: 60) with { Status = InstanceStatus.Terminated, Held = Held.Suspended }),
            Tagged(_node.Instance("dead%1", created: 70) with { Status = InstanceStatus.Failed, Name = "other" }));

        var any = new InstanceQuery { PageSize = 100 };
        InstanceStatus[] running = [InstanceStatus.Running];
        await Finds(any, "run held parked late done dead_1 dead%1");
        await Finds(any with { Statuses = running }, "run held parked");
        await Finds(any with { Statuses = running, Suspended = false }, "run");
        await Finds(any with { Statuses = [InstanceStatus.Completed], Suspended = true }, "held parked done");
        await Finds(any with { Statuses = [], Suspended = null }, "");
        await Finds(any with { Suspended = true }, "held parked");
        await Finds(any with { Suspended = false }, "run late done dead_1 dead%1");
        await Finds(any with { Name = "Other" }, "parked");
        await Finds(any with { Version = "2.0" }, "parked");
        await Finds(any with { Version = "2" }, "");
        await Finds(any with { Version = "", Suspended = true }, "held");
        await Finds(any with { IdPrefix = "dead" }, "dead_1 dead%1");
        await Finds(any with { IdPrefix = "dead_" }, "dead_1");
        await Finds(any with { IdPrefix = "" }, "run held parked late done dead_1 dead%1");
        await Finds(any with { CreatedFrom = 20, CreatedTo = 40 }, "held parked late");
        await Finds(any with { Tag = new("team", "red") }, "held late");
        await Finds(any with { Tag = new("team", "red"), Suspended = true }, "held");
        await Finds(any with { IdPrefix = "p", Name = "Hello" }, "");
    }

    [Fact]
    public async Task A_page_reads_payloads_only_when_they_are_wanted_and_the_last_change_always()
    {
        var row = _node.Instance("a");
        await _node.MustCommitAsync(
            new TurnRows { Partition = 0, InsertInstance = row, History = Node.History(row, 0, "[0]") },
            new TurnRows { Partition = 0, History = Node.History(row, 1, "[1]") });

        var with = (await _node.Store.QueryAsync(new() { PageSize = 1 }, default)).Instances.ShouldHaveSingleItem();
        var without = (await _node.Store.QueryAsync(new() { PageSize = 1, WithPayloads = false }, default))
            .Instances.ShouldHaveSingleItem();

        (with.Row, Node.Text(with.FirstEvents), Node.Text(with.LastEvents), with.LastUpdated)
            .ShouldBe((row, "[0]", "[1]", Node.Day + 10));
        (without.Row, without.FirstEvents.Length, without.LastEvents.Length, without.LastUpdated)
            .ShouldBe((row, 0, 0, Node.Day + 10));
    }

    [Fact]
    public async Task A_continuation_that_no_store_gave_is_refused_with_a_reason() =>
        (await Should.ThrowAsync<FormatException>(async () =>
            await _node.Store.QueryAsync(new() { PageSize = 1, Continuation = "garbage" }, default)))
            .Message.ShouldContain("'garbage'");

    private async Task Finds(InstanceQuery query, string ids) =>
        string.Join(' ', await _node.IdsAsync(query)).ShouldBe(ids, query.ToString());

    private static TurnRows Tagged(InstanceRow row, params (string Name, string Value)[] tags) => new()
    {
        Partition = row.Partition,
        InsertInstance = row,
        Tags = tags.ToDictionary(t => t.Name, t => t.Value),
    };

    private static async Task<List<(long, long)>> WalkAsync<T>(
        Func<long, long, ValueTask<IReadOnlyList<T>>> read, Func<T, (long, long)> key)
    {
        var walked = new List<(long, long)>();
        (long First, long Second) after = (long.MinValue, long.MinValue);
        while (await read(after.First, after.Second) is { Count: > 0 } piece)
        {
            piece.Count.ShouldBeLessThanOrEqualTo(2);
            walked.AddRange(piece.Select(key));
            after = walked[^1];
        }
        return walked;
    }
}
