using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>
/// Several nodes share a hub: each serves every request, and each instance runs where its partition is.
/// </summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private readonly Cluster _cluster = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Nodes_that_come_get_a_fair_share_and_give_it_back_when_they_stop()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(3);
        nodes.Select(n => n.Node.Owned).Order().ShouldBe([2, 3, 3]);

        await nodes[0].StopAsync();

        await _cluster.UntilFairAsync();
    }

    [Fact]
    public async Task Any_node_starts_and_waits_for_an_instance_of_another()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2, Cluster.Greets);
        string id = _cluster.IdOn(nodes[1]);

        await nodes[0].Client.StartNewAsync("Main", id, "Ada");
        DurableOrchestrationStatus ended = await nodes[0].EndAsync(id);

        ended.Output.ToString().ShouldBe("Hello Ada");
        (await nodes[1].EndAsync(id)).Output.ToString().ShouldBe("Hello Ada");
    }

    [Fact]
    public async Task An_id_that_the_client_draws_belongs_to_its_node()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2, Cluster.Greets);
        for (int i = 0; i < 20; i++)
        {
            string id = await nodes[0].Client.StartNewAsync("Main", new StartOptions(), "Ada");
            nodes[0].Node.PartitionOf(id).IsElsewhere.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_start_that_another_node_refuses_is_refused_here()
    {
        ClusterNode[] nodes =
            await _cluster.StartAsync(2, code => code.Main = c => c.WaitForExternalEvent<object?>("go"));
        string id = _cluster.IdOn(nodes[1]);
        await nodes[0].Client.StartNewAsync("Main", id);

        await Should.ThrowAsync<OrchestrationAlreadyExistsException>(
            () => nodes[0].Client.StartNewAsync("Main", id));
    }

    [Fact]
    public async Task Every_request_finds_its_way_and_brings_its_answer_back()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2, code => code.Main = async c =>
            await c.WaitForExternalEvent<string>("go"));
        string id = _cluster.IdOn(nodes[1]);
        IDurableClient client = nodes[0].Client;
        await Should.ThrowAsync<ArgumentException>(() => client.RaiseEventAsync("nobody-2", "go"));
        await client.StartNewAsync("Main", id);

        await client.SuspendAsync(id, "wait");
        (await client.GetStatusAsync(id))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Suspended);
        await Should.ThrowAsync<InvalidOperationException>(() => client.SuspendAsync(id, "again"));
        await client.ResumeAsync(id, "go on");
        await client.RaiseEventAsync(id, "go", "now");
        (await nodes[0].EndAsync(id)).Output.ToString().ShouldBe("now");
        await Should.ThrowAsync<InvalidOperationException>(() => client.TerminateAsync(id, "late"));
        (await client.PurgeInstanceHistoryAsync(id)).InstancesDeleted.ShouldBe(1);
        (await client.GetStatusAsync(id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_terminate_that_overtakes_running_code_is_answered_on_another_node()
    {
        using ManualResetEventSlim runs = new();
        using ManualResetEventSlim goOn = new();
        ClusterNode[] nodes = await _cluster.StartAsync(2, code => code.Main = c =>
        {
            runs.Set();
            goOn.Wait();
            return Task.FromResult<object?>(null);
        });
        string id = _cluster.IdOn(nodes[1]);
        try
        {
            Task started = nodes[0].Client.StartNewAsync("Main", id);
            await _cluster.UntilAsync(() => runs.IsSet);

            Task terminated = nodes[0].Client.TerminateAsync(id, "enough");

            await _cluster.UntilAsync(() => started.IsCompletedSuccessfully && terminated.IsCompletedSuccessfully);
            (await nodes[0].EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        }
        finally
        {
            goOn.Set();
        }
    }

    [Fact]
    public async Task Waiting_ends_although_the_partition_comes_here_just_after_the_instance_has_ended_elsewhere()
    {
        ClusterNode[] nodes =
            await _cluster.StartAsync(2, code => code.Main = c => c.WaitForExternalEvent<object?>("go"));
        string id = _cluster.IdOn(nodes[1]);
        await nodes[1].Client.StartNewAsync("Main", id);
        Task<DurableOrchestrationStatus> ended = nodes[0].EndAsync(id);
        // Until the looks of who waits are a second apart.
        for (int i = 0; i < 8; i++)
        {
            _cluster.Clock.Skip(TimeSpan.FromSeconds(1));
            await _cluster.UntilAsync(() => nodes[1].Node.Owned > 0);
        }

        await nodes[1].Client.RaiseEventAsync(id, "go", "now");
        await nodes[1].EndAsync(id);
        await nodes[1].StopAsync();
        await _cluster.UntilFairAsync();

        (await ended).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task What_another_node_asks_is_answered_while_code_blocks_its_thread()
    {
        using ManualResetEventSlim runs = new();
        using ManualResetEventSlim goOn = new();
        ClusterNode[] nodes = await _cluster.StartAsync(2, code => code.Main = async c =>
        {
            runs.Set();
            goOn.Wait();
            return await c.WaitForExternalEvent<string>("go");
        });
        string id = _cluster.IdOn(nodes[1]);
        try
        {
            Task started = nodes[0].Client.StartNewAsync("Main", id);
            await _cluster.UntilAsync(() => runs.IsSet);
            await PassUntilAsync(started);
            Task raised = nodes[0].Client.RaiseEventAsync(id, "go", "now");
            Task<OrchestrationAlreadyExistsException> refused = Should.ThrowAsync<OrchestrationAlreadyExistsException>(
                () => nodes[0].Client.StartNewAsync("Main", id));
            await PassUntilAsync(raised);
            await PassUntilAsync(refused);
        }
        finally
        {
            goOn.Set();
        }
        (await nodes[0].EndAsync(id)).Output.ToString().ShouldBe("now");

        async Task PassUntilAsync(Task task)
        {
            await _cluster.UntilAsync(() =>
            {
                _cluster.Clock.Skip(TimeSpan.FromMilliseconds(10));
                return task.IsCompleted;
            });
            await task;
        }
    }

    [Fact]
    public async Task Children_and_entities_on_other_nodes_answer()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(3, code =>
        {
            code.Main = async c =>
            {
                int[] children = await Task.WhenAll(Enumerable.Range(0, 12)
                    .Select(i => c.CallSubOrchestratorAsync<int>("Child", i)));
                int[] counts = await Task.WhenAll(Enumerable.Range(0, 6)
                    .Select(i => c.CallEntityAsync<int>(new EntityId("Thing", $"t{i}"), "Add", "x")));
                return children.Sum() + counts.Sum();
            };
            code.Child = async c => await c.CallActivityAsync<int>("Work", c.GetInput<int>());
            code.Work = c => Task.FromResult<object?>(c.GetInput<int>() * 2);
        });

        string id = await nodes[0].Client.StartNewAsync("Main");

        (await nodes[2].EndAsync(id)).Output.GetInt32().ShouldBe(132 + 6);
    }

    [Fact]
    public async Task A_node_that_stops_lets_its_activities_finish_and_nothing_runs_twice()
    {
        int runs = 0;
        TaskCompletionSource finish = new();
        ClusterNode[] nodes = await _cluster.StartAsync(2, code =>
        {
            code.Main = async c => await c.CallActivityAsync<string>("Work");
            code.Work = async _ =>
            {
                Interlocked.Increment(ref runs);
                await finish.Task;
                return "done";
            };
        });
        string id = _cluster.IdOn(nodes[1]);
        await nodes[1].Client.StartNewAsync("Main", id);
        await _cluster.UntilAsync(() => runs == 1);

        Task stopped = nodes[1].StopAsync();
        finish.SetResult();
        await stopped;

        (await nodes[0].EndAsync(id)).Output.ToString().ShouldBe("done");
        runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_newcomer_takes_over_without_running_anything_twice()
    {
        int runs = 0;
        TaskCompletionSource finish = new();
        void Code(Code code)
        {
            code.Main = async c => await c.CallActivityAsync<string>("Work");
            code.Work = async _ =>
            {
                Interlocked.Increment(ref runs);
                await finish.Task;
                return "done";
            };
        }

        ClusterNode first = await _cluster.StartNodeAsync(Code);
        string[] ids = [.. Enumerable.Range(0, 16).Select(i => $"o{i}")];
        foreach (string id in ids)
            await first.Client.StartNewAsync("Main", id);
        await _cluster.UntilAsync(() => runs == ids.Length);

        ClusterNode second = await _cluster.StartNodeAsync(Code);
        _cluster.Clock.Skip(s_lease / 2);
        finish.SetResult();
        await _cluster.UntilFairAsync();

        foreach (string id in ids)
            (await second.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        runs.ShouldBe(ids.Length);
    }

    [Fact]
    public async Task A_node_without_functions_owns_nothing_and_serves_requests()
    {
        ClusterNode worker = await _cluster.StartNodeAsync(Cluster.Greets);
        ClusterNode dashboard = await _cluster.StartNodeAsync(functions: []);
        await worker.Client.StartNewAsync("Main", "a", "Ada");

        (await dashboard.EndAsync("a")).Output.ToString().ShouldBe("Hello Ada");
        dashboard.Node.Owned.ShouldBe(0);
        (await dashboard.Client.PurgeInstanceHistoryAsync("a")).InstancesDeleted.ShouldBe(1);
    }
}
