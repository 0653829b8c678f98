using System.Collections.Concurrent;
using System.Text;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Streams: what is delivered how often and in which order, and where the checkpoints stand.</summary>
public abstract class StreamTests(Setup setup) : HubTests(setup)
{
    private const string Group = "$default";

    /// <summary>What ran to its end: event, partition and number.</summary>
    private readonly ConcurrentQueue<(string Event, int Partition, long Number)> _ran = [];

    private int _calls;

    [Fact]
    public async Task Events_run_once_and_in_the_order_of_their_keys_and_the_checkpoints_follow()
    {
        Code.Events = Ran;
        for (int i = 0; i < 60; i++)
            await Hub.Streams.AppendAsync("Events", $"{i}", $"key{i % 7}");
        await DoneAsync(60);
        foreach (IGrouping<int, string> key in _ran.Select(r => r.Event).GroupBy(e => int.Parse(e) % 7))
            key.Select(int.Parse).ShouldBe(key.Select(int.Parse).Order());
        await Hub.CrashAsync();
        await DoneAsync(60);
        _ran.Count.ShouldBe(60, "nothing runs again");
    }

    [Fact]
    public async Task Events_that_are_appended_together_run_in_batches()
    {
        Code.Events = Ran;
        IReadOnlyList<string> ids = await Hub.Streams.AppendAsync(
            "events", Enumerable.Range(0, 25).Select(i => new StreamEntry($"{i}") { PartitionKey = "one" }));
        ids.Distinct().Count().ShouldBe(25);
        await DoneAsync(25);
        _ran.Select(r => r.Event).ShouldBe(Enumerable.Range(0, 25).Select(i => $"{i}"));
        _ran.Select(r => r.Number).ShouldBe(Enumerable.Range(0, 25).Select(i => (long)i));
        _calls.ShouldBe(3);
    }

    [Fact]
    public async Task What_was_accepted_survives_the_process_and_runs_from_the_checkpoint_on()
    {
        TaskCompletionSource never = new();
        Code.Events = async call =>
        {
            if (call.Events.Contains("12"))
                await never.Task;
            return await Ran(call);
        };
        await AppendAsync("one", 0, 25);
        await Hub.UntilAsync(async () => await CheckpointAsync() == 10 && _calls == 1);
        await Hub.DieAsync();
        Code.Events = Ran;
        await Hub.StartAsync();
        await DoneAsync(25);
        _ran.Select(r => r.Event).ShouldBe(Enumerable.Range(0, 25).Select(i => $"{i}"));
    }

