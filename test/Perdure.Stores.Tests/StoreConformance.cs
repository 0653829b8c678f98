using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Sqlite;

namespace Perdure.Stores.Tests;

/// <summary>What every store promises: each test is written once and run by all of them.</summary>
public abstract partial class StoreConformance : IAsyncLifetime
{
    private Disk _disk = null!;
    private Node _node = null!;

    private protected abstract Task<Disk> NewDiskAsync();

    public async ValueTask InitializeAsync()
    {
        _disk = await NewDiskAsync();
        _node = await Node.OpenAsync(_disk);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _node.DisposeAsync();
        await _disk.DisposeAsync();
    }

    private async Task ReopenAsync()
    {
        await _node.DisposeAsync();
        _node = await Node.OpenAsync(_disk);
    }

    [Fact]
    public async Task An_opening_finds_the_same_hub_and_gets_a_node_number_of_its_own()
    {
        var first = _node.Hub;
        await ReopenAsync();
        var second = _node.Hub;

        first.Partitions.ShouldBe(4);
        first.Lanes.ShouldBe(1);
        first.Node.ShouldBeGreaterThan(0);
        second.ShouldBe(first with { Node = first.Node + 1 });
    }

    [Fact]
    public async Task A_hub_has_a_secret_of_its_own_that_no_text_shows()
    {
        HubSecret secret = _node.Hub.Secret;
        await ReopenAsync();
        await using Disk other = await NewDiskAsync();
        await using Node stranger = await Node.OpenAsync(other);

        _node.Hub.Secret.ShouldBe(secret);
        secret.Bytes.Length.ShouldBe(HubSecret.Length);
        secret.Bytes.Distinct().Count().ShouldBeGreaterThan(8);
        stranger.Hub.Secret.ShouldNotBe(secret);
        string text = _node.Hub.ToString();
        text.ShouldContain("(secret)");
        text.ShouldNotContain(Convert.ToHexString(secret.Bytes), Case.Insensitive);
        text.ShouldNotContain(Convert.ToBase64String(secret.Bytes));
    }

    [Fact]
    public async Task A_node_sees_itself_and_which_partitions_it_owns_under_which_epoch()
    {
        await _node.Store.ClosePartitionAsync(3, _node.Openings[3].Epoch, default);

        ClusterView view = await _node.Store.RenewAsync(TimeSpan.FromSeconds(15), true, ["activity A"], default);

        NodeLease me = view.Nodes.ShouldHaveSingleItem();
        (me.Node, me.Runs).ShouldBe((_node.Hub.Node, true));
        me.Expires.ShouldBeGreaterThan(view.Now);
        long node = _node.Hub.Node;
        view.Partitions.ShouldBe([new(0, node, 1), new(1, node, 1), new(2, node, 1), new(3, 0, 1)]);
    }

    [Fact]
    public async Task A_partition_is_taken_only_under_the_epoch_that_was_seen()
    {
        (await _node.Store.OpenPartitionAsync(2, 0, default)).ShouldBeNull("it has epoch 1");
        await _node.MustCommitAsync(Node.Insert(_node.Instance("a", partition: 2)));

        (await _node.Store.OpenPartitionAsync(2, 1, default))!.Epoch.ShouldBe(2);
        (await _node.CommitAsync(Node.Insert(_node.Instance("b", partition: 2)))).Outcome
            .ShouldBe(CommitOutcome.Fenced);
    }

