using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Runtime.Support.CodeFunctions;

namespace Perdure.Tests.Runtime;

/// <summary>Owning is not executing: work goes to where its code is.</summary>
public sealed class ElsewhereTests : IAsyncLifetime
{
    private const int Slots = 10;
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private readonly Cluster _cluster = new();

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
    public async Task What_runs_elsewhere_while_a_node_brings_other_code_goes_on_afterwards()
    {
        using ManualResetEventSlim goesOn = new();
        int begun = 0;
        await _cluster.StartNodeAsync(
            code => code.Main = async c =>
            {
                Interlocked.Increment(ref begun);
                goesOn.Wait();
                return await c.WaitForExternalEvent<string>("go");
            },
            functions: [typeof(MainFunction)]);
        ClusterNode owner = await _cluster.StartNodeAsync(functions: [typeof(WorkFunction)]);
        await _cluster.UntilFairAsync();
        // The third node takes some of the partitions, and not all.
        string[] ids = [.. Enumerable.Range(0, 4).Select(_ => _cluster.IdOn(owner))];
        foreach (string id in ids)
            await owner.Client.StartNewAsync("Main", id);
        await _cluster.UntilAsync(() => Volatile.Read(ref begun) == ids.Length);

        await _cluster.StartNodeAsync(functions: [typeof(OtherFunction)]);
        await _cluster.UntilAsync(() => owner.Node.Leases.OffersElsewhere(CodeNames.Activity("Other")));
        goesOn.Set();
        await _cluster.UntilAsync(() => ids.All(id => owner.Client.GetStatusAsync(id).Result is
        {
            RuntimeStatus: OrchestrationRuntimeStatus.Running,
        }));
        foreach (string id in ids)
            await owner.Client.RaiseEventAsync(id, "go", "now");

        foreach (string id in ids)
            (await owner.EndAsync(id)).Output.ToString().ShouldBe("now");
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
        await _cluster.PassAsync(s_lease, owner);
        await _cluster.UntilAsync(() => owner.Client
            .ReadEntityStateAsync<List<string>>(new EntityId("Thing", key)).Result.EntityExists);

        (await lives.Client.ReadEntityStateAsync<List<string>>(new EntityId("Thing", key)))
            .EntityState.ShouldBe(["once"]);
    }

    [Fact]
    public async Task An_answer_that_comes_when_nobody_waits_for_it_any_more_is_taken_away()
    {
        ClusterNode owner = (await _cluster.StartAsync(1))[0];
        await _cluster.UntilAsync(() => owner.Node.Work.Count == 0);
        int partition = owner.Node.PartitionOf("i").Number;
        MessageKey key = new(partition, Perdure.Runtime.Node.ReportOrigin + 99, 1);
        MessageRow row = MessageCodec.Encode(key, "i", new Message.WorkDone(1, "{}"u8.ToArray()));
        TaskCompletionSource taken = new();
        owner.Store.Before = batch =>
        {
            if (batch.Turns.Any(t => t.DeleteMessages?.Contains(key) is true))
                taken.TrySetResult();
            return Task.CompletedTask;
        };
        Batch late = new()
        {
            Node = 99, Lane = 0, Number = 1, At = 0, Fences = [],
            Turns = [new TurnRows { Partition = partition, InsertMessages = [row] }],
        };
        (await owner.Store.CommitAsync(late)).Outcome.ShouldBe(CommitOutcome.Committed);

        owner.Node.Leases.Wake();
        await _cluster.UntilAsync(() => taken.Task.IsCompleted);
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
}
