using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Queues: what is delivered how often and in which order, and what becomes of it.</summary>
public abstract class QueueTests(Setup setup) : HubTests(setup)
{
    private readonly ConcurrentQueue<string> _ran = [];

    private IQueueClient Queues => Hub.Queues;

    [Fact]
    public async Task A_message_runs_its_function_once_and_is_gone()
    {
        Code.Item = Ran;
        string id = await Queues.SendAsync("Items", "tea");
        await Hub.UntilAsync(() => _ran.Count == 1);
        _ran.ShouldBe([$"tea {id} 1"]);
        await EmptyAsync();
        await Hub.CrashAsync();
        await EmptyAsync();
        _ran.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_that_was_accepted_survives_the_process()
    {
        TaskCompletionSource never = new();
        int begun = 0;
        Code.Item = _ =>
        {
            Interlocked.Increment(ref begun);
            return never.Task;
        };
        for (int i = 0; i < 20; i++)
            await Queues.SendAsync("items", $"{i}");
        await Hub.UntilAsync(() => begun == 20);
        await Hub.DieAsync();
        Code.Item = Ran;
        await Hub.StartAsync();
        await Hub.UntilAsync(() => _ran.Count == 20);
        _ran.Select(r => r.Split(' ')[0]).Order().ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}").Order());
        _ran.ShouldAllBe(r => r.EndsWith(" 1", StringComparison.Ordinal), "a death is no failure of the function");
    }

