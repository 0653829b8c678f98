using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Runtime;
using Perdure.Runtime.Offers;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Runtime.Support.CodeFunctions;

namespace Perdure.Tests.Runtime;

/// <summary>What is easily forgotten when a node goes and another goes on.</summary>
public sealed class TakeOverTests : IAsyncLifetime
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private readonly Cluster _cluster = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task What_the_dead_node_sent_last_is_taken_before_anything_runs_here()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2, code => code.Main = async c =>
        {
            EntityId log = new("Thing", c.GetInput<string>());
            c.SignalEntity(log, "Add", "first");
            await c.WaitForExternalEvent("go");
            c.SignalEntity(log, "Add", "second");
            return null;
        });
        (ClusterNode here, ClusterNode dead) = (nodes[0], nodes[1]);
        string id = _cluster.IdOn(dead);
        string key = Enumerable.Range(0, 1000).Select(i => $"k{i}")
            .First(k => !here.Node.PartitionOf($"@thing@{k}").IsElsewhere);
        // Nobody is told of what it has just sent.
        dead.Store.Afterwards = (batch, result) =>
        {
            if (batch.Turns.Any(t => t.InsertMessages is not null))
                _ = dead.DieAsync();
            return result;
        };
        _ = dead.Client.StartNewAsync("Main", id, key);
        await _cluster.UntilAsync(() => !dead.IsAlive);
        Task raised = here.Client.RaiseEventAsync(id, "go");
        List<string> calls = [];
        int itsPartition = here.Node.PartitionOf(id).Number;
        int partition = here.Node.PartitionOf($"@thing@{key}").Number;
        here.Store.BeforeOpening = () => calls.Add("open");
        here.Store.BeforeMessages = p => calls.Add(p == itsPartition ? "its" : p == partition ? "mine" : "other");

        await _cluster.PassAsync(s_lease * 1.1, here);
        await raised;
        await here.EndAsync(id);

        EntityStateResponse<List<string>> state = default;
        await _cluster.UntilAsync(() =>
        {
            state = here.Client.ReadEntityStateAsync<List<string>>(new EntityId("Thing", key)).Result;
            return state.EntityState?.Count == 2;
        });
        state.EntityState.ShouldBe(["first", "second"]);
        int its = calls.IndexOf("its");
        string[] since = [.. calls[(calls.LastIndexOf("open", its) + 1)..its]];
        since.ShouldContain("mine", $"read before its own mail: {string.Join(' ', calls)}");
    }

    [Fact]
    public async Task A_node_that_stops_answers_nobody_out_of_memory_that_it_has_lost()
    {
        ClusterNode[] nodes =
            await _cluster.StartAsync(2, code => code.Main = c => c.WaitForExternalEvent<object?>("go"));
        string id = _cluster.IdOn(nodes[1]);
        TaskCompletionSource isOnItsWay = new(), goOn = new();
        nodes[1].Store.Before = _ =>
        {
            isOnItsWay.TrySetResult();
            return goOn.Task;
        };
        Partition partition = nodes[1].Node.PartitionOf(id);
        Task first = nodes[1].Client.StartNewAsync("Main", id);
        await isOnItsWay.Task;
        Task second = nodes[1].Client.StartNewAsync("Main", id);

        partition.StopIntake();
        partition.Lose();

        InvalidOperationException told =
            await Should.ThrowAsync<InvalidOperationException>(second.WaitAsync(TimeSpan.FromSeconds(20)));
        told.Message.ShouldContain("stopping");
        partition.ResidentCount.ShouldBe(0);
        goOn.SetResult();
        await Should.NotThrowAsync(first, "its row was on its way");
    }

    [Fact]
    public async Task What_was_offered_of_an_instance_that_is_over_goes_when_its_partition_is_opened()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2, Cluster.Greets);
        string id = _cluster.IdOn(nodes[1]);
        await nodes[1].Client.StartNewAsync("Main", id, "Ada");
        await nodes[1].EndAsync(id);
        Partition partition = nodes[1].Node.PartitionOf(id);
        InstanceRow row = (await nodes[1].Store.ReadInstanceAsync(id, default))!;
        OfferRow left = new(new(partition.Number, 1L << 60), new(row.Key, 0), id, CodeNames.Activity("Work"))
        {
            Tasks = [0, 1],
            Node = nodes[0].Node.Number,
        };
        nodes[1].Node.LaneOf(partition).Enqueue(new OfferEntry(partition, [left]));
        await _cluster.UntilAsync(() => OffersOf(nodes[0], partition.Number) == 1);

        await nodes[1].StopAsync();
        await _cluster.UntilFairAsync();

        await _cluster.UntilAsync(() => OffersOf(nodes[0], partition.Number) == 0);
    }

    private static int OffersOf(ClusterNode node, int partition) =>
        node.Store.ReadOffersAsync(partition, default).AsTask().Result.Count;

    [Fact]
    public async Task A_node_that_comes_back_and_claims_is_not_taken_for_the_dead_one_that_it_was()
    {
        int runs = 0;
        TaskCompletionSource finish = new();
        ClusterNode owner = await _cluster.StartNodeAsync(
            code => code.Main = async c => await c.CallActivityAsync<string>("Work"),
            functions: [typeof(MainFunction)]);
        ClusterNode coder = await _cluster.StartNodeAsync(
            code => code.Work = async _ =>
            {
                Interlocked.Increment(ref runs);
                await finish.Task;
                return "done";
            },
            functions: [typeof(WorkFunction)]);
        await _cluster.UntilFairAsync();
        coder.Store.ReadFailure = new StoreException("away");
        await _cluster.PassAsync(s_lease * 1.2, owner);
        owner.Node.Leases.IsAlive(coder.Node.Number).ShouldBeFalse();
        string id = _cluster.IdOn(owner);
        coder.Store.ReadFailure = null;
        int rounds = coder.Node.Leases.Rounds;
        coder.Node.Leases.Wake();
        await _cluster.UntilAsync(() => coder.Node.Leases.Rounds > rounds && coder.Node.Leases.IsCurrent);

        await owner.Client.StartNewAsync("Main", id);
        await _cluster.UntilAsync(() => runs == 1);
        rounds = owner.Node.Leases.Rounds;
        await owner.Node.PartitionOf(id).CheckOffersAsync(CancellationToken.None);
        await _cluster.UntilAsync(() => owner.Node.Leases.Rounds > rounds);
        finish.SetResult();

        (await owner.EndAsync(id)).Output.ToString().ShouldBe("done");
        runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_result_that_meets_the_hand_over_goes_after_its_instance()
    {
        TaskCompletionSource finish = new();
        (ClusterNode node, Partition partition, string id) = await RunningAsync(finish.Task);
        TaskCompletionSource goOn = await HoldCommitsAsync(node, partition);

        ActivityWork work = node.Node.Activities.StartedOf(partition).ShouldHaveSingleItem();
        Resident resident = work.Resident;
        Task<bool> handOver = partition.HandOverAsync(partition.Epoch, CancellationToken.None);
        work.Source.ShouldNotBe(resident);
        // As from the thread that had looked who wants the result just before.
        resident.Return(work, new Message.TaskDone(work.Task, Payload.None, null));
        goOn.SetResult();

        (await handOver.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeTrue();
        finish.SetResult();
        (await node.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task What_runs_on_is_known_before_its_partition_is_free()
    {
        TaskCompletionSource finish = new();
        int runs = 0;
        (ClusterNode node, Partition partition, string id) = await RunningAsync(finish.Task, () => runs++);
        // Something of another partition is on its way, and what is to be known stands behind it.
        TaskCompletionSource goOn = await HoldCommitsAsync(node, node.Node.Partition(0));
        Task<bool> handOver = partition.HandOverAsync(partition.Epoch, CancellationToken.None);
        goOn.SetResult();
        (await handOver.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeTrue();
        node.Node.Leases.Wake();
        await _cluster.UntilAsync(() => partition.ResidentCount > 0);
        // What the new owner would begin anew begins before this event has been taken.
        await node.Client.RaiseEventAsync(id, "nothing");
        finish.SetResult();

        (await node.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        runs.ShouldBe(1);
    }

    [Fact]
    public async Task While_a_hand_over_lasts_nobody_is_told_of_shares()
    {
        (ClusterNode node, Partition partition, _) = await RunningAsync(Task.CompletedTask);
        int shares = 0;
        node.Store.BeforeAnnouncing = a => shares += a.Shares ? 1 : 0;
        TaskCompletionSource goOn = await HoldCommitsAsync(node, partition);
        await _cluster.StartNodeAsync();
        await _cluster.UntilAsync(() => partition.IsLeaving);
        for (int i = 0; i < 5; i++)
        {
            int rounds = node.Node.Leases.Rounds;
            node.Node.Leases.Wake();
            await _cluster.UntilAsync(() => node.Node.Leases.Rounds > rounds);
        }
        int whileItLasted = shares;
        goOn.SetResult();
        await _cluster.UntilFairAsync();

        whileItLasted.ShouldBeLessThanOrEqualTo(Cluster.Partitions / 2);
    }

    /// <summary>A node alone, with an instance whose activity runs until the task ends.</summary>
    private async Task<(ClusterNode Node, Partition Partition, string Id)> RunningAsync(
        Task finish, Action? begins = null)
    {
        TaskCompletionSource runs = new();
        ClusterNode node = await _cluster.StartNodeAsync(code =>
        {
            code.Main = async c => c.GetInput<bool>() ? await c.CallActivityAsync<string>("Work") : null;
            code.Work = async _ =>
            {
                begins?.Invoke();
                runs.TrySetResult();
                await finish;
                return "done";
            };
        });
        // The last partition, because a node gives back the last of what it has.
        string id = Enumerable.Range(0, 1000).Select(i => $"i{i}")
            .First(i => node.Node.PartitionOf(i).Number == Cluster.Partitions - 1);
        await node.Client.StartNewAsync("Main", id, true);
        await runs.Task;
        return (node, node.Node.PartitionOf(id), id);
    }

    /// <summary>Something of the partition is on its way to the store, and stays there.</summary>
    private static async Task<TaskCompletionSource> HoldCommitsAsync(ClusterNode node, Partition partition)
    {
        TaskCompletionSource isOnItsWay = new(), goOn = new();
        node.Store.Before = _ =>
        {
            isOnItsWay.TrySetResult();
            return goOn.Task;
        };
        string other = Enumerable.Range(0, 1000).Select(i => $"o{i}")
            .First(i => node.Node.PartitionOf(i) == partition);
        _ = node.Client.StartNewAsync("Main", other, false);
        await isOnItsWay.Task;
        return goOn;
    }
}
