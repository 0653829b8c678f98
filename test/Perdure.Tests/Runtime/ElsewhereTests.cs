using System.Collections.Concurrent;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Runtime.Support.CodeFunctions;

namespace Perdure.Tests.Runtime;

/// <summary>Owning is not executing: work goes to where its code is, and wide work to all who can do it.</summary>
public sealed class ElsewhereTests : IAsyncLifetime
{
    private const int Slots = 10;
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private readonly Cluster _cluster = new();
    private readonly ConcurrentDictionary<int, int> _runs = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_activity_runs_on_a_node_that_has_its_code_and_fails_where_nobody_has()
    {
        ClusterNode owner = await _cluster.StartNodeAsync(
            code => code.Main = async c => await c.CallActivityAsync<string>(c.GetInput<string>(), "Ada"),
            functions: [typeof(MainFunction)]);
        await _cluster.StartNodeAsync(
            code => code.Work = c => Task.FromResult<object?>($"Hello {c.GetInput<string>()} {c.InstanceId}"),
            functions: [typeof(WorkFunction)], configure: o => o.MaxConcurrentActivities = Slots);
        await _cluster.UntilFairAsync();
        string id = _cluster.IdOn(owner), lost = _cluster.IdOn(owner);

        await owner.Client.StartNewAsync("Main", id, "work");
        await owner.Client.StartNewAsync("Main", lost, "Other");

        (await owner.EndAsync(id)).Output.ToString().ShouldBe($"Hello Ada {id}");
        DurableOrchestrationStatus failed = await owner.EndAsync(lost);
        failed.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        failed.Output.ToString().ShouldContain("Other");
    }

