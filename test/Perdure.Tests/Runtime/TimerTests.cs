using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class TimerTests(Setup setup) : HubTests(setup)
{
    [Fact]
    public async Task Fires_with_its_state_and_not_before_its_time()
    {
        Code.Main = async c =>
        {
            DateTime due = c.CurrentUtcDateTime.AddHours(1).AddTicks(7);
            string state = await c.CreateTimer(due, "state");
            return $"{state} {c.CurrentUtcDateTime >= due} {Hub.Clock.GetUtcNow() >= due || c.IsReplaying}";
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(TimeSpan.FromMinutes(59));
        // A turn after the skip shows that time was looked at.
        await Client.RaiseEventAsync(id, "look");
        (await Hub.StatusAsync(id, true)).History!.ShouldNotContain(e => e.EventType == "TimerFired");
        Hub.Clock.Skip(TimeSpan.FromMinutes(1));
        (await Hub.OutputAsync<string>(id)).ShouldBe("state True True");
    }

    [Fact]
    public async Task A_cancelled_timer_is_gone()
    {
        Code.Main = async c =>
        {
            using CancellationTokenSource cancel = new();
            Task timer = c.CreateTimer(c.CurrentUtcDateTime.AddHours(1), cancel.Token);
            await c.WaitForExternalEvent("stop");
            cancel.Cancel();
            try
            {
                await timer;
                return "fired";
            }
            catch (TaskCanceledException)
            {
                await c.WaitForExternalEvent("end");
                return "cancelled";
            }
        };
        string id = await Client.StartNewAsync("Main");
        await Client.RaiseEventAsync(id, "stop");
        await Hub.UntilHistoryAsync(id, "TimerCanceled");
        Hub.Clock.Skip(TimeSpan.FromHours(2));
        await Client.RaiseEventAsync(id, "end");
        (await Hub.OutputAsync<string>(id)).ShouldBe("cancelled");
        (await Hub.StatusAsync(id, true)).History!.ShouldNotContain(e => e.EventType == "TimerFired");
    }

    [Fact]
    public async Task A_timer_of_a_month_fires_over_restarts_and_crashes()
    {
        Code.Main = async c =>
        {
            DateTime started = c.CurrentUtcDateTime;
            await c.CreateTimer(started.AddDays(30), CancellationToken.None);
            return (c.CurrentUtcDateTime - started).TotalDays;
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(TimeSpan.FromDays(10));
        await Hub.RestartAsync();
        Hub.Clock.Skip(TimeSpan.FromDays(10));
        await Hub.CrashAsync();
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Running);
        await Hub.StopAsync();
        Hub.Clock.Skip(TimeSpan.FromDays(11));
        await Hub.StartAsync();
        (await Hub.OutputAsync<double>(id)).ShouldBeGreaterThanOrEqualTo(31);
    }

    [Fact]
    public async Task Hundreds_that_are_due_at_once_fire_once_each()
    {
        Code.Main = async c =>
        {
            DateTime due = c.CurrentUtcDateTime.AddMinutes(10);
            return (await Task.WhenAll(Enumerable.Range(0, 300).Select(i => c.CreateTimer(due, 1)))).Sum();
        };
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Client.StartNewAsync("Main")));
        foreach (string id in ids)
            await Hub.UntilHistoryAsync(id, "TimerCreated", 300);
        Hub.Clock.Skip(TimeSpan.FromMinutes(11));
        foreach (string id in ids)
        {
            (await Hub.OutputAsync<int>(id)).ShouldBe(300);
            (await Hub.StatusAsync(id, true)).History!.Count(e => e.EventType == "TimerFired").ShouldBe(300);
        }
    }

    [Fact]
    public async Task A_time_in_the_past_fires_at_once_and_order_follows_the_due_times()
    {
        Code.Main = async c =>
        {
            DateTime now = c.CurrentUtcDateTime;
            await c.CreateTimer(now.AddDays(-1), CancellationToken.None);
            List<int> order = [];
            async Task Wait(int minutes)
            {
                await c.CreateTimer(now.AddMinutes(minutes), CancellationToken.None);
                order.Add(minutes);
            }
            await Task.WhenAll(new[] { 3, 1, 2 }.Select(Wait));
            return order;
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TimerCreated", 4);
        Hub.Clock.Skip(TimeSpan.FromMinutes(5));
        (await Hub.OutputAsync<int[]>(id)).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task An_open_timer_does_not_keep_the_orchestration_from_ending()
    {
        Code.Main = c =>
        {
            _ = c.CreateTimer(c.CurrentUtcDateTime.AddDays(1), CancellationToken.None);
            return Task.FromResult<object?>("done");
        };
        string id = await Client.StartNewAsync("Main");
        (await Hub.OutputAsync<string>(id)).ShouldBe("done");
        Hub.Clock.Skip(TimeSpan.FromDays(2));
        await Client.PurgeInstanceHistoryAsync(id);
    }
}

public sealed class TimerOnMemory() : TimerTests(Setup.Memory);
public sealed class TimerOnMemoryCold() : TimerTests(Setup.MemoryCold);
public sealed class TimerOnSqlite() : TimerTests(Setup.Sqlite);
public sealed class TimerOnSqliteCold() : TimerTests(Setup.SqliteCold);
