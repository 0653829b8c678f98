using Microsoft.Extensions.DependencyInjection;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Checkpoints are moved by any node; the one that owns the log does it.</summary>
public sealed class CheckpointElsewhereTests : IAsyncLifetime
{
    private const string Group = "$default";
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private readonly Cluster _cluster = new();
    private int _ran;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_node_that_does_not_own_the_log_sets_its_checkpoint_and_is_told_what_is_wrong()
    {
        (ClusterNode owner, ClusterNode other, int partition) = await StartAsync();
        owner.Code.Events = RanAsync;
        await AppendAsync(owner, "a", "b");
        await _cluster.UntilAsync(() => _ran == 2);

        await Admin(other).SetCheckpointAsync("events", Group, StreamPosition.FromSequenceNumber(1), partition);
        await _cluster.UntilAsync(() => _ran == 3);
        (await Should.ThrowAsync<ArgumentException>(Admin(other).SetCheckpointAsync(
            "events", Group, StreamPosition.FromSequenceNumber(9), partition))).Message.ShouldContain("beyond the end");
        await Should.ThrowAsync<ArgumentException>(Admin(other).ResumeAsync("events", "nobody"));
        (await Admin(other).ResumeAsync("events", Group)).ShouldBe(0);
        (await owner.Store.ReadMessagesAsync(
            owner.Node.PartitionOf(LogOf(owner)).Number, long.MinValue, long.MinValue, 10, default)).ShouldBeEmpty();
        _ran.ShouldBe(3);
    }

    [Fact]
    public async Task When_the_owner_dies_while_the_request_waits_for_its_batch_the_next_owner_does_it_first()
    {
        (ClusterNode owner, ClusterNode other, int partition) = await StartAsync();
        TaskCompletionSource begun = new(), never = new();
        owner.Code.Events = async _ =>
        {
            begun.TrySetResult();
            await never.Task;
            return BatchResult.Ok;
        };
        other.Code.Events = RanAsync;
        await AppendAsync(owner, "a", "b");
        await begun.Task;
        Task set = Admin(other).SetCheckpointAsync("events", Group, StreamPosition.FromSequenceNumber(1), partition);
        await _cluster.UntilAsync(() => owner.Node.PartitionOf(LogOf(owner)).Waits(LogOf(owner)) == 1);
        await owner.DieAsync();
        await _cluster.PassAsync(s_lease, other);
        await set;
        await _cluster.UntilAsync(() => _ran == 1);
        (await Admin(other).ListGroupsAsync("events")).Single().Checkpoints[partition].SequenceNumber
            .ShouldBeInRange(1, 2);
    }

    /// <summary>Two nodes, and the one that owns the log of the key <c>one</c>.</summary>
    private async Task<(ClusterNode Owner, ClusterNode Other, int Partition)> StartAsync()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2);
        ClusterNode owner = nodes.Single(n => !n.Node.PartitionOf(LogOf(n)).IsElsewhere);
        return (owner, nodes.Single(n => n != owner), int.Parse(LogOf(owner).Split('/')[^1]));
    }

    private Task<BatchResult> RanAsync(EventsCall call)
    {
        Interlocked.Add(ref _ran, call.Events.Length);
        return Task.FromResult(BatchResult.Ok);
    }

    private static string LogOf(ClusterNode node) => node.Node.Streams.LogFor("events", "one");

    private static IStreamAdminClient Admin(ClusterNode node) =>
        node.Host.Services.GetRequiredService<IStreamAdminClient>();

    private static Task AppendAsync(ClusterNode node, params string[] events) =>
        node.Host.Services.GetRequiredService<IStreamClient>().AppendAsync(
            "events", events.Select(e => new StreamEntry(e) { PartitionKey = "one" }));
}