    [Fact]
    public async Task An_instance_runs_where_its_code_is_whoever_owns_it()
    {
        (ClusterNode coder, ClusterNode owner) = await StartUnlikeAsync(code =>
        {
            code.Main = async c =>
            {
                string name = await c.CallActivityAsync<string>("Work", c.GetInput<string>());
                await c.CreateTimer(c.CurrentUtcDateTime.AddSeconds(1), CancellationToken.None);
                string more = await c.WaitForExternalEvent<string>("more");
                c.SetCustomStatus("nearly");
                int child = await c.CallSubOrchestratorAsync<int>("Child", 20);
                return $"{name} {more} {child} {c.CurrentUtcDateTime.Year > 2000}";
            };
            code.Child = async c => await c.CallActivityAsync<int>("Other", c.GetInput<int>());
            code.Work = c => Task.FromResult<object?>($"Hello {c.GetInput<string>()}");
            code.Other = c => Task.FromResult<object?>(c.GetInput<int>() + 1);
        });
        string id = _cluster.IdOn(owner);

        await owner.Client.StartNewAsync("main", id, "Ada");
        _cluster.Clock.Skip(TimeSpan.FromSeconds(1));
        await owner.Client.RaiseEventAsync(id, "more", "and");
        DurableOrchestrationStatus ended = await coder.EndAsync(id);

        ended.Output.ToString().ShouldBe("Hello Ada and 21 True");
        ended.CustomStatus.ToString().ShouldBe("nearly");
        owner.Node.PartitionOf(id).IsElsewhere.ShouldBeFalse();
        (await owner.Store.ReadOffersAsync(owner.Node.PartitionOf(id).Number, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Code_elsewhere_fails_continues_as_new_and_is_terminated_like_any_other()
    {
        (ClusterNode _, ClusterNode owner) = await StartUnlikeAsync(code => code.Main = async c =>
        {
            switch (c.GetInput<int>())
            {
                case 0:
                    throw new InvalidOperationException("It does not want to.");
                case < 5:
                    c.ContinueAsNew(c.GetInput<int>() + 1);
                    return null;
                case 5:
                    return "five";
                default:
                    return await c.WaitForExternalEvent<string>("never");
            }
        });
        string fails = _cluster.IdOn(owner), counts = _cluster.IdOn(owner), waits = _cluster.IdOn(owner);

        await owner.Client.StartNewAsync("Main", fails, 0);
        await owner.Client.StartNewAsync("Main", counts, 1);
        await owner.Client.StartNewAsync("Main", waits, 9);

        (await owner.EndAsync(fails)).Output.ToString().ShouldContain("does not want");
        (await owner.EndAsync(counts)).Output.ToString().ShouldBe("five");
        await owner.Client.TerminateAsync(waits, "enough");
        (await owner.EndAsync(waits)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
    }

    [Fact]
    public async Task Entities_run_where_their_code_is()
    {
        (ClusterNode coder, ClusterNode owner) = await StartUnlikeAsync(code => code.Main = async c =>
        {
            EntityId entity = new("Thing", c.GetInput<string>());
            using (await c.LockAsync(entity))
                await c.CallEntityAsync<int>(entity, "Add", "locked");
            return await c.CallEntityAsync<int>(entity, "Add", "called");
        });
        string key = Enumerable.Range(0, 100).Select(i => $"k{i}")
            .First(k => !owner.Node.PartitionOf($"@thing@{k}").IsElsewhere);

        await owner.Client.SignalEntityAsync(new EntityId("Thing", key), "Add", "signaled");
        await coder.Client.StartNewAsync("Main", "m", key);
        (await coder.EndAsync("m")).Output.GetInt32().ShouldBe(3);

        EntityStateResponse<List<string>> state =
            await owner.Client.ReadEntityStateAsync<List<string>>(new EntityId("Thing", key));
        state.EntityState.ShouldBe(["signaled", "locked", "called"]);
    }

    [Fact]
    public async Task What_no_node_has_is_refused_where_it_is_asked()
    {
        ClusterNode node = await _cluster.StartNodeAsync();
        await _cluster.StartNodeAsync(functions: [typeof(WorkFunction)]);

        (await Should.ThrowAsync<ArgumentException>(
            node.Client.SignalEntityAsync(new EntityId("none", "k"), "x"))).Message
            .ShouldBe("This host has no entity named 'none'. Known: Thing.");
        (await Should.ThrowAsync<ArgumentException>(node.Client.StartNewAsync("None"))).Message
            .ShouldBe("This host has no orchestration named 'None'. Known: Child, Main.");
    }

    [Fact]
    public async Task An_instance_waits_for_its_code_and_goes_on_when_a_node_brings_it()
    {
        ClusterNode owner = await _cluster.StartNodeAsync(functions: [typeof(WorkFunction)]);
        ClusterNode coder = await _cluster.StartNodeAsync(Greets);
        await _cluster.UntilFairAsync();
        string id = _cluster.IdOn(owner);
        coder.Code.Main = async c => await c.WaitForExternalEvent<string>("go");
        await owner.Client.StartNewAsync("Main", id);
        await _cluster.UntilAsync(() => owner.Node.Work.Count == 0 && coder.Node.Work.Count == 0);
        await coder.StopAsync();
        await _cluster.UntilAsync(() => !owner.Node.Leases.HasOthers);
        await owner.Client.RaiseEventAsync(id, "go", "now");

        ClusterNode next = await _cluster.StartNodeAsync(
            code => code.Main = async c => await c.WaitForExternalEvent<string>("go"));

        (await owner.EndAsync(id)).Output.ToString().ShouldBe("now");
        next.Code.ShouldNotBeNull();
    }

    [Fact]
    public async Task When_the_node_that_runs_a_turn_dies_another_runs_it()
    {
        TaskCompletionSource never = new();
        ClusterNode owner = await _cluster.StartNodeAsync(functions: [typeof(WorkFunction)]);
        ClusterNode dies = await _cluster.StartNodeAsync(code => code.Thing = async _ => await never.Task);
        await _cluster.UntilFairAsync();
        string key = Enumerable.Range(0, 100).Select(i => $"k{i}")
            .First(k => !owner.Node.PartitionOf($"@thing@{k}").IsElsewhere);
        await owner.Client.SignalEntityAsync(new EntityId("Thing", key), "Add", "once");
        await _cluster.UntilAsync(() => dies.Node.Work.Count > 0);

        ClusterNode lives = await _cluster.StartNodeAsync();
        await dies.DieAsync();
        await PassAsync(s_lease, owner);
        await _cluster.UntilAsync(() => owner.Client
            .ReadEntityStateAsync<List<string>>(new EntityId("Thing", key)).Result.EntityExists);

        (await lives.Client.ReadEntityStateAsync<List<string>>(new EntityId("Thing", key)))
            .EntityState.ShouldBe(["once"]);
    }

    /// <summary>One node with all functions, and one that has an activity of no use and still owns its share.</summary>
    private async Task<(ClusterNode Coder, ClusterNode Owner)> StartUnlikeAsync(Action<Code> code)
    {
        ClusterNode coder = await _cluster.StartNodeAsync(code);
        ClusterNode owner = await _cluster.StartNodeAsync(functions: [typeof(WorkFunction)]);
        await _cluster.UntilFairAsync();
        owner.Code.Work = _ => throw new InvalidOperationException("Not here.");
        if (coder.Code.Activities.TryGetValue("Work", out Func<IDurableActivityContext, Task<object?>>? work))
            owner.Code.Work = work;
        return (coder, owner);
    }

    private static void Greets(Code code) => code.Work = c => Task.FromResult<object?>("Hello");

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
        await PassAsync(s_lease, owner);

        (await owner.EndAsync(id)).Output.GetInt32().ShouldBe(499_500);
        _runs.Count.ShouldBe(1_000);
        _runs.Values.Count(n => n == 2).ShouldBe(Slots);
        _runs.Values.ShouldAllBe(n => n <= 2);
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
        await PassAsync(s_lease, claimant);
        await _cluster.UntilAsync(() => claimant.Node.Owned == Cluster.Partitions);
        go.SetResult();

        (await claimant.EndAsync(id)).Output.GetInt32().ShouldBe(124_750);
        _runs.Count.ShouldBe(500);
        _runs.Values.Count(n => n == 2).ShouldBe(Slots, "the owner was running so many");
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
        nodes[1].Store.ReadFailure = new Perdure.Core.Stores.StoreException("The database is away.");
        await PassAsync(s_lease * 0.85, nodes[0]);
        await _cluster.UntilAsync(() => _cluster.Log.All.Any(l => l.Text.Contains("could not renew")));
        await _cluster.UntilAsync(() => nodes[1].Node.Claims.Count == 0);
        nodes[1].Store.ReadFailure = null;
        go.SetResult();
        await PassAsync(s_lease, nodes[1]);

        (await nodes[0].EndAsync(id)).Output.GetInt32().ShouldBe(124_750);
    }

    /// <summary>In steps, so that whoever lives renews in between.</summary>
    private async Task PassAsync(TimeSpan time, ClusterNode alive)
    {
        for (int i = 0; i < 5; i++)
        {
            int round = alive.Node.Leases.Rounds;
            _cluster.Clock.Skip(time / 5);
            alive.Node.Leases.Wake();
            await _cluster.UntilAsync(() => alive.Node.Leases.Rounds > round);
        }
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