    [Fact]
    public async Task What_fails_runs_again_when_it_is_due_also_in_the_next_process_and_nothing_overtakes_it()
    {
        Code.Events = async call =>
        {
            await Ran(call);
            return call.Retry.RetryCount < 2 ? throw new InvalidOperationException("not yet") : BatchResult.Ok;
        };
        await AppendAsync("one", 0, 3);
        await FailedAsync(1);
        await AppendAsync("one", 3, 3);
        await Hub.CrashAsync();
        await Hub.UntilAsync(() => ReaderAsync() is { Result: { Failures: 1 } });
        Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        await FailedAsync(2);
        _ran.Select(r => r.Event).ShouldBe(["0", "1", "2", "0", "1", "2"]);
        Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        await Hub.UntilAsync(async () => await CheckpointAsync() == 3);
        (await DeadLettersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_one_to_blame_is_put_aside_with_its_story_and_the_others_run_once()
    {
        Code.Events = async call => call.Events.Contains("4")
            ? throw new InvalidOperationException($"attempt {call.Retry.RetryCount}")
            : await Ran(call);
        await AppendAsync("one", 0, 10);
        for (int i = 1; i <= 2; i++)
        {
            await FailedAsync(i);
            Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        }
        await Hub.UntilAsync(async () => await CheckpointAsync() == 10);
        _ran.Select(r => r.Event).Order().ShouldBe(["0", "1", "2", "3", "5", "6", "7", "8", "9"]);
        DeadLetterRow dead = (await DeadLettersAsync()).ShouldHaveSingleItem();
        (dead.Source, dead.Function, dead.Order, dead.Class)
            .ShouldBe(("stream events", "Events", "one", DeadLetterReason.Exception));
        string record = Encoding.UTF8.GetString(dead.Record.Span);
        record.ShouldContain("\"body\":\"4\"");
        record.ShouldContain("attempt 0");
        await Hub.UntilAsync(() => Hub.Log.All.Any(
            l => l.Text.Contains($"Event {dead.EventId} of the stream events is put aside", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Events_that_the_function_names_run_again_alone()
    {
        Code.Events = async call =>
        {
            int bad = call.Retry.RetryCount == 0 && call.Events.Length > 1 ? Array.IndexOf(call.Events, "1") : -1;
            await Ran(call with { Events = [.. call.Events.Where((_, i) => i != bad)] });
            return bad >= 0 ? BatchResult.Fail(bad) : BatchResult.Ok;
        };
        await AppendAsync("one", 0, 5);
        await DoneAsync(5);
        _ran.Select(r => r.Event).ShouldBe(["0", "2", "3", "4", "1"]);
    }

    [Fact]
    public async Task A_result_that_names_no_event_of_the_batch_is_a_failure()
    {
        Code.Events = _ => Task.FromResult(BatchResult.Fail(5));
        await AppendAsync("one", 0, 1);
        await FailedAsync(1);
        (await ReaderAsync()).Attempts[0].Failure.ErrorMessage.ShouldContain("names the event 5 of a batch of 1");
    }

    [Fact]
    public async Task What_a_function_sends_leaves_with_the_checkpoint_and_not_at_all_when_it_fails()
    {
        Code.Main = c => Task.FromResult<object?>(c.GetInput<string>());
        Code.Events = async call =>
        {
            foreach (string item in call.Events)
            {
                await call.Client.StartNewAsync("Main", $"order-{item}-{call.Retry.RetryCount}", item);
                await call.Client.SignalEntityAsync(new EntityId("Thing", "sum"), "Add", item);
            }
            return call.Retry.RetryCount == 0 ? throw new InvalidOperationException("not yet") : await Ran(call);
        };
        await AppendAsync("one", 0, 3);
        await FailedAsync(1);
        (await Hub.Client.GetStatusAsync("order-0-0")).ShouldBeNull();
        Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        await DoneAsync(3);
        // A start that has left with the checkpoint is durable, and taken a moment later.
        for (int i = 0; i < 3; i++)
        {
            await Hub.UntilAsync(async () => await Hub.Client.GetStatusAsync($"order-{i}-1") is not null);
            (await Hub.EndAsync($"order-{i}-1")).Output.ToString().ShouldBe($"{i}");
        }
        await Hub.UntilAsync(async () => (await Hub.Client.ReadEntityStateAsync<List<string>>(
            new EntityId("Thing", "sum"))).EntityState?.Count == 3);
    }

    [Fact]
    public async Task What_was_read_from_the_store_comes_in_the_same_order_as_what_was_just_appended()
    {
        Code.Events = _ => new TaskCompletionSource<BatchResult>().Task;
        await AppendAsync("one", 0, 1_500);
        await Hub.DieAsync();
        TaskCompletionSource goOn = new();
        Code.Events = async call =>
        {
            await goOn.Task;
            return await Ran(call);
        };
        await Hub.StartAsync();
        for (int i = 0; i < 12; i++)
            await AppendAsync("one", 1_500 + (1_000 * i), 1_000);
        goOn.SetResult();
        await DoneAsync(13_500);
        _ran.Select(r => int.Parse(r.Event)).ShouldBe(Enumerable.Range(0, 13_500));
    }

    [Fact]
    public async Task A_stop_waits_for_the_batch_that_runs_and_the_next_host_goes_on_behind_it()
    {
        TaskCompletionSource goOn = new();
        Code.Events = async call =>
        {
            Interlocked.Increment(ref _calls);
            await goOn.Task;
            return await Ran(call);
        };
        await AppendAsync("one", 0, 20);
        await Hub.UntilAsync(() => _calls == 1);
        Task stopped = Hub.StopAsync();
        goOn.SetResult();
        await stopped;
        Code.Events = Ran;
        await Hub.StartAsync();
        await DoneAsync(20);
        _ran.Select(r => r.Event).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}"));
    }

    [Fact]
    public async Task What_has_been_kept_long_enough_goes_and_what_nobody_has_processed_stays()
    {
        Code.Events = Ran;
        await AppendAsync("one", 0, 5);
        await AppendAsync("one", 5, 5);
        await DoneAsync(10);
        Code.Events = _ => new TaskCompletionSource<BatchResult>().Task;
        Hub.Clock.Skip(TimeSpan.FromDays(8));
        await AppendAsync("one", 10, 5);
        await AppendAsync("one", 15, 5);
        await Hub.UntilAsync(async () =>
        {
            await TrimAsync();
            return (await LogAsync()).Start == 10;
        });
        Hub.Clock.Skip(TimeSpan.FromDays(8));
        await AppendAsync("one", 20, 1);
        await TrimAsync();
        (await LogAsync()).Start.ShouldBe(10, "its group has not come further");
    }

    [Fact]
    public async Task A_stream_that_nobody_has_is_refused()
    {
        ArgumentException e = await Should.ThrowAsync<ArgumentException>(
            () => Hub.Streams.AppendAsync("unknown", "x"));
        e.Message.ShouldContain("'unknown'");
        e.Message.ShouldContain("Known: events.");
        await Should.ThrowAsync<ArgumentException>(() => Hub.Streams.AppendAsync("events", "x", new string('k', 257)));
        await Should.ThrowAsync<PayloadException>(
            () => Hub.Streams.AppendAsync("events", new string('x', 2 * 1024 * 1024)));
    }

    private async Task<BatchResult> Ran(EventsCall call)
    {
        Interlocked.Increment(ref _calls);
        for (int i = 0; i < call.Events.Length; i++)
            _ran.Enqueue((call.Events[i], call.Partition, call.Numbers[i]));
        await Task.Yield();
        return BatchResult.Ok;
    }

    private Task AppendAsync(string key, int first, int count) => Hub.Streams.AppendAsync(
        "events", Enumerable.Range(first, count).Select(i => new StreamEntry($"{i}") { PartitionKey = key }));

    /// <summary>Until all checkpoints are at the ends, and they are so far.</summary>
    private Task DoneAsync(long events) => Hub.UntilAsync(
        async () =>
        {
            long done = 0;
            foreach (string id in Hub.Host.Node.Streams.Logs("events"))
            {
                LogSummary log = await LogAsync(id);
                if (log.Readers.FirstOrDefault(r => r.Name == Group) is not { Log: not null } reader
                    || reader.Position != log.End)
                    return false;
                done += reader.Position;
            }
            return done == events;
        },
        $"{events} events are done");

    private Task FailedAsync(int count) => Hub.UntilAsync(
        async () => (await ReaderAsync()).Failures >= count, $"{count} failures are stored");

    private async Task<long> CheckpointAsync() => (await ReaderAsync()).Position;

    private async Task<ReaderState> ReaderAsync()
    {
        LogSummary log = await LogAsync();
        ReaderRow row = log.Readers.FirstOrDefault(r => r.Name == Group);
        return row.Log is null ? new() { Position = -1 } : ReaderStateCodec.Decode(row.Position, row.State);
    }

    /// <summary>Of the key <c>one</c>.</summary>
    private ValueTask<LogSummary> LogAsync() => LogAsync(Hub.Host.Node.Streams.LogFor("events", "one"));

    private ValueTask<LogSummary> LogAsync(string id) => Hub.Store.ReadLogAsync(
        InstanceIds.Partition(id, Hub.Host.Node.Partitions), id, CancellationToken.None);

    private Task TrimAsync() => new Perdure.Runtime.Streams.StreamRetention(Hub.Host.Node).RoundAsync(default);

    private async Task<IReadOnlyList<DeadLetterRow>> DeadLettersAsync() =>
        (await Hub.Store.QueryDeadLettersAsync(new DeadLetterQuery { PageSize = 100 }, CancellationToken.None)).Rows;
}

public sealed class StreamsOnMemory() : StreamTests(Setup.Memory);
public sealed class StreamsOnSqlite() : StreamTests(Setup.Sqlite);
