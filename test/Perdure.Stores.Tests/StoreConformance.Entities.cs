using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Stores;

namespace Perdure.Stores.Tests;

/// <summary>Rows of entities, pages of them, and messages by their keys.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task An_entity_is_written_over_and_over_and_read_back_after_reopening()
    {
        var row = Entity("counter", "größe 🚀@1", partition: 2) with
        {
            State = Payload.Of("""{"at":"ü\u0000"}"""),
            Holder = new EntityCaller("ordre 1 🚀", new(long.MaxValue, int.MaxValue, 3)),
            Last = Node.Day,
        };
        await WriteAsync(row);
        await ReopenAsync();
        (await _node.Store.ReadEntityAsync(row.Id, default)).ShouldBe(row);

        foreach (var next in (EntityRow[])
            [row with { Holder = null }, row with { State = default }, row with { Last = long.MaxValue }, row])
        {
            await WriteAsync(next);
            (await _node.Store.ReadEntityAsync(row.Id, default)).ShouldBe(next);
        }
    }

    [Fact]
    public async Task An_entity_that_is_missing_is_null_and_one_that_is_deleted_is_missing()
    {
        (await _node.Store.ReadEntityAsync("@counter@a", default)).ShouldBeNull();
        await WriteAsync(Entity("counter", "a"), Entity("counter", "b"));
        await _node.MustCommitAsync(new TurnRows { Partition = 0, DeleteEntity = "@counter@a" });
        (await _node.Store.ReadEntityAsync("@counter@a", default)).ShouldBeNull();
        (await _node.Store.ReadEntityAsync("@counter@b", default)).ShouldNotBeNull();
        (await _node.Store.ReadEntityAsync("@COUNTER@b", default)).ShouldBeNull("ids are exact");
    }

    [Fact]
    public async Task The_store_keeps_none_of_the_memory_of_an_entity()
    {
        var state = Node.Bytes("10");
        await WriteAsync(Entity("counter", "a") with { State = new(state) });
        Array.Clear(state);
        (await _node.Store.ReadEntityAsync("@counter@a", default))!.State.ShouldBe(Payload.Of("10"));
    }

    [Fact]
    public async Task Deleting_an_entity_that_is_not_there_refuses_the_whole_batch()
    {
        await WriteAsync(Entity("counter", "a"));
        var result = await _node.CommitAsync(
            new TurnRows { Partition = 0, UpsertEntity = Entity("counter", "a") with { State = Payload.Of("2") } },
            new TurnRows { Partition = 1, UpsertEntity = Entity("counter", "b", partition: 1) },
            new TurnRows { Partition = 3, DeleteEntity = "@counter@nobody" });

        result.Outcome.ShouldBe(CommitOutcome.Inconsistent);
        result.Partitions.ShouldBe([3]);
        result.Detail.ShouldNotBeNull().ShouldContain("@counter@nobody");
        (await _node.Store.ReadEntityAsync("@counter@a", default))!.State.ShouldBe(Payload.Of("1"));
        (await _node.Store.ReadEntityAsync("@counter@b", default)).ShouldBeNull();
    }

    [Fact]
    public async Task The_last_turn_of_a_batch_counts_for_an_entity()
    {
        TurnRows Upsert(string state) =>
            new() { Partition = 0, UpsertEntity = Entity("counter", "a") with { State = Payload.Of(state) } };

        TurnRows Delete() => new() { Partition = 0, DeleteEntity = "@counter@a" };

        await _node.MustCommitAsync(Upsert("1"), Delete());
        (await _node.Store.ReadEntityAsync("@counter@a", default)).ShouldBeNull();
        await _node.MustCommitAsync(Upsert("1"), Delete(), Upsert("2"), Upsert("3"));
        (await _node.Store.ReadEntityAsync("@counter@a", default))!.State.ShouldBe(Payload.Of("3"));
        await _node.MustCommitAsync(Delete(), Upsert("4"));
        (await _node.Store.ReadEntityAsync("@counter@a", default))!.State.ShouldBe(Payload.Of("4"));
    }

    [Fact]
    public async Task A_batch_that_fails_takes_deleted_entities_back()
    {
        await WriteAsync(Entity("counter", "a"), Entity("counter", "b"));
        var result = await _node.CommitAsync(
            new TurnRows { Partition = 0, DeleteEntity = "@counter@a" },
            new TurnRows { Partition = 0, DeleteMessages = [new(0, 1, 1)] });

        result.Outcome.ShouldBe(CommitOutcome.Inconsistent);
        (await IdsAsync(new() { PageSize = 9 })).ShouldBe(["@counter@a", "@counter@b"]);
    }

    [Fact]
    public async Task An_entity_comes_and_goes_with_the_messages_and_timers_of_its_turn()
    {
        await _node.MustCommitAsync(new TurnRows
        {
            Partition = 0,
            UpsertEntity = Entity("counter", "a"),
            InsertMessages = [Node.Message(0, 1, 1)],
            InsertTimers = [Node.Timer(0, 5, 1)],
        });
        await _node.MustCommitAsync(new TurnRows
        {
            Partition = 0,
            DeleteEntity = "@counter@a",
            DeleteMessages = [new(0, 1, 1)],
            DeleteTimers = [new(0, 5, 1)],
        });
        (await IdsAsync(new() { PageSize = 9 })).ShouldBeEmpty();
        (await _node.MessagesAsync(0)).ShouldBeEmpty();
        (await _node.TimersAsync(0)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Entities_are_walked_once_by_name_and_key(int pageSize)
    {
        // Empty keys, keys that look like ids, and orders that differ between UTF-16 and UTF-8, and between id and
        // (name, key): "@a-b@" stands before "@a@" as a text.
        (string Name, string Key)[] order =
        [
            ("a", ""), ("a", "@"), ("a", "@b@c"), ("a", "B"), ("a", "b"), ("a", "b@"), ("a", "é"), ("a", "\uffee"),
            ("a", "\U0001F600"), ("a-b", ""), ("a-b", "x"), ("aa", ""), ("é", "a"), ("\uffee", ""), ("\U0001F600", ""),
        ];
        await WriteAsync([.. order.Reverse().Select((e, i) => Entity(e.Name, e.Key, partition: i % 4))]);

        var walked = new List<(string, string)>();
        string? after = null;
        do
        {
            var page = await _node.Store.QueryEntitiesAsync(new() { PageSize = pageSize, After = after }, default);
            page.Entities.Count.ShouldBeInRange(1, pageSize);
            walked.AddRange(page.Entities.Select(e => (e.Name, e.Key)));
            after = page.Continuation;
            // What comes behind the cursor moves nothing, nor does what goes where the cursor stands.
            await WriteAsync(Entity("Z", $"{walked.Count}"));
            if (after is not null && walked.Count % 2 == 0)
                await _node.MustCommitAsync(new TurnRows { Partition = 0, DeleteEntity = after });
        }
        while (after is not null);

        walked.ShouldBe(order);
    }

    [Fact]
    public async Task A_query_of_entities_joins_its_conditions()
    {
        var holder = new EntityCaller("order-1", new(5, 6, 7));
        await WriteAsync(
            Entity("counter", "a") with { Last = 10 },
            Entity("counter", "b") with { Last = 20, Holder = holder },
            Entity("counter", "locked") with { Last = 0, State = default, Holder = holder },
            Entity("account", "a") with { Last = 30 },
            Entity("counters", "a") with { Last = 40, State = Payload.Of("null") });

        var any = new EntityRowQuery { PageSize = 100 };
        await Finds(any, "@account@a @counter@a @counter@b @counters@a");
        await Finds(any with { WithoutState = true }, "@account@a @counter@a @counter@b @counter@locked @counters@a");
        await Finds(any with { Name = "counter" }, "@counter@a @counter@b");
        await Finds(any with { Name = "Counter" }, "");
        await Finds(any with { Name = "" }, "");
        await Finds(any with { LastFrom = 20 }, "@account@a @counter@b @counters@a");
        await Finds(any with { LastTo = 20 }, "@counter@a @counter@b");
        await Finds(any with { LastFrom = 20, LastTo = 30 }, "@account@a @counter@b");
        await Finds(any with { LastFrom = 31, LastTo = 30 }, "");
        await Finds(any with { Locked = true }, "@counter@b");
        await Finds(any with { Locked = true, WithoutState = true }, "@counter@b @counter@locked");
        await Finds(
            any with
            {
                Name = "counter",
                LastFrom = 1,
                LastTo = 20,
                Locked = true,
                WithoutState = true,
                After = "@counter@a",
            },
            "@counter@b");
        await Finds(any with { After = "@counter@" }, "@counter@a @counter@b @counters@a");
        await Finds(any with { After = "@zzz@" }, "");

        async Task Finds(EntityRowQuery query, string ids) =>
            string.Join(' ', await IdsAsync(query)).ShouldBe(ids, $"{query}");
    }

    [Fact]
    public async Task States_are_read_only_when_they_are_asked_for()
    {
        var row = Entity("counter", "a") with { Holder = new EntityCaller("order-1", new(5, 6, 7)), Last = 9 };
        await WriteAsync(row);
        (await _node.Store.QueryEntitiesAsync(new() { PageSize = 1, WithState = true }, default))
            .Entities.ShouldBe([row]);
        (await _node.Store.QueryEntitiesAsync(new() { PageSize = 1 }, default))
            .Entities.ShouldBe([row with { State = default }]);
    }

    [Fact]
    public async Task A_page_that_is_exactly_full_is_the_last()
    {
        await WriteAsync(Entity("counter", "a"), Entity("counter", "b"));
        var page = await _node.Store.QueryEntitiesAsync(new() { PageSize = 2 }, default);
        (page.Entities.Count, page.Continuation).ShouldBe((2, null));
        page = await _node.Store.QueryEntitiesAsync(new() { PageSize = 1 }, default);
        (page.Entities.Count, page.Continuation).ShouldBe((1, "@counter@a"));
        (await IdsAsync(new() { PageSize = 1, After = "@counter@b" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Messages_are_read_by_their_keys_and_those_that_are_gone_are_left_out()
    {
        MessageKey[] keys = [new(1, -5, 3), new(1, 7, 1), new(1, 7, 2), new(2, 7, 1), new(1, long.MaxValue, 1L << 40)];
        await _node.MustCommitAsync(new TurnRows
        {
            Partition = 0,
            InsertMessages = [.. keys.Select(k => new MessageRow(k, "tärget", 9, Node.Bytes($"{k}")))],
        });
        await _node.MustCommitAsync(new TurnRows { Partition = 0, DeleteMessages = [keys[2]] });

        var rows = await _node.Store.ReadMessagesAsync([keys[4], keys[2], keys[0], new(3, 7, 1), keys[3]], default);

        rows.Select(r => r.Key).ShouldBe([keys[0], keys[3], keys[4]], ignoreOrder: true);
        foreach (var row in rows)
            (row.Target, row.Kind, Node.Text(row.Body)).ShouldBe(("tärget", 9, $"{row.Key}"));
        (await _node.Store.ReadMessagesAsync([], default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_messages_are_read_by_their_keys()
    {
        MessageKey[] keys = [.. Enumerable.Range(1, 2_000).Select(i => new MessageKey(1, 7, i))];
        await _node.MustCommitAsync(new TurnRows
        {
            Partition = 0,
            InsertMessages = [.. keys.Select(k => new MessageRow(k, "target", 9, default))],
        });
        (await _node.Store.ReadMessagesAsync(keys, default)).Select(r => r.Key).ShouldBe(keys, ignoreOrder: true);
    }

    private static EntityRow Entity(string name, string key, int partition = 0) => new()
    {
        Partition = partition,
        Id = $"@{name}@{key}",
        Name = name,
        Key = key,
        State = Payload.Of("1"),
        Last = Node.Day,
    };

    private Task WriteAsync(params EntityRow[] rows) => _node.MustCommitAsync(
        [.. rows.Select(r => new TurnRows { Partition = r.Partition, UpsertEntity = r })]);

    private async Task<string[]> IdsAsync(EntityRowQuery query) =>
        [.. (await _node.Store.QueryEntitiesAsync(query, default)).Entities.Select(e => e.Id)];
}
