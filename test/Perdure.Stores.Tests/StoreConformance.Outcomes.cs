using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Sqlite;

namespace Perdure.Stores.Tests;

/// <summary>
/// The outcomes of a batch: fenced, refused, inconsistent, unknown; and that each but one writes nothing.
/// </summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_stale_epoch_fences_the_whole_batch_and_is_named()
    {
        long old = _node.Openings[2].Epoch;
        await _node.TakeAsync(2);
        _node.Forget(2, old);

        var result =
            await _node.CommitAsync(Node.Insert(_node.Instance("a")), Node.Insert(_node.Instance("b", partition: 2)));

        result.Outcome.ShouldBe(CommitOutcome.Fenced);
        result.Partitions.ShouldBe([2]);
        (await _node.InstanceAsync("a")).ShouldBeNull();
        (await _node.InstanceAsync("b")).ShouldBeNull();

        await _node.TakeAsync(2);
        await _node.MustCommitAsync(Node.Insert(_node.Instance("a")));
    }

    [Theory]
    [InlineData("instance id")]
    [InlineData("instance key")]
    [InlineData("history")]
    [InlineData("message")]
    [InlineData("timer")]
    [InlineData("batch number")]
    public async Task A_key_that_is_taken_is_refused_and_the_good_turns_of_the_batch_are_not_written(string what)
    {
        var row = _node.Instance("a");
        var first = new TurnRows
        {
            Partition = 0,
            InsertInstance = row,
            History = Node.History(row, 0),
            InsertMessages = [Node.Message(0, 1, 1)],
            InsertTimers = [Node.Timer(0, 1, 1)],
            InsertTasks = [new(0, row.Key, 0, 0, 1, 0)],
        };
        await _node.MustCommitAsync(first);
        var taken = what switch
        {
            "instance id" => Node.Insert(_node.Instance("a")),
            "instance key" => Node.Insert(row with { Id = "other" }),
            "history" => new TurnRows { Partition = 0, History = Node.History(row, 0, "[1]") },
            "message" => new TurnRows { Partition = 0, InsertMessages = [Node.Message(0, 1, 1)] },
            "timer" => new TurnRows { Partition = 0, InsertTimers = [Node.Timer(0, 1, 1)] },
            _ => new TurnRows { Partition = 0 },
        };
        var batch = _node.Batch(Good(), taken);
        if (what == "batch number")
            batch = Renumbered(batch, batch.Number - 1);

        var result = await _node.Store.CommitAsync(batch);

        result.Outcome.ShouldBe(CommitOutcome.Refused);
        result.Detail.ShouldNotBeNullOrEmpty();
        await MustHaveNothingGood();
        (await _node.InstanceAsync("a")).ShouldBe(row);
        (await _node.HistoryAsync(row)).ShouldBe(["0.0 []"]);
    }

    [Theory]
    [InlineData("update")]
    [InlineData("empty update")]
    [InlineData("update elsewhere")]
    [InlineData("delete")]
    [InlineData("message")]
    [InlineData("timer")]
    public async Task An_update_or_delete_that_misses_its_row_is_inconsistent_and_writes_nothing(string what)
    {
        var row = _node.Instance("a");
        await _node.MustCommitAsync(Node.Insert(row));
        var missing = what switch
        {
            "update" => new TurnRows { Partition = 3, UpdateInstance = new(3, 99) { Status = InstanceStatus.Failed } },
            "empty update" => new TurnRows { Partition = 3, UpdateInstance = new(3, 99) },
            "update elsewhere" => new TurnRows { Partition = 3, UpdateInstance = new(3, row.Key) { Owed = true } },
            "delete" => new TurnRows { Partition = 3, DeleteInstance = 99 },
            "message" => new TurnRows { Partition = 3, DeleteMessages = [new(3, 1, 1)] },
            _ => new TurnRows { Partition = 3, DeleteTimers = [new(3, 1, 1)] },
        };

        var result = await _node.CommitAsync(Good(), missing);

        result.Outcome.ShouldBe(CommitOutcome.Inconsistent);
        result.Partitions.ShouldBe([3]);
        await MustHaveNothingGood();
        (await _node.InstanceAsync("a")).ShouldBe(row);
    }

    [Fact]
    public async Task A_refused_batch_leaves_its_number_free()
    {
        var row = _node.Instance("a");
        await _node.MustCommitAsync(Node.Insert(row));
        var refused = _node.Batch(Node.Insert(_node.Instance("a")));
        (await _node.Store.CommitAsync(refused)).Outcome.ShouldBe(CommitOutcome.Refused);

        var again = Renumbered(_node.Batch(Node.Insert(_node.Instance("b"))), refused.Number);

        (await _node.Store.CommitAsync(again)).Outcome.ShouldBe(CommitOutcome.Committed);
    }

    [Fact]
    public async Task Only_what_a_dead_node_had_begun_counts_its_death()
    {
        long first = _node.Hub.Node;
        await _node.MustCommitAsync(
            new TurnRows { Partition = 1, InsertTasks = [new(1, 10, 0, 4, first, 0), new(1, 10, 0, 5, first, 0)] });

        await ReopenAsync();
        _node.Openings[1].Tasks.Select(t => t.Deaths).ShouldBe([1, 1]);
        await _node.MustCommitAsync(
            new TurnRows { Partition = 1, InsertTasks = [new(1, 10, 0, 5, _node.Hub.Node, 1)] });

        await ReopenAsync();
        _node.Openings[1].Tasks.ShouldBe([new(1, 10, 0, 4, first, 1), new(1, 10, 0, 5, first + 1, 2)]);
        await _node.Store.ClosePartitionAsync(1, _node.Openings[1].Epoch, default);

        await ReopenAsync();
        _node.Openings[1].Tasks.Select(t => t.Deaths).ShouldBe([1, 2], "a clean stop is no death");
    }

    [Fact]
    public async Task Deleting_a_task_that_is_gone_already_is_fine()
    {
        var row = _node.Instance("a");
        await _node.MustCommitAsync(new TurnRows { Partition = 1, InsertTasks = [new(1, row.Key, 0, 5, 1, 0)] });
        await _node.MustCommitAsync(new TurnRows { Partition = 1, DeleteTasks = [new(row.Key, 0, 5)] });
        await _node.MustCommitAsync(new TurnRows { Partition = 1, DeleteTasks = [new(row.Key, 0, 5)] });

        (await _node.TakeAsync(1)).Tasks.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unknown_outcome_is_resolved_to_written_exactly_once(bool written)
    {
        _disk.FailNext = written ? CommitPoint.AfterCommit : CommitPoint.BeforeCommit;
        var batch = _node.Batch(Good());

        (await _node.Store.CommitAsync(batch)).Outcome.ShouldBe(CommitOutcome.Unknown);
        (await _node.Store.ResolveAsync(batch)).Outcome.ShouldBe(CommitOutcome.Committed);
        (await _node.Store.ResolveAsync(batch)).Outcome.ShouldBe(CommitOutcome.Committed);

        (await _node.InstanceAsync("good")).ShouldNotBeNull();
        (await _node.MessagesAsync(0)).ShouldBe(["77/1"]);
        await _node.MustCommitAsync(Node.Insert(_node.Instance("next")));
        await ReopenAsync();
        (await _node.InstanceAsync("good")).ShouldNotBeNull();
        (await _node.InstanceAsync("next")).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unknown_outcome_is_looked_up_before_the_fence_is_asked(bool written)
    {
        _disk.FailNext = written ? CommitPoint.AfterCommit : CommitPoint.BeforeCommit;
        var batch = _node.Batch(Good());
        (await _node.Store.CommitAsync(batch)).Outcome.ShouldBe(CommitOutcome.Unknown);
        await _node.TakeAsync(0);

        var resolved = await _node.Store.ResolveAsync(batch);

        resolved.Outcome.ShouldBe(written ? CommitOutcome.Committed : CommitOutcome.Fenced);
        (await _node.InstanceAsync("good") is not null).ShouldBe(written);
    }

    [Fact]
    public async Task A_commit_after_an_unknown_one_goes_on()
    {
        _disk.FailNext = CommitPoint.BeforeCommit;
        (await _node.CommitAsync(Good())).Outcome.ShouldBe(CommitOutcome.Unknown);

        await _node.MustCommitAsync(Node.Insert(_node.Instance("next")));

        (await _node.InstanceAsync("good")).ShouldBeNull();
        (await _node.InstanceAsync("next")).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_next_commit_may_be_asked_for_where_the_last_one_is_answered()
    {
        // Away from the context of the test, so that a store may answer on a thread of its own.
        await Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
                await _node.MustCommitAsync(Node.Insert(_node.Instance($"i{i}")));
        });

        (await _node.IdsAsync(new() { PageSize = 1000 })).Length.ShouldBe(500);
    }

    [Fact]
    public async Task Partitions_count_the_openings_that_found_them_unclean_and_the_deaths_of_their_tasks()
    {
        _node.Openings.ShouldAllBe(o => o.Epoch == 1 && o.Unclean == 0);
        await Begin();

        await ReopenAsync();
        _node.Openings.ShouldAllBe(o => o.Epoch == 2 && o.Unclean == 1);
        _node.Openings[1].Tasks.Select(t => (t.Task, t.Deaths)).ShouldBe([(4, 1), (5, 1)]);
        await Begin(deaths: 1);

        (await _node.TakeAsync(1)).ShouldSatisfyAllConditions(
            o => (o.Partition, o.Epoch, o.Unclean)
                .ShouldBe((1, 3L, 1), "a node that takes its own partition has not died"),
            o => o.Tasks.Select(t => t.Deaths).ShouldBe([1, 1]));
        await _node.Store.ClosePartitionAsync(1, epoch: 2, default);
        (await _node.TakeAsync(1)).Unclean.ShouldBe(1, "a stale epoch releases nothing");

        await ReopenAsync();
        _node.Openings[1].Unclean.ShouldBe(2);
        _node.Openings[1].Tasks.Select(t => t.Deaths).ShouldBe([2, 2]);
        await _node.Store.ClosePartitionAsync(1, _node.Openings[1].Epoch, default);

        await ReopenAsync();
        _node.Openings.Select(o => o.Unclean).ShouldBe([3, 0, 3, 3]);

        Task Begin(int deaths = 0) => _node.MustCommitAsync(new TurnRows
        {
            Partition = 1,
            InsertTasks = [new(1, 10, 0, 5, _node.Hub.Node, deaths), new(1, 10, 0, 4, _node.Hub.Node, deaths)],
        });
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(450, true)]
    public async Task A_long_history_leaves_with_its_instance_a_piece_at_a_time(int turns, bool swept)
    {
        var row = _node.Instance("long");
        await _node.MustCommitAsync(Node.Insert(row));
        for (int turn = 0; turn < turns; turn++)
            await _node.MustCommitAsync(new TurnRows { Partition = row.Partition, History = Node.History(row, turn) });
        await _node.MustCommitAsync(new TurnRows { Partition = row.Partition, DeleteInstance = row.Key });

        (await HistoryAsync()).ShouldBe(swept ? turns - 200 : 0, "a commit deletes so many rows at most");
        while (await _node.Store.SweepAsync(100, default))
        {
        }
        (await HistoryAsync()).ShouldBe(0);

        async Task<int> HistoryAsync() => (await _node.Store.ReadHistoryAsync(new(row.Key, 0), default)).Count;
    }

    [Fact]
    public async Task The_last_turn_of_a_batch_says_whether_a_task_runs()
    {
        TurnRows begin = new() { Partition = 1, InsertTasks = [new(1, 10, 0, 5, _node.Hub.Node, 0)] };
        TurnRows end = new() { Partition = 1, DeleteTasks = [new(10, 0, 5)] };

        await _node.MustCommitAsync(begin, end, begin);
        (await _node.TakeAsync(1)).Tasks.Count.ShouldBe(1);
        await _node.MustCommitAsync(end, begin, end);
        (await _node.TakeAsync(1)).Tasks.ShouldBeEmpty();
    }

    private TurnRows Good() => new()
    {
        Partition = 0,
        InsertInstance = _node.Instance("good"),
        History = new(123456, 0, 0, 0, 1, Node.Bytes("[]")),
        InsertMessages = [Node.Message(0, 77, 1)],
        InsertTimers = [Node.Timer(0, 77, 1)],
        InsertTasks = [new(0, 77, 0, 1, 1, 0)],
        Sweep = new(0, 77, 0),
    };

    private async Task MustHaveNothingGood()
    {
        (await _node.InstanceAsync("good")).ShouldBeNull();
        (await _node.Store.ReadHistoryAsync(new(123456, 0), default)).ShouldBeEmpty();
        (await _node.MessagesAsync(0)).ShouldNotContain("77/1");
        (await _node.TimersAsync(0)).ShouldNotContain("77/1");
        (await _node.TakeAsync(0)).Tasks.ShouldNotContain(task => task.Key == 77);
        (await _node.Store.SweepAsync(0, default)).ShouldBeFalse();
    }

    private static Batch Renumbered(Batch batch, long number) => new()
    {
        Node = batch.Node,
        Lane = batch.Lane,
        Number = number,
        At = batch.At,
        Fences = batch.Fences,
        Turns = batch.Turns,
    };
}
