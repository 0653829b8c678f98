using System.Collections.Concurrent;
using Perdure.Core.Stores;
using Perdure.Runtime;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Wide work goes to all who can do it, and what somebody does when he dies is done again.</summary>
public sealed class FanOutTests : IAsyncLifetime
{
    private const int Slots = 10;
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private readonly Cluster _cluster = new();
    private readonly ConcurrentDictionary<int, int> _runs = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_wide_fan_out_spreads_over_all_nodes_and_runs_everything_once()
    {
        ConcurrentDictionary<int, int> byNode = new();
        TaskCompletionSource all = new();
        int started = 0;
        ClusterNode[] nodes = await _cluster.StartAsync(3, code =>
        {
            int me = started++;
            FansOut(code);
            code.Work = async c =>
            {
                byNode.AddOrUpdate(me, 1, (_, n) => n + 1);
                if (byNode.Count == 3)
                    all.TrySetResult();
                await all.Task;
                return await CountAsync(c);
            };
        }, o => o.MaxConcurrentActivities = Slots);
        string id = _cluster.IdOn(nodes[1]);

        await nodes[0].Client.StartNewAsync("Main", id, 2_000);

        (await nodes[2].EndAsync(id)).Output.GetInt32().ShouldBe(1_999_000);
        _runs.Count.ShouldBe(2_000);
        _runs.Values.ShouldAllBe(n => n == 1);
        byNode.Count.ShouldBe(3);
        foreach (ClusterNode node in nodes)
            (await node.Store.ReadOffersAsync(0, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_narrow_fan_out_stays_where_it_is()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2, FansOut, o => o.MaxConcurrentActivities = Slots);
        nodes[1].Code.Work = CountAsync;
        nodes[0].Code.Work = _ => throw new InvalidOperationException("Not here.");
        string id = _cluster.IdOn(nodes[1]);

        await nodes[1].Client.StartNewAsync("Main", id, 2 * Slots);

        (await nodes[1].EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task Of_a_claimant_that_dies_only_what_it_was_running_runs_again()
    {
        TaskCompletionSource never = new();
        ClusterNode[] nodes = await _cluster.StartAsync(2, FansOut, o => o.MaxConcurrentActivities = Slots);
        ClusterNode owner = nodes[0], claimant = nodes[1];
        TaskCompletionSource go = new();
        owner.Code.Work = async c =>
        {
            await go.Task;
            return await CountAsync(c);
        };
        int finished = 0;
        claimant.Code.Work = async c =>
        {
            if (Interlocked.Increment(ref finished) > 100)
            {
                await CountAsync(c);
                await never.Task;
            }
            return await CountAsync(c);
        };
        string id = _cluster.IdOn(owner);
        await owner.Client.StartNewAsync("Main", id, 1_000);
        await _cluster.UntilAsync(() => claimant.Node.Activities.Running == Slots && finished == 100 + Slots);
        await _cluster.UntilAsync(() => claimant.Node.Work.Count == 0);

        await claimant.DieAsync();
        go.SetResult();
        await _cluster.PassAsync(s_lease, owner);

        (await owner.EndAsync(id)).Output.GetInt32().ShouldBe(499_500);
        _runs.Count.ShouldBe(1_000);
        _runs.Values.Count(n => n == 2).ShouldBe(Slots);
        _runs.Values.ShouldAllBe(n => n <= 2);
    }

    [Fact]
    public async Task What_is_done_for_others_has_its_slot_until_its_result_is_stored()
    {
        TaskCompletionSource go = new(), stored = new();
        ClusterNode[] nodes = await _cluster.StartAsync(2, FansOut, o => o.MaxConcurrentActivities = Slots);
        ClusterNode owner = nodes[0], claimant = nodes[1];
        int byClaimant = 0;
        owner.Code.Work = async c =>
        {
            await go.Task;
            return await CountAsync(c);
        };
        claimant.Code.Work = c =>
        {
            Interlocked.Increment(ref byClaimant);
            return CountAsync(c);
        };
        claimant.Store.Before = _ => stored.Task;
        string id = _cluster.IdOn(owner);
        await owner.Client.StartNewAsync("Main", id, 500);
        await _cluster.UntilAsync(() => byClaimant >= Slots);
        go.SetResult();
        await _cluster.UntilAsync(() => _runs.Count == 500);
        int atStake = byClaimant;
        stored.SetResult();

        atStake.ShouldBe(Slots, "a death would make no more run again");
        (await owner.EndAsync(id)).Output.GetInt32().ShouldBe(124_750);
        _runs.Values.ShouldAllBe(n => n == 1);
    }

    [Fact]
    public async Task When_the_owner_dies_what_others_have_claimed_goes_on_and_is_not_run_again()
    {
        TaskCompletionSource go = new();
        ClusterNode[] nodes = await _cluster.StartAsync(2, FansOut, o => o.MaxConcurrentActivities = Slots);
        ClusterNode owner = nodes[0], claimant = nodes[1];
        TaskCompletionSource never = new();
        owner.Code.Work = async c =>
        {
            await CountAsync(c);
            await never.Task;
            return null;
        };
        claimant.Code.Work = async c =>
        {
            await go.Task;
            return await CountAsync(c);
        };
        string id = _cluster.IdOn(owner);
        await owner.Client.StartNewAsync("Main", id, 500);
        await _cluster.UntilAsync(
            () => claimant.Node.Activities.Running == Slots && owner.Node.Activities.Running == Slots);

        await owner.DieAsync();
        await _cluster.PassAsync(s_lease, claimant);
        await _cluster.UntilAsync(() => claimant.Node.Owned == Cluster.Partitions);
        go.SetResult();

        (await claimant.EndAsync(id)).Output.GetInt32().ShouldBe(124_750);
        _runs.Count.ShouldBe(500);
        _runs.Values.Count(n => n == 2).ShouldBe(Slots, "the owner was running so many");
    }

    [Fact]
    public async Task Results_that_the_dead_owner_had_heard_and_not_written_are_all_read_before_anything_runs_again()
    {
        TaskCompletionSource never = new(), heard = new();
        TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ClusterNode[] nodes = await _cluster.StartAsync(2, FansOut, o => o.MaxConcurrentActivities = Slots);
        ClusterNode owner = nodes[0], claimant = nodes[1];
        claimant.Code.Work = CountAsync;
        owner.Code.Work = async _ =>
        {
            await never.Task;
            return null;
        };
        // The first turn with results waits until others have come, more than are read at a time; the next is not
        // written, but the end of their offers is, which stands in line before it.
        int turns = 0, reports = 0;
        owner.Store.Before = batch =>
        {
            if (!batch.Turns.Any(t => t is { DeleteMessages: not null, DeleteOffers: null }))
                return Task.CompletedTask;
            first.TrySetResult();
            return turns++ == 0 ? heard.Task : never.Task;
        };
        claimant.Store.Before = _ => reports++ == 0 ? Task.CompletedTask : first.Task;
        string id = _cluster.IdOn(owner);
        Partition partition = owner.Node.PartitionOf(id);
        await owner.Client.StartNewAsync("Main", id, 2_000);
        await _cluster.UntilAsync(() => claimant.Node.Work.Count == 0 && _runs.Count == 2_000 - Slots);
        await _cluster.UntilAsync(() => owner.Node.LaneOf(partition).Backlog * Slots > 1_000);
        heard.SetResult();
        await _cluster.UntilAsync(() => turns == 2);

        await owner.DieAsync();
        TaskCompletionSource loading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        claimant.Store.BeforeMoreMessages = loading.Task;
        claimant.Store.BeforeHistory = () => loading.TrySetResult();
        await _cluster.PassAsync(s_lease, claimant);

        (await claimant.EndAsync(id)).Output.GetInt32().ShouldBe(1_999_000);
        _runs.Count.ShouldBe(2_000);
        _runs.Values.ShouldAllBe(n => n == 1);
    }

    [Fact]
    public async Task What_runs_elsewhere_is_cancelled_when_its_instance_ends()
    {
        ConcurrentBag<CancellationToken> tokens = [];
        ClusterNode[] nodes = await _cluster.StartAsync(2, code =>
        {
            FansOut(code);
            code.Work = async c =>
            {
                tokens.Add(c.CancellationToken);
                await Task.Delay(Timeout.Infinite, c.CancellationToken);
                return null;
            };
        }, o => o.MaxConcurrentActivities = Slots);
        string id = _cluster.IdOn(nodes[0]);
        await nodes[0].Client.StartNewAsync("Main", id, 500);
        await _cluster.UntilAsync(() => nodes[1].Node.Activities.Running == Slots);

        await nodes[0].Client.TerminateAsync(id, "enough");
        _cluster.Clock.Skip(s_lease / 2);

        await _cluster.UntilAsync(() => nodes.All(n => n.Node is { Activities.Running: 0, Claims.Count: 0 }));
        tokens.ShouldAllBe(t => t.IsCancellationRequested);
        for (int i = 0; i < Cluster.Partitions; i++)
            (await nodes[0].Store.ReadOffersAsync(i, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_runs_elsewhere_is_wanted_until_the_end_of_its_instance_is_stored()
    {
        TaskCompletionSource go = new(), never = new();
        ClusterNode[] nodes = await _cluster.StartAsync(2, FansOut, o => o.MaxConcurrentActivities = Slots);
        ClusterNode owner = nodes[0], claimant = nodes[1];
        owner.Code.Work = async c =>
        {
            await go.Task;
            return await CountAsync(c);
        };
        claimant.Code.Work = async _ =>
        {
            await never.Task;
            return null;
        };
        string id = _cluster.IdOn(owner);
        await owner.Client.StartNewAsync("Main", id, 500);
        await _cluster.UntilAsync(() => nodes.All(n => n.Node.Activities.Running == Slots));

        // The store takes everything but the end.
        static bool IsEnd(TurnRows turn) => turn is { UpdateInstance: not null, DeleteOffers: not null };
        owner.Store.Instead = batch => batch.Turns.Any(IsEnd)
            ? new CommitResult(CommitOutcome.Refused) { Detail = "The reason is not to its taste." }
            : null;
        await Should.ThrowAsync<InvalidOperationException>(() => owner.Client.TerminateAsync(id, "enough"));
        owner.Store.Instead = null;
        await claimant.DieAsync();
        go.SetResult();
        await _cluster.PassAsync(s_lease, owner);

        (await owner.EndAsync(id)).Output.GetInt32().ShouldBe(124_750);
        _runs.Count.ShouldBe(500);
        _runs.Values.ShouldAllBe(n => n == 1);
    }

    [Fact]
    public async Task A_claimant_that_stops_gives_back_what_has_not_begun()
    {
        TaskCompletionSource go = new();
        ClusterNode[] nodes = await _cluster.StartAsync(2, code =>
        {
            FansOut(code);
            code.Work = async c =>
            {
                await go.Task;
                return await CountAsync(c);
            };
        }, o => o.MaxConcurrentActivities = Slots);
        string id = _cluster.IdOn(nodes[0]);
        await nodes[0].Client.StartNewAsync("Main", id, 1_000);
        await _cluster.UntilAsync(() => nodes[1].Node.Activities.Running == Slots);

        Task stopped = nodes[1].StopAsync();
        await _cluster.UntilAsync(() => nodes[0].Node.Owned == Cluster.Partitions);
        go.SetResult();
        await stopped;

        (await nodes[0].EndAsync(id)).Output.GetInt32().ShouldBe(499_500);
        _runs.Values.ShouldAllBe(n => n == 1);
    }

    [Fact]
    public async Task A_claimant_whose_lease_ran_out_claims_again_what_nobody_has_taken_from_it()
    {
        TaskCompletionSource go = new();
        ClusterNode[] nodes = await _cluster.StartAsync(2, code =>
        {
            FansOut(code);
            code.Work = async c =>
            {
                await go.Task;
                return await CountAsync(c);
            };
        }, o => o.MaxConcurrentActivities = Slots);
        string id = _cluster.IdOn(nodes[0]);
        await nodes[0].Client.StartNewAsync("Main", id, 500);
        await _cluster.UntilAsync(() => nodes[1].Node.Activities.Running == Slots);

        // It lets go before its lease ends, and is back before anybody else has noticed.
        nodes[1].Store.ReadFailure = new StoreException("The database is away.");
        await _cluster.PassAsync(s_lease * 0.85, nodes[0]);
        await _cluster.UntilAsync(() => _cluster.Log.All.Any(l => l.Text.Contains("could not renew")));
        await _cluster.UntilAsync(() => nodes[1].Node.Claims.Count == 0);
        nodes[1].Store.ReadFailure = null;
        go.SetResult();
        await _cluster.PassAsync(s_lease, nodes[1]);

        (await nodes[0].EndAsync(id)).Output.GetInt32().ShouldBe(124_750);
    }

    private static void FansOut(Code code) => code.Main = async c =>
        (await Task.WhenAll(Enumerable.Range(0, c.GetInput<int>()).Select(i => c.CallActivityAsync<int>("Work", i))))
        .Sum();

    private Task<object?> CountAsync(IDurableActivityContext context)
    {
        int input = context.GetInput<int>();
        _runs.AddOrUpdate(input, 1, (_, n) => n + 1);
        return Task.FromResult<object?>(input);
    }
}
