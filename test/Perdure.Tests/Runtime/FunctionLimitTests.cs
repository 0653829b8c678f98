using System.Collections.Concurrent;
using Perdure.Core.Scaling;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>What keeps functions from running: switches, limits that they share, times that they may take.</summary>
public abstract class FunctionLimitTests(Setup setup) : HubTests(setup)
{
    // As often as they may run again after a crash, each counts once.
    private readonly ConcurrentDictionary<string, bool> _items = new();
    private readonly ConcurrentDictionary<string, bool> _events = new();

    public override ValueTask InitializeAsync()
    {
        Code.Item = call =>
        {
            _items[call.Item] = true;
            return Task.CompletedTask;
        };
        Code.Events = call =>
        {
            foreach (string e in call.Events)
                _events[e] = true;
            return Task.FromResult(BatchResult.Ok);
        };
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_comes_for_a_disabled_function_waits_until_it_is_enabled()
    {
        await Hub.StartAsync(o => o.Functions["item"] = new FunctionOptions { Disabled = true });
        for (int i = 0; i < 5; i++)
            await Hub.Queues.SendAsync("items", $"{i}");
        await Hub.Streams.AppendAsync("events", "tea", "one");
        await Hub.UntilAsync(() => _events.Count == 1);
        await Hub.CrashAsync();
        FunctionDemand demand = (await Hub.Host.Scale.AdviseAsync(CancellationToken.None))
            .Functions.Single(f => f.Name == "Item");
        (demand.Backlog, demand.Desired, demand.Cap, _items.Count).ShouldBe((5, 0, "disabled", 0));
        Hub.Log.All.ShouldContain(l => l.Text.Contains("The function Item is disabled"));

        await Hub.StopAsync();
        await Hub.StartAsync(o => o.Functions["Events"] = new FunctionOptions { Disabled = true });
        await Hub.UntilAsync(() => _items.Count == 5);
        for (int i = 0; i < 5; i++)
            await Hub.Streams.AppendAsync("events", $"{i}", "one");
        await Hub.Queues.SendAsync("items", "more");
        await Hub.UntilAsync(() => _items.Count == 6);
        await Hub.CrashAsync();
        await Hub.Queues.SendAsync("items", "and more");
        await Hub.UntilAsync(() => _items.Count == 7);
        _events.Count.ShouldBe(1);

        await Hub.StopAsync();
        await Hub.StartAsync(static _ => { });
        await Hub.UntilAsync(() => _events.Count == 6);
        _items.Count.ShouldBe(7);
    }

    [Fact]
    public async Task Functions_that_share_a_limit_run_together_as_often_as_it_says()
    {
        int running = 0, most = 0, done = 0;
        SemaphoreSlim gate = new(0);
        async Task RunAsync()
        {
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await gate.WaitAsync();
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
        }

        Code.Item = _ => RunAsync();
        Code.Work = async _ =>
        {
            await RunAsync();
            return null;
        };
        Code.Other = static _ => Task.FromResult<object?>("free");
        Code.Main = static async c =>
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => c.CallActivityAsync("Work", null)));
            return null;
        };
        Code.Child = static async c => await c.CallActivityAsync<string>("Other", null);
        await Hub.StartAsync(o =>
        {
            o.ConcurrencyLimits["payments"] = 3;
            o.Functions["Item"] = new FunctionOptions { ConcurrencyLimit = "Payments" };
            o.Functions["Work"] = new FunctionOptions { ConcurrencyLimit = "payments", Concurrency = 2 };
        });
        string id = await Client.StartNewAsync("Main", NewId());
        for (int i = 0; i < 8; i++)
            await Hub.Queues.SendAsync("items", $"{i}");
        await Hub.UntilAsync(() => running == 3);
        // Who does not share it does not wait for it.
        (await Hub.OutputAsync<string>(await Client.StartNewAsync("Child", NewId()))).ShouldBe("free");
        for (int i = 0; i < 16; i++)
        {
            int before = done;
            gate.Release();
            await Hub.UntilAsync(() => done == before + 1 && running == Math.Min(3, 16 - done));
        }
        await Hub.EndAsync(id);
        most.ShouldBe(3);
    }

    [Fact]
    public async Task A_function_without_a_time_of_its_own_may_take_that_of_the_host()
    {
        TaskCompletionSource<CancellationToken> begun = new();
        Code.Item = async call =>
        {
            begun.TrySetResult(call.CancellationToken);
            await new TaskCompletionSource().Task.WaitAsync(call.CancellationToken);
        };
        Code.Work = static c => Task.FromResult<object?>(c.CancellationToken.CanBeCanceled);
        await Hub.StartAsync(o => o.FunctionTimeout = TimeSpan.FromMinutes(3));
        await Hub.Queues.SendAsync("items", "tea");
        CancellationToken token = await begun.Task;
        Hub.Clock.Skip(TimeSpan.FromMinutes(2));
        token.IsCancellationRequested.ShouldBeFalse();
        Hub.Clock.Skip(TimeSpan.FromMinutes(1.1));
        await Hub.UntilAsync(() => Hub.Log.All.Any(
            l => l.Exception is TimeoutException e && e.Message.Contains("'Item' did not end within 00:03:00")));
        await Hub.UntilAsync(() => token.IsCancellationRequested);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = most; value > seen; seen = most)
            Interlocked.CompareExchange(ref most, value, seen);
    }
}

public sealed class FunctionLimitsOnMemory() : FunctionLimitTests(Setup.Memory);
public sealed class FunctionLimitsOnSqlite() : FunctionLimitTests(Setup.Sqlite);
