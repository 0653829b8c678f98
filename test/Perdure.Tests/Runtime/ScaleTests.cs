using Perdure.Core.Scaling;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>What the recommendation knows of a hub.</summary>
public abstract class ScaleTests(Setup setup) : HubTests(setup)
{
    private readonly TaskCompletionSource _gate = new();
    private readonly TaskCompletionSource _streamGate = new();

    [Fact]
    public async Task What_waits_in_queues_is_counted_with_the_age_of_the_oldest()
    {
        int done = 0;
        Code.Item = async _ =>
        {
            await _gate.Task;
            Interlocked.Increment(ref done);
        };
        (await ItemAsync()).Desired.ShouldBe(0);
        int target = Hub.Host.Node.Functions.Queues[0].InHandMax;
        for (int i = 0; i < (2 * target) + 1; i++)
            await Hub.Queues.SendAsync("items", $"{i}");
        Hub.Clock.Skip(TimeSpan.FromSeconds(40));
        FunctionDemand waiting = await ItemAsync();
        (waiting.Backlog, waiting.Desired, waiting.PerInstancePerSec).ShouldBe(((2 * target) + 1, 3, null));
        waiting.OldestAgeSec.ShouldBeInRange(40, 60);
        waiting.ArrivalPerSec.ShouldBeInRange(target / 60.0, (2 * target) + 1);
        ScaleAdvice advice = await AdviseAsync();
        (advice.Current, advice.Desired).ShouldBe((1, 3));
        advice.Reason.ShouldStartWith($"Item needs 3: {waiting.Backlog} wait");

        _gate.SetResult();
        await Hub.UntilAsync(() => done == (2 * target) + 1);
        await Hub.UntilAsync(async () => (await ItemAsync()).Backlog == 0);
        (await AdviseAsync()).Desired.ShouldBe(3, "a moment ago they were needed");
        Hub.Clock.Skip(TimeSpan.FromSeconds(190));
        (await AdviseAsync()).Desired.ShouldBe(1);
    }

    [Fact]
    public async Task What_waits_in_streams_is_counted_up_to_their_checkpoints()
    {
        int target = Hub.Host.Node.Functions.Streams[0].BatchMax;
        Code.Events = async _ =>
        {
            await _streamGate.Task;
            return BatchResult.Ok;
        };
        await Hub.Streams.AppendAsync(
            "events", Enumerable.Range(0, 4 * target).Select(i => new StreamEntry($"{i}") { PartitionKey = "one" }));
        await Hub.UntilAsync(async () => (await EventsAsync()).Backlog == 4 * target);
        Hub.Clock.Skip(TimeSpan.FromSeconds(30));
        FunctionDemand waiting = await EventsAsync();
        (waiting.Desired, waiting.Cap).ShouldBe((4, null));
        waiting.OldestAgeSec.ShouldBeInRange(30, 50);
        await Hub.Streams.AppendAsync(
            "events", Enumerable.Range(0, target).Select(i => new StreamEntry($"{i}") { PartitionKey = "one" }));
        Hub.Clock.Skip(TimeSpan.FromSeconds(2));
        waiting = await EventsAsync();
        (waiting.Desired, waiting.Cap).ShouldBe((4, "partitions"));
        _streamGate.SetResult();
        await Hub.UntilAsync(async () =>
        {
            Hub.Clock.Skip(TimeSpan.FromSeconds(1));
            return (await EventsAsync()).Backlog == 0;
        });
    }

    private Task<ScaleAdvice> AdviseAsync() => Hub.Host.Scale.AdviseAsync(CancellationToken.None);

    private async Task<FunctionDemand> ItemAsync()
    {
        Hub.Clock.Skip(TimeSpan.FromSeconds(1.01));
        return (await AdviseAsync()).Functions.Single(f => f.Name == "Item");
    }

    private async Task<FunctionDemand> EventsAsync()
    {
        Hub.Clock.Skip(TimeSpan.FromSeconds(1.01));
        return (await AdviseAsync()).Functions.Single(f => f.Name == "Events");
    }
}

public sealed class ScaleOnMemory() : ScaleTests(Setup.Memory);
public sealed class ScaleOnSqlite() : ScaleTests(Setup.Sqlite);
