using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Timers;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Timers of a hub that several nodes share.</summary>
public sealed class TimerClusterTests : IAsyncLifetime
{
    private const string Tick = "@@!tick", Second = "@@!second";
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private readonly Cluster _cluster = new();
    private readonly ConcurrentQueue<(string Id, DateTimeOffset Time)> _ran = [];

    public ValueTask InitializeAsync()
    {
        _cluster.Clock.Skip(TimeSpan.FromMinutes(70 - _cluster.Clock.GetUtcNow().Minute));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_occurrence_that_a_dead_node_had_begun_runs_again_on_another_and_no_other_twice()
    {
        TaskCompletionSource never = new();
        bool blocks = false;
        ClusterNode[] nodes = await StartAsync(3, typeof(TimerFunctions.EachSecond), async call =>
        {
            _ran.Enqueue((call.OccurrenceId, call.OccurrenceTime));
            if (Volatile.Read(ref blocks))
                await never.Task;
        });
        await _cluster.UntilAsync(() => _ran.Count >= 2);
        Volatile.Write(ref blocks, true);
        ClusterNode? owner = null;
        await _cluster.UntilAsync(() =>
            (owner = nodes.FirstOrDefault(
                n => TimerOf(n, Second)?.Current is { } c && _ran.Last().Id == c.Id)) is not null);
        int before = _ran.Count;

        await owner!.DieAsync();
        Volatile.Write(ref blocks, false);
        await _cluster.PassAsync(s_lease * 1.2, nodes.First(n => n != owner));
        await _cluster.UntilAsync(() => _ran.Count >= before + 5);

        (string Id, DateTimeOffset Time)[] ran = [.. _ran];
        ran[before].ShouldBe(ran[before - 1], "what had begun is the first that runs");
        DateTimeOffset[] times = [.. ran.Select(r => r.Time).Distinct()];
        times.ShouldBe(Enumerable.Range(0, ran.Length - 1).Select(i => ran[0].Time.AddSeconds(i)));
    }

    [Fact]
    public async Task Any_node_shows_pauses_and_triggers_a_timer_of_another()
    {
        TaskCompletionSource goOn = new();
        ClusterNode[] nodes = await StartAsync(2, typeof(TimerFunctions.Hourly), async call =>
        {
            _ran.Enqueue((call.OccurrenceId, call.OccurrenceTime));
            await goOn.Task;
        });
        ClusterNode owner = nodes.Single(n => TimerOf(n, Tick) is not null);
        ITimerClient other = Timers(nodes.First(n => n != owner));

        await other.PauseAsync("tick");
        TimerOf(owner, Tick)!.IsPaused.ShouldBeTrue();
        (await Timers(owner).ListAsync()).ShouldHaveSingleItem().IsPaused.ShouldBeTrue();
        string id = await other.TriggerAsync("Tick");
        await _cluster.UntilAsync(() => _ran.Count == 1);
        _ran.Single().Id.ShouldBe(id);
        (await other.GetAsync("Tick"))!.Current!.Id.ShouldBe(id);
        await Should.ThrowAsync<InvalidOperationException>(() => other.TriggerAsync("Tick"));
        await other.ResumeAsync("Tick");
        (await Timers(owner).GetAsync("Tick"))!.IsPaused.ShouldBeFalse();
        goOn.SetResult();
        await _cluster.UntilAsync(() => other.GetAsync("Tick").Result!.Current is null);
    }

    [Fact]
    public async Task A_timer_that_only_another_node_has_can_be_told_and_runs_there()
    {
        TaskCompletionSource<string> ran = new();
        ClusterNode plain = await _cluster.StartNodeAsync();
        ClusterNode timed = await _cluster.StartNodeAsync(
            code => code.Tick = call =>
            {
                ran.TrySetResult(call.OccurrenceId);
                return Task.CompletedTask;
            },
            [.. Hub.AllFunctions, typeof(TimerFunctions.Hourly)]);
        await _cluster.UntilFairAsync();
        await _cluster.UntilAsync(() => plain.Node.Leases.OffersElsewhere("timer TICK"));
        // Whoever owns it: it is stored, and the node that has the function runs it when it is its own.
        string id = await Timers(plain).TriggerAsync("Tick");
        await _cluster.UntilAsync(() => Timers(plain).GetAsync("Tick").Result is { HasFunction: true });
        await plain.StopAsync();
        await _cluster.UntilAsync(() => ran.Task.IsCompleted);
        (await ran.Task).ShouldBe(id, StringCompareShould.IgnoreCase);
    }

    private async Task<ClusterNode[]> StartAsync(int count, Type function, Func<TimerCall, Task> tick)
    {
        ClusterNode[] nodes = new ClusterNode[count];
        for (int i = 0; i < count; i++)
            nodes[i] = await _cluster.StartNodeAsync(code => code.Tick = tick, [.. Hub.AllFunctions, function]);
        await _cluster.UntilFairAsync();
        string id = function == typeof(TimerFunctions.EachSecond) ? Second : Tick;
        await _cluster.UntilAsync(() => nodes.Count(n => TimerOf(n, id) is { Next: > 0 }) == 1);
        return nodes;
    }

    private static TimerState? TimerOf(ClusterNode node, string id) =>
        node.IsAlive ? node.Node.PartitionOf(id).TimerHere(id) : null;

    private static ITimerClient Timers(ClusterNode node) => node.Host.Services.GetRequiredService<ITimerClient>();
}