    [Fact]
    public async Task What_fails_is_delivered_again_when_it_is_due_also_by_the_next_process()
    {
        Code.Item = async call =>
        {
            await Ran(call);
            if (call.Retry.RetryCount < 2)
                throw new InvalidOperationException($"not yet {call.Retry.RetryCount}");
        };
        await Queues.SendAsync("items", "tea");
        await Hub.UntilAsync(() => _ran.Count == 1);
        await FailedAsync(1);
        await Hub.CrashAsync();
        await EmptyAsync(waiting: 1);
        _ran.Count.ShouldBe(1, "it is not due");
        Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        await Hub.UntilAsync(() => _ran.Count == 2);
        await FailedAsync(2);
        Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        await Hub.UntilAsync(() => _ran.Count == 3);
        await EmptyAsync();
        (await DeadLettersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_fails_too_often_is_put_aside_with_its_whole_story()
    {
        Code.Item = async call =>
        {
            await Ran(call);
            throw new InvalidOperationException($"attempt {call.Retry.RetryCount} of {call.Retry.MaxRetryCount}");
        };
        string id = await Queues.SendAsync("items", "tea", new QueueSendOptions { SessionId = "s" });
        for (int i = 1; i <= 3; i++)
        {
            await Hub.UntilAsync(() => _ran.Count == i, $"{i} attempts");
            await FailedAsync(i);
            Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        }
        await EmptyAsync();
        DeadLetterRow dead = (await DeadLettersAsync()).ShouldHaveSingleItem();
        (dead.Source, dead.Function, dead.EventId, dead.Order).ShouldBe(("queue items", "Item", id, "s"));
        (dead.Class, dead.State).ShouldBe((DeadLetterReason.Exception, DeadLetterState.Active));
        string record = Encoding.UTF8.GetString(dead.Record.Span);
        record.ShouldContain("\"body\":\"tea\"");
        for (int i = 0; i < 3; i++)
            record.ShouldContain($"attempt {i} of 2");
        await Hub.UntilAsync(
            () => Hub.Log.All.Any(l => l.Text.Contains($"Message {id} of the queue items is put aside")));
    }

    [Fact]
    public async Task What_its_function_rejects_is_put_aside_at_once()
    {
        Code.Item = async call =>
        {
            await Ran(call);
            throw new DeadLetterException("no such customer");
        };
        await Queues.SendAsync("items", "tea");
        await EmptyAsync();
        (await DeadLettersAsync()).ShouldHaveSingleItem().Class.ShouldBe(DeadLetterReason.Rejected);
        _ran.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_session_keeps_its_order_while_its_first_waits_and_nobody_else_does()
    {
        Code.Item = async call =>
        {
            if (call is { Item: "a1", Retry.RetryCount: 0 })
                throw new InvalidOperationException("not yet");
            await Ran(call);
        };
        foreach (string item in new[] { "a1", "a2", "b1", "a3", "b2" })
            await Queues.SendAsync("items", item, new QueueSendOptions { SessionId = item[..1] });
        await Queues.SendAsync("items", "c");
        await Hub.UntilAsync(() => _ran.Count == 3);
        await FailedAsync(1);
        Items().Where(i => i[0] == 'b').ShouldBe(["b1", "b2"]);
        Items().ShouldContain("c");
        await Hub.CrashAsync();
        await EmptyAsync(waiting: 3);
        Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        await EmptyAsync();
        Items().Where(i => i[0] == 'a').ShouldBe(["a1", "a2", "a3"]);
    }

    [Fact]
    public async Task What_a_function_starts_and_sends_leaves_with_its_end_and_not_at_all_when_it_fails()
    {
        Code.Main = c => Task.FromResult<object?>(c.GetInput<string>());
        Code.Item = async call =>
        {
            await call.Client.StartNewAsync("Main", $"run-{call.Item}", call.Item);
            await call.Client.SignalEntityAsync(new EntityId("Thing", "log"), "Add", call.Item);
            (await call.Client.GetStatusAsync($"run-{call.Item}")).ShouldBeNull("it has not left yet");
            if (call.Item == "bad")
                throw new DeadLetterException();
        };
        await Queues.SendAsync("items", "bad");
        await EmptyAsync();
        await Queues.SendAsync("items", "good");
        (await Hub.OutputAsync<string>(await StartedAsync("run-good"))).ShouldBe("good");
        await Hub.UntilAsync(async () =>
            (await Client.ReadEntityStateAsync<List<string>>(new EntityId("Thing", "log"))).EntityExists);
        (await Client.ReadEntityStateAsync<List<string>>(new EntityId("Thing", "log"))).EntityState.ShouldBe(["good"]);
        (await Client.GetStatusAsync("run-bad")).ShouldBeNull();
    }

    [Fact]
    public async Task What_leaves_with_a_message_is_one_batch_with_its_acknowledgement()
    {
        Code.Main = _ => Task.FromResult<object?>("started");
        Code.Item = call => call.Client.StartNewAsync("Main", "the-run", call.Item);
        TaskCompletionSource reached = new(), never = new();
        Hub.Store.Before = batch =>
        {
            if (!batch.Turns.Any(t => t is { DeleteMessages: not null, InsertMessages: not null }))
                return Task.CompletedTask;
            reached.TrySetResult();
            return never.Task;
        };
        await Queues.SendAsync("items", "tea");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await Hub.DieAsync();
        await Hub.StartAsync();
        (await Hub.OutputAsync<string>(await StartedAsync("the-run"))).ShouldBe("started");
        await EmptyAsync();
    }

    [Fact]
    public async Task A_delayed_message_waits()
    {
        Code.Item = Ran;
        await Queues.SendAsync("items", "later", new QueueSendOptions { Delay = TimeSpan.FromHours(1) });
        await Queues.SendAsync("items", "now");
        await Hub.UntilAsync(() => _ran.Count == 1);
        Items().ShouldBe(["now"]);
        await Hub.RestartAsync();
        Hub.Clock.Skip(TimeSpan.FromMinutes(60));
        await Hub.UntilAsync(() => _ran.Count == 2);
        Items().ShouldBe(["now", "later"]);
    }

    [Fact]
    public async Task Of_very_many_messages_few_have_their_bodies_in_memory_and_all_are_run()
    {
        using SemaphoreSlim goOn = new(0);
        int ran = 0;
        Code.Item = async call =>
        {
            await goOn.WaitAsync();
            call.Item.Length.ShouldBe(10_000 + (call.Message.Id.Length % 2));
            Interlocked.Increment(ref ran);
        };
        string large = new('x', 10_000);
        const int Count = 2_500;
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => Queues.SendAsync(
            "items", large + (i % 2 == 0 ? "" : "y"),
            new QueueSendOptions { MessageId = i % 2 == 0 ? $"{i:0000}" : $"{i:00000}" })));
        Enumerable.Range(0, Hub.Host.Node.Partitions).Sum(p => Hub.Host.Node.Partition(p).QueuedHere("items").Bodies)
            .ShouldBeLessThan(Count - 100);
        goOn.Release(Count);
        await Hub.UntilAsync(() => ran == Count);
        await EmptyAsync();
    }

    [Fact]
    public async Task The_span_of_a_run_is_below_that_of_the_sender_whatever_the_id_of_the_message()
    {
        ConcurrentQueue<Activity> spans = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = s => s.Name is "Perdure" or "test",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using ActivitySource source = new("test");
        string id = NewId("message");
        ActivityTraceId trace;
        Code.Item = Ran;
        using (Activity sender = source.StartActivity("sender")!)
        {
            trace = sender.TraceId;
            await Queues.SendAsync("items", "tea", new QueueSendOptions { MessageId = id });
        }
        await Queues.SendAsync("items", "by nobody");
        await Hub.UntilAsync(() => _ran.Count == 2);
        await Hub.UntilAsync(() => spans.Any(s => s.TraceId == trace && s.OperationName == "process items"));
        Activity span = spans.First(s => s.TraceId == trace && s.OperationName == "process items");
        (span.Kind, span.GetTagItem("messaging.message.id")).ShouldBe((ActivityKind.Consumer, id));
    }

    [Fact]
    public async Task A_stop_that_cuts_a_function_short_is_no_failure()
    {
        TaskCompletionSource runs = new();
        Code.Item = async call =>
        {
            runs.TrySetResult();
            await Task.Delay(Timeout.Infinite, call.CancellationToken);
        };
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.DrainTimeout = TimeSpan.Zero);
        await Queues.SendAsync("items", "tea");
        await runs.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await Hub.StopAsync();
        Code.Item = Ran;
        await Hub.StartAsync();
        await Hub.UntilAsync(() => _ran.Count == 1);
        _ran.ShouldAllBe(r => r.EndsWith(" 1", StringComparison.Ordinal));
        await EmptyAsync();
    }