    [Fact]
    public async Task The_answers_to_requests_are_found_by_their_ids_after_reopening_and_given_once()
    {
        TurnRows answers = new()
        {
            Partition = 0,
            InsertOutcomes = [new("7.1", RequestOutcome.Accepted), new("7.2", RequestOutcome.AlreadyExists)],
        };
        await _node.MustCommitAsync(answers);
        await _node.MustCommitAsync(
            new TurnRows { Partition = 0, InsertOutcomes = [new("7.1", RequestOutcome.NotFound)] });

        await ReopenAsync();

        (await _node.Store.ReadOutcomesAsync(["7.2", "7.3", "7.1"], default)).OrderBy(o => o.Id)
            .ShouldBe(answers.InsertOutcomes);
        (await _node.Store.ReadOutcomesAsync([], default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Everything_written_is_read_back_after_reopening()
    {
        var row = _node.Instance("order-1", partition: 2) with
        {
            Version = "",
            Status = InstanceStatus.Pending,
            Generation = 3,
            Held = Held.Scheduled,
            Owed = true,
            CustomStatus = Payload.Of("""{"at":"ü\u0000"}"""),
            Ended = Node.Day + 5,
            Parent = "parent",
        };
        await _node.MustCommitAsync(new TurnRows
        {
            Partition = 2,
            InsertInstance = row,
            History = Node.History(row, 0, """["first"]"""),
            HistoryParts = [Node.History(row, 0, """["second"]""", part: 1)],
            InsertMessages = [new(new(1, 7, 1L << 40), "tärget", 9, default)],
            InsertTimers = [Node.Timer(2, Node.Day + 1, 1L << 33)],
            InsertTasks = [new(2, row.Key, 3, -1, _node.Hub.Node, 4)],
        });

        await ReopenAsync();

        (await _node.InstanceAsync("order-1")).ShouldBe(row);
        (await _node.HistoryAsync(row, generation: 3)).ShouldBe(["""0.0 ["first"]""", """0.1 ["second"]"""]);
        var message = (await _node.Store.ReadMessagesAsync(1, 0, 0, 10, default)).ShouldHaveSingleItem();
        (message.Key, message.Target, message.Kind, message.Body.Length)
            .ShouldBe((new(1, 7, 1L << 40), "tärget", 9, 0));
        var timer = (await _node.Store.ReadTimersAsync(2, long.MaxValue, 0, 0, 10, default)).ShouldHaveSingleItem();
        (timer.Key, timer.Target).ShouldBe((new(2, Node.Day + 1, 1L << 33), "target"));
        _node.Openings[2].Tasks.ShouldBe([new(2, row.Key, 3, -1, _node.Hub.Node - 1, 5)]);
    }

    [Fact]
    public async Task What_is_missing_is_null_or_empty()
    {
        (await _node.InstanceAsync("nobody")).ShouldBeNull();
        (await _node.Store.ReadSnapshotAsync("nobody", default)).ShouldBeNull();
        (await _node.Store.ReadHistoryAsync(new(1, 0), default)).ShouldBeEmpty();
        (await _node.Store.ReadOwedAsync(0, long.MinValue, 10, default)).ShouldBeEmpty();
        (await _node.MessagesAsync(0)).ShouldBeEmpty();
        (await _node.TimersAsync(0)).ShouldBeEmpty();
        (await _node.Store.QueryAsync(new() { PageSize = 10 }, default)).ShouldSatisfyAllConditions(
            page => page.Instances.ShouldBeEmpty(), page => page.Continuation.ShouldBeNull());
        (await _node.Store.SweepAsync(10, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_nothing_else()
    {
        var row = _node.Instance("a") with { CustomStatus = Payload.Of("1"), Owed = true };
        await _node.MustCommitAsync(Node.Insert(row));

        await Update(new(0, row.Key) { Owed = false }, row with { Owed = false });
        await Update(
            new(0, row.Key) { CustomStatus = Payload.Of("2") },
            row with { Owed = false, CustomStatus = Payload.Of("2") });
        await Update(new(0, row.Key), row with { Owed = false, CustomStatus = Payload.Of("2") });
        await Update(
            new(0, row.Key) { CustomStatus = Payload.None, Generation = 7, Held = Held.Parked },
            row with { Owed = false, Generation = 7, Held = Held.Parked, CustomStatus = Payload.None });
        await Update(
            new(0, row.Key) { Status = InstanceStatus.Failed, Ended = 9 },
            row with
            {
                Owed = false,
                Generation = 7,
                Held = Held.Parked,
                CustomStatus = Payload.None,
                Status = InstanceStatus.Failed,
                Ended = 9,
            });
        await Update(
            new(0, row.Key) { Status = InstanceStatus.Running, Held = Held.No, Reopened = true },
            row with { Owed = false, Generation = 7, CustomStatus = Payload.None });
        await Update(
            new(0, row.Key) { Version = "2.0" },
            row with { Owed = false, Generation = 7, CustomStatus = Payload.None, Version = "2.0" });

        async Task Update(InstanceUpdate update, InstanceRow expected)
        {
            await _node.MustCommitAsync(new TurnRows { Partition = 0, UpdateInstance = update });
            (await _node.InstanceAsync("a")).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task The_store_keeps_none_of_the_memory_of_a_batch()
    {
        var events = Node.Bytes("[1]");
        var body = Node.Bytes("body");
        var status = Node.Bytes("10");
        var row = _node.Instance("a") with { CustomStatus = new(status) };
        await _node.MustCommitAsync(new TurnRows
        {
            Partition = 0,
            InsertInstance = row,
            History = Node.History(row, 0) with { Events = events },
            InsertMessages = [Node.Message(0, 1, 1) with { Body = body }],
            InsertTimers = [Node.Timer(0, 1, 1) with { Body = body }],
        });

        Array.Clear(events);
        Array.Clear(body);
        Array.Clear(status);

        (await _node.InstanceAsync("a"))!.CustomStatus.ShouldBe(Payload.Of("10"));
        (await _node.HistoryAsync(row)).ShouldBe(["0.0 [1]"]);
        (await _node.MessagesAsync(0)).ShouldBe(["body"]);
        (await _node.TimersAsync(0)).ShouldBe(["body"]);
    }

    [Fact]
    public async Task A_row_may_be_inserted_by_one_turn_and_deleted_by_another_of_the_same_batch()
    {
        await _node.MustCommitAsync(
            new TurnRows
            {
                Partition = 0,
                InsertMessages = [Node.Message(1, 1, 1), Node.Message(1, 1, 2)],
                InsertTimers = [Node.Timer(0, 5, 1)],
            },
            new TurnRows { Partition = 1, DeleteMessages = [new(1, 1, 1)] },
            new TurnRows { Partition = 0, DeleteTimers = [new(0, 5, 1)] });

        (await _node.MessagesAsync(1)).ShouldBe(["1/2"]);
        (await _node.TimersAsync(0)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_instance_is_replaced_in_one_turn_with_its_history_and_tags()
    {
        var old = _node.Instance("a");
        await _node.MustCommitAsync(new TurnRows
        {
            Partition = 0,
            InsertInstance = old,
            History = Node.History(old, 0),
            Tags = new Dictionary<string, string> { ["team"] = "red", ["rank"] = "1" },
        });
        var now = _node.Instance("a");

        await _node.MustCommitAsync(new TurnRows
        {
            Partition = 0,
            DeleteInstance = old.Key,
            InsertInstance = now,
            History = Node.History(now, 0, "[2]"),
            Tags = new Dictionary<string, string> { ["team"] = "blue" },
        });

        (await _node.InstanceAsync("a")).ShouldBe(now);
        (await _node.HistoryAsync(old)).ShouldBeEmpty();
        (await _node.HistoryAsync(now)).ShouldBe(["0.0 [2]"]);
        (await _node.IdsAsync(new() { PageSize = 5, Tag = new("team", "red") })).ShouldBeEmpty();
        (await _node.IdsAsync(new() { PageSize = 5, Tag = new("team", "blue") })).ShouldBe(["a"]);
        (await _node.IdsAsync(new() { PageSize = 5, Tag = new("rank", "1") })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_the_generation_that_is_named_loses_its_history()
    {
        var row = _node.Instance("a");
        await _node.MustCommitAsync(
            new TurnRows { Partition = 0, InsertInstance = row, History = Node.History(row, 0) });
        await _node.MustCommitAsync(new TurnRows
        {
            Partition = 0,
            UpdateInstance = new(0, row.Key) { Generation = 1 },
            DeleteHistory = new(row.Key, 0),
            History = Node.History(row with { Generation = 1 }, 0, "[1]"),
        });

        (await _node.HistoryAsync(row, 0)).ShouldBeEmpty();
        (await _node.HistoryAsync(row, 1)).ShouldBe(["0.0 [1]"]);
    }

    [Fact]
    public async Task A_long_history_is_swept_in_pieces_and_nothing_else_is_touched()
    {
        var long1 = _node.Instance("long");
        var other = _node.Instance("other");
        await _node.MustCommitAsync(Enumerable.Range(0, 10)
            .Select(t => new TurnRows
            {
                Partition = 0,
                InsertInstance = t == 0 ? long1 : null,
                History = Node.History(long1, t),
            })
            .Append(new TurnRows { Partition = 0, InsertInstance = other, History = Node.History(other, 0) })
            .Append(new TurnRows { Partition = 0, History = Node.History(long1 with { Generation = 1 }, 0, "[1]") })
            .ToArray());

        await _node.MustCommitAsync(new TurnRows
        {
            Partition = 0,
            DeleteInstance = long1.Key,
            Sweep = new(0, long1.Key, 0),
        });
        (await _node.InstanceAsync("long")).ShouldBeNull();
        (await _node.HistoryAsync(long1)).Length.ShouldBe(10);

        (await _node.Store.SweepAsync(4, default)).ShouldBeTrue();
        (await _node.HistoryAsync(long1)).Length.ShouldBe(6);
        (await _node.Store.SweepAsync(4, default)).ShouldBeTrue();
        (await _node.Store.SweepAsync(4, default)).ShouldBeFalse();
        (await _node.HistoryAsync(long1)).ShouldBeEmpty();
        (await _node.HistoryAsync(long1, 1)).ShouldBe(["0.0 [1]"]);
        (await _node.HistoryAsync(other)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_snapshot_shows_the_first_and_the_last_events_of_the_current_generation()
    {
        var row = _node.Instance("a") with { Generation = 1 };
        await _node.MustCommitAsync(Node.Insert(row));
        var bare = (await _node.Store.ReadSnapshotAsync("a", default)).ShouldNotBeNull();
        (bare.Row, bare.FirstEvents.Length, bare.LastEvents.Length, bare.LastUpdated)
            .ShouldBe((row, 0, 0, row.Created));

        await _node.MustCommitAsync(
            new TurnRows { Partition = 0, History = Node.History(row with { Generation = 0 }, 9, "[9]") },
            new TurnRows { Partition = 0, History = Node.History(row, 0, "[0]") },
            new TurnRows { Partition = 0, History = Node.History(row, 1, "[1]") },
            new TurnRows
            {
                Partition = 0,
                History = Node.History(row, 2, "[2]"),
                HistoryParts = [Node.History(row, 2, "[21]", part: 1)],
            });

        var full = (await _node.Store.ReadSnapshotAsync("a", default)).ShouldNotBeNull();
        (Node.Text(full.FirstEvents), Node.Text(full.LastEvents), full.LastUpdated)
            .ShouldBe(("[0]", "[21]", Node.Day + 20));
    }

    [Fact]
    public async Task Readings_beside_commits_see_whole_batches_only()
    {
        const int Batches = 200;
        var reader = Task.Run(async () =>
        {
            for (int seen = 0; seen < Batches;)
            {
                var page = await _node.Store.QueryAsync(new() { PageSize = 1000, WithPayloads = true }, default);
                page.Instances.Count.ShouldBeGreaterThanOrEqualTo(seen);
                (page.Instances.Count % 2).ShouldBe(0);
                page.Instances.ShouldAllBe(i => i.FirstEvents.Length == 3);
                seen = page.Instances.Count / 2;
            }
        });
        for (int i = 0; i < Batches; i++)
        {
            var (left, right) = (_node.Instance($"l{i}"), _node.Instance($"r{i}", partition: 1));
            await _node.MustCommitAsync(
                new TurnRows { Partition = 0, InsertInstance = left, History = Node.History(left, 0, "[1]") },
                new TurnRows { Partition = 1, InsertInstance = right, History = Node.History(right, 0, "[1]") });
        }
        await reader;
    }
}

public sealed class MemoryStoreTests : StoreConformance
{
    private protected override Task<Disk> NewDiskAsync() => Task.FromResult<Disk>(new MemoryDisk());
}

public sealed class SqliteStoreTests : StoreConformance
{
    private protected override Task<Disk> NewDiskAsync() => Task.FromResult<Disk>(new SqliteDisk());
}

public sealed class PostgreSqlStoreTests : StoreConformance
{
    private protected override async Task<Disk> NewDiskAsync() => await PostgreSqlDisk.CreateAsync();
}
