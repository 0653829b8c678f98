using Npgsql;
using Perdure.Core.Stores;

namespace Perdure.Stores.Tests;

/// <summary>
/// A database that does not have what it acknowledged: rows are taken away here as a restored backup, or a standby that
/// lagged behind, would lack them.
/// </summary>
public sealed class PostgreSqlLossTests : IAsyncLifetime
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private PostgreSqlDisk _disk = null!;
    private Node _node = null!;

    public async ValueTask InitializeAsync()
    {
        _disk = await PostgreSqlDisk.CreateAsync();
        _node = await Node.OpenAsync(_disk);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _disk.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_finds_that_the_last_one_is_missing_and_nothing_is_written_any_more(bool inDoubt)
    {
        await _node.MustCommitAsync(Node.Insert(_node.Instance("a")));
        await _node.MustCommitAsync(Node.Insert(_node.Instance("b")));
        Batch next = _node.Batch(Node.Insert(_node.Instance("c")));
        if (inDoubt)
        {
            _disk.FailNext = CommitPoint.BeforeCommit;
            (await _node.Store.CommitAsync(next)).Outcome.ShouldBe(CommitOutcome.Unknown);
        }
        await _disk.RunAsync("delete from instances where id = 'b'; delete from commits where no = 2");

        CommitResult result = await (inDoubt ? _node.Store.ResolveAsync(next) : _node.Store.CommitAsync(next));

        result.Outcome.ShouldBe(CommitOutcome.Lost);
        result.Detail!.ShouldContain($"batch 2 of node {_node.Hub.Node}");
        // Also when the database is the right one again: memory may have been read from the wrong one meanwhile.
        await _disk.RunAsync($"insert into commits values ({_node.Hub.Node}, 0, 2, 0)");
        (await _node.CommitAsync(Node.Insert(_node.Instance("d")))).Outcome.ShouldBe(CommitOutcome.Lost);
        (await _node.Store.ResolveAsync(next)).Outcome.ShouldBe(CommitOutcome.Lost);
        (await RenewalAsync()).ShouldContain("batch 2");
        (await Should.ThrowAsync<StoreException>(
            () => _node.Store.OpenPartitionAsync(0, 1, default).AsTask())).EndsNode.ShouldBeTrue();
        (await Should.ThrowAsync<StoreException>(
            () => _node.Store.ClosePartitionAsync(0, 1, default).AsTask())).EndsNode.ShouldBeTrue();
        (await _disk.RunAsync("select id from instances")).ShouldBe("a");
        (await _disk.RunAsync("select count(*) from partitions where dirty and epoch = 1")).ShouldBe("4");
    }

    [Fact]
    public async Task A_node_that_has_nothing_to_write_finds_it_when_it_renews()
    {
        await _node.MustCommitAsync(Node.Insert(_node.Instance("a")));
        await _node.Store.RenewAsync(s_lease, true, [], default);
        string expires = await _disk.RunAsync("select expires from nodes");
        await _disk.RunAsync("delete from commits");

        (await RenewalAsync()).ShouldContain($"batch 1 of node {_node.Hub.Node}");

        (await _disk.RunAsync("select expires from nodes")).ShouldBe(expires);
        (await _node.CommitAsync()).Outcome.ShouldBe(CommitOutcome.Lost);
    }

    [Theory]
    [InlineData("delete from nodes", true)]
    [InlineData("delete from nodes", false)]
    [InlineData("update nodes set session = 'of another process'", true)]
    [InlineData("update nodes set session = 'of another process'", false)]
    public async Task A_node_that_the_database_does_not_know_or_has_given_its_number_to_another_one_stops(
        string sql, bool renews)
    {
        await _disk.RunAsync(sql);
        string failure = renews ? await RenewalAsync() : (await _node.CommitAsync()).Detail!;
        failure.ShouldContain($"does not know node {_node.Hub.Node}");
        (await _node.CommitAsync()).Outcome.ShouldBe(CommitOutcome.Lost);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hub_that_is_gone_is_named(bool renews)
    {
        await _node.MustCommitAsync(Node.Insert(_node.Instance("a")));
        await _disk.RunAsync($"drop schema {_disk.Schema} cascade");
        string failure = renews ? await RenewalAsync() : (await _node.CommitAsync()).Detail!;
        failure.ShouldContain($"The task hub in schema \"{_disk.Schema}\" is not there any more");
        (await _node.CommitAsync()).Outcome.ShouldBe(CommitOutcome.Lost);
    }

    [Fact]
    public async Task An_epoch_that_the_database_gave_twice_fences_the_one_who_is_not_the_owner()
    {
        await _disk.RunAsync("update partitions set owner = 999 where id = 2");
        CommitResult result = await _node.CommitAsync(Node.Insert(_node.Instance("a")));
        (result.Outcome, result.Partitions.ShouldHaveSingleItem()).ShouldBe((CommitOutcome.Fenced, 2));
    }

    [Fact]
    public async Task Old_commits_are_forgotten_but_not_the_last_one_of_a_node_that_may_go_on()
    {
        for (int i = 0; i < 5; i++)
            await _node.MustCommitAsync(Node.Insert(_node.Instance($"i{i}")));
        // Others start, again and again, while this one has nothing to do for days.
        for (int day = 2; day < 5; day++)
        {
            await using IStore other = _disk.NewStore();
            await other.OpenAsync(Node.Day + (day * 86_400_000L), default);
        }
        (await _disk.RunAsync($"select no from commits where node = {_node.Hub.Node}")).ShouldBe("5");
        await _node.Store.RenewAsync(s_lease, true, [], default);
        await _node.MustCommitAsync(Node.Insert(_node.Instance("after")));

        await _disk.RunAsync("update nodes set expires = 0");
        await using IStore last = _disk.NewStore();
        await last.OpenAsync(Node.Day + (9 * 86_400_000L), default);
        (await _disk.RunAsync("select count(*) from commits")).ShouldBe("0");
        (await RenewalAsync()).ShouldContain("not heard of for a day");
    }

    [Fact]
    public async Task A_batch_that_prunes_the_one_before_it_can_be_sent_again_and_asked_about()
    {
        await _node.MustCommitAsync(Node.Insert(_node.Instance("a")));
        Batch pruning = Of(2048, days: 3, _node.Instance("b"));
        _disk.FailNext = CommitPoint.AfterCommit;

        (await _node.Store.CommitAsync(pruning)).Outcome.ShouldBe(CommitOutcome.Unknown);

        (await _disk.RunAsync("select no from commits")).ShouldBe("2048");
        // In memory the last one is still the one that was pruned.
        await _node.Store.RenewAsync(s_lease, true, [], default);
        (await _node.Store.ResolveAsync(pruning)).Outcome.ShouldBe(CommitOutcome.Committed);
        (await _node.Store.CommitAsync(Of(2050, days: 3, _node.Instance("c")))).Outcome
            .ShouldBe(CommitOutcome.Committed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_cannot_take_a_batch_again_has_not_said_what_became_of_the_first_sending(
        bool commits)
    {
        _disk.FailNext = CommitPoint.BeforeCommit;
        Batch batch = _node.Batch(Node.Insert(_node.Instance("a")));
        (await _node.Store.CommitAsync(batch)).Outcome.ShouldBe(CommitOutcome.Unknown);
        // The first sending, cut off from its client and not at its end yet.
        await using NpgsqlConnection first = new(_disk.ConnectionString);
        await first.OpenAsync();
        NpgsqlTransaction transaction = await first.BeginTransactionAsync();
        await using (NpgsqlCommand insert = new(
            $"insert into {_disk.Schema}.commits values ({batch.Node}, 0, {batch.Number}, 0)", first))
            await insert.ExecuteNonQueryAsync();
        Task<CommitResult> asking = _node.Store.ResolveAsync(batch).AsTask();
        while (await _disk.RunAsync(
            $"""
            select pg_cancel_backend(pid) from pg_stat_activity
            where wait_event_type = 'Lock' and query like '%{_disk.Schema}%'
            """) != "True")
        {
        }
        CommitResult asked = await asking;
        asked.Outcome.ShouldBe(CommitOutcome.Unknown, asked.Detail);

        await (commits ? transaction.CommitAsync() : transaction.RollbackAsync());

        (await _node.Store.ResolveAsync(batch)).Outcome.ShouldBe(CommitOutcome.Committed);
        (await _node.InstanceAsync("a") is null).ShouldBe(commits, "only the number stands for the first sending here");
    }

    private Batch Of(long number, int days, InstanceRow row)
    {
        Batch batch = _node.Batch(Node.Insert(row));
        return new()
        {
            Node = batch.Node,
            Lane = batch.Lane,
            Number = number,
            At = Node.Day + (days * 86_400_000L),
            Fences = batch.Fences,
            Turns = batch.Turns,
        };
    }

    private async Task<string> RenewalAsync()
    {
        StoreException failure = await Should.ThrowAsync<StoreException>(
            () => _node.Store.RenewAsync(s_lease, true, [], default).AsTask());
        failure.EndsNode.ShouldBeTrue(failure.Message);
        return failure.Message;
    }
}