    [Fact]
    public async Task A_queue_that_nobody_has_is_an_error_that_names_those_that_there_are()
    {
        ArgumentException e = await Should.ThrowAsync<ArgumentException>(() => Queues.SendAsync("nobody", "tea"));
        e.Message.ShouldBe("No function of this hub has the queue 'nobody'. Known: items.");
        await Should.ThrowAsync<ArgumentException>(
            () => Queues.SendAsync("items", "tea", new QueueSendOptions { Delay = TimeSpan.FromDays(-1) }));
        await Should.ThrowAsync<ArgumentException>(
            () => Queues.SendAsync("items", "tea", new QueueSendOptions { SessionId = "\ud800" }));
    }

    private Task Ran(ItemCall call)
    {
        _ran.Enqueue($"{call.Item} {call.Message.Id} {call.Message.DequeueCount}");
        return Task.CompletedTask;
    }

    private IEnumerable<string> Items() => _ran.Select(r => r.Split(' ')[0]);

    private async Task<string> StartedAsync(string id)
    {
        await Hub.UntilAsync(async () => await Client.GetStatusAsync(id) is not null);
        return id;
    }

    /// <summary>Until no more than this waits in the queue, in memory and in the store.</summary>
    private Task EmptyAsync(int waiting = 0) => Hub.UntilAsync(
        async () => (await StoredAsync()).Count == waiting, $"{waiting} messages are left");

    /// <summary>Until so many failures are stored, of the message or of its dead letter.</summary>
    private Task FailedAsync(int count) => Hub.UntilAsync(
        async () => (await StoredAsync()).Any(b => b.Contains($"\"failures\":{count}", StringComparison.Ordinal))
            || (await DeadLettersAsync()).Count > 0,
        $"{count} failures are stored");

    private async Task<List<string>> StoredAsync()
    {
        List<string> bodies = [];
        for (int partition = 0; partition < Hub.Host.Node.Partitions; partition++)
        {
            IReadOnlyList<MessageRow> rows = await Hub.Store.ReadMessagesAsync(
                partition, long.MinValue, long.MinValue, 1000, CancellationToken.None);
            bodies.AddRange(rows.Select(r => Encoding.UTF8.GetString(r.Body.Span)));
        }
        return bodies;
    }

    private async Task<IReadOnlyList<DeadLetterRow>> DeadLettersAsync() =>
        (await Hub.Store.QueryDeadLettersAsync(new DeadLetterQuery { PageSize = 100 }, CancellationToken.None)).Rows;
}

public sealed class QueuesOnMemory() : QueueTests(Setup.Memory);
public sealed class QueuesOnSqlite() : QueueTests(Setup.Sqlite);
