using Microsoft.Extensions.DependencyInjection;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Usage: what is counted, when it is there, and that it is counted once.</summary>
public abstract class UsageTests(Setup setup) : HubTests(setup)
{
    private IUsageClient Usage => Hub.Provider.GetRequiredService<IUsageClient>();

    [Fact]
    public async Task A_message_is_counted_in_the_commit_that_takes_it_out_of_the_queue()
    {
        int runs = 0;
        Code.Item = _ => Interlocked.Increment(ref runs) % 3 == 0
            ? Task.CompletedTask
            : throw new InvalidOperationException("not yet");
        await Hub.Queues.SendAsync("items", "tea");
        for (int i = 1; i <= 3; i++)
        {
            await Hub.UntilAsync(async () => (await OfAsync("Item"))?.Executions == i);
            // Nothing is flushed: what is known of the message is in the store already.
            await Hub.CrashAsync();
            (await OfAsync("Item"))!.Executions.ShouldBe(i);
            Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        }
        UsageGroup item = (await OfAsync("Item"))!;
        (item.Succeeded, item.Failed, item.Retried, item.DeadLettered).ShouldBe((1, 2, 2, 0));
        item.BilledTime.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public async Task As_many_messages_are_counted_as_were_done_whenever_the_process_dies()
    {
        for (int i = 0; i < 100; i++)
            await Hub.Queues.SendAsync("items", $"{i}");
        for (int i = 0; i < 3; i++)
        {
            await Hub.CrashAsync();
            await Hub.Queues.SendAsync("items", $"more {i}");
        }
        await Hub.UntilAsync(async () => await WaitingAsync() == 0);
        (await OfAsync("Item"))!.Succeeded.ShouldBe(103);
    }

    [Fact]
    public async Task What_is_put_aside_is_counted()
    {
        Code.Item = static _ => throw new DeadLetterException("never");
        await Hub.Queues.SendAsync("items", "tea");
        Code.Events = static _ => throw new DeadLetterException("neither");
        await Hub.Streams.AppendAsync("events", "coffee", "one");
        await Hub.UntilAsync(async () => await OfAsync("Item") is { DeadLettered: 1 }
            && await OfAsync("Events") is { DeadLettered: 1 });
        (await OfAsync("Item"))!.Failed.ShouldBe(1);
    }

    [Fact]
    public async Task A_batch_of_events_is_one_execution()
    {
        int runs = 0;
        Code.Events = _ =>
        {
            Interlocked.Increment(ref runs);
            return Task.FromResult(BatchResult.Ok);
        };
        await Hub.Streams.AppendAsync(
            "events", Enumerable.Range(0, 25).Select(i => new StreamEntry($"{i}") { PartitionKey = "one" }));
        await Hub.UntilAsync(async () => await OfAsync("Events") is { Executions: 3 });
        runs.ShouldBe(3);
    }

    [Fact]
    public async Task Orchestrations_activities_and_entities_are_counted_within_a_second()
    {
        Code.Main = async c =>
        {
            await c.CallActivityWithRetryAsync<string>("Work", new RetryOptions(TimeSpan.FromSeconds(1), 2), null);
            return await c.CallEntityAsync<int>(new EntityId("Thing", "one"), "Add", "it");
        };
        Code.Work = static c => c.Attempt > 1
            ? Task.FromResult<object?>("ok")
            : throw new InvalidOperationException("once");
        string id = await Client.StartNewAsync("Main", NewId());
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(TimeSpan.FromSeconds(2));
        (await Hub.OutputAsync<int>(id)).ShouldBe(1);
        Hub.Clock.Skip(TimeSpan.FromSeconds(1));
        await Hub.UntilAsync(async () => await OfAsync("Main") is { Executions: 5, Succeeded: 5 });
        await Hub.UntilAsync(async () => await OfAsync("Work") is { Executions: 2, Failed: 1, Retried: 1 });
        await Hub.UntilAsync(async () => await OfAsync("Thing") is { Executions: 1 });
        (await Usage.QueryAsync(new UsageQuery { GroupBy = UsageGrouping.Trigger })).Select(g => g.Group)
            .ShouldBe(["activity", "entity", "orchestration"]);
        UsageGroup day = (await Usage.QueryAsync(new UsageQuery { GroupBy = UsageGrouping.Day }))
            .ShouldHaveSingleItem();
        (day.Group, day.Executions).ShouldBe(($"{Hub.Clock.GetUtcNow():yyyy-MM-dd}", 8));
        day.Cost.ShouldBe(
            (8 * 0.20m / 1_000_000) + ((decimal)day.GigabyteSeconds * 0.000016m), 0.000000001m);
    }

    [Fact]
    public async Task What_an_orchestration_awaits_is_no_time_and_what_an_activity_awaits_is()
    {
        TaskCompletionSource<object?> gate = new();
        TaskCompletionSource begun = new();
        Code.Main = static c => c.CallActivityAsync<object?>("Work", null);
        Code.Work = _ =>
        {
            begun.SetResult();
            return gate.Task;
        };
        string id = await Client.StartNewAsync("Main", NewId());
        await begun.Task;
        Hub.Clock.Skip(TimeSpan.FromSeconds(100.25));
        gate.SetResult(null);
        await Hub.EndAsync(id);
        await Hub.StopAsync();
        await Hub.StartAsync();
        UsageGroup work = (await OfAsync("Work"))!;
        work.WallTime.TotalSeconds.ShouldBeInRange(100.25, 120);
        work.BilledTime.ShouldBeGreaterThanOrEqualTo(work.WallTime);
        (work.BilledTime.TotalMilliseconds % 100).ShouldBe(0);
        // A process of .NET that runs tests holds more than 20 MB and less than 20 GB.
        work.GigabyteSeconds.ShouldBeInRange(2, 2_400);
        UsageGroup main = (await OfAsync("Main"))!;
        (main.Executions, main.WallTime < TimeSpan.FromSeconds(50)).ShouldBe((2, true));
    }

    [Fact]
    public async Task A_hub_where_nothing_runs_writes_nothing()
    {
        Code.Main = static c => c.WaitForExternalEvent<object?>("never");
        await Client.StartNewAsync("Main", NewId());
        await Hub.UntilAsync(async () =>
        {
            Hub.Clock.Skip(TimeSpan.FromSeconds(1));
            return await OfAsync("Main") is { Executions: 1 };
        });
        long batches = Hub.Host.Node.Batches;
        for (int i = 0; i < 100; i++)
            Hub.Clock.Skip(TimeSpan.FromSeconds(1));
        await Hub.Queues.SendAsync("items", "tea");
        await Hub.UntilAsync(async () => await OfAsync("Item") is { Executions: 1 });
        (Hub.Host.Node.Batches - batches).ShouldBeLessThanOrEqualTo(4, "of the message, its end and its memory");
    }

    [Fact]
    public async Task Usage_is_kept_as_long_as_the_options_say()
    {
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.Usage.Retention = TimeSpan.FromDays(10));
        await Hub.Queues.SendAsync("items", "tea");
        await Hub.UntilAsync(async () => await OfAsync("Item") is { Executions: 1 });
        Hub.Clock.Skip(TimeSpan.FromDays(9));
        await Hub.Queues.SendAsync("items", "tea");
        await Hub.UntilAsync(async () => await OfAsync("Item") is { Executions: 2 });
        Hub.Clock.Skip(TimeSpan.FromDays(2));
        await Hub.UntilAsync(async () =>
        {
            Hub.Clock.Skip(TimeSpan.FromMinutes(10));
            return await OfAsync("Item") is { Executions: 1 };
        });
    }

    [Fact]
    public async Task A_time_that_ends_before_it_begins_is_an_error()
    {
        DateTimeOffset now = Hub.Clock.GetUtcNow();
        ArgumentException e = await Should.ThrowAsync<ArgumentException>(
            () => Usage.QueryAsync(new UsageQuery { From = now, To = now.AddDays(-1) }));
        e.Message.ShouldStartWith($"It is from {now:u} to {now.AddDays(-1):u}; swap them.");
    }

    private async Task<UsageGroup?> OfAsync(string function) => (await Usage.QueryAsync(new UsageQuery()))
        .FirstOrDefault(g => g.Group == function);

    private async Task<long> WaitingAsync() =>
        (await Hub.Store.ReadBacklogAsync(30, CancellationToken.None)).Sum(b => b.Count);
}

public sealed class UsageOnMemory() : UsageTests(Setup.Memory);
public sealed class UsageOnSqlite() : UsageTests(Setup.Sqlite);
