using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Many dead letters that run again, a few at a time.</summary>
public abstract class ReplayTests(Setup setup) : HubTests(setup)
{
    private static readonly DeadLetterFilter s_items = new() { Source = "queue items" };

    private readonly ConcurrentQueue<string> _ran = [];
    private int _running;
    private int _runningMost;

    private IDeadLetterClient DeadLetters => Hub.Provider.GetRequiredService<IDeadLetterClient>();

    [Fact]
    public async Task All_that_fit_run_once_and_few_at_a_time()
    {
        await PutAsideAsync(40);
        Code.Events = _ => throw new DeadLetterException("no");
        await Hub.Streams.AppendAsync("events", "other", "k");
        await ActiveAsync(41);
        Code.Item = RunAsync;
        string id = await DeadLetters.OnBehalfOf("Ada").StartReplayAsync(
            s_items, new DeadLetterReplayOptions { RatePerSecond = 10_000 });
        await EndedAsync(id, DeadLetterReplayState.Completed);
        DeadLetterReplay replay = (await DeadLetters.GetReplayAsync(id))!;
        (replay.Succeeded, replay.Failed, replay.Author).ShouldBe((40, 0, "Ada"));
        _ran.Order().ShouldBe(Enumerable.Range(0, 40).Select(i => $"{i}").Order());
        _runningMost.ShouldBeInRange(1, 4);
        (await ActiveAsync(1)).Single().EventId.ShouldNotBeNull();
        (await DeadLetters.ListAsync(s_items)).DeadLetters
            .ShouldAllBe(d => d.State == DeadLetterState.Resolved && d.Trail[0].Author == "Ada");
        (await DeadLetters.CancelReplayAsync(id)).ShouldBeFalse();
        (await DeadLetters.GetReplayAsync("nothing")).ShouldBeNull();
    }

    [Fact]
    public async Task The_first_one_that_fails_stops_all_the_others()
    {
        await PutAsideAsync(20);
        string id = await DeadLetters.StartReplayAsync(s_items);
        await EndedAsync(id, DeadLetterReplayState.Stopped);
        DeadLetterReplay replay = (await DeadLetters.GetReplayAsync(id))!;
        (replay.Succeeded, replay.Failed).ShouldBe((0, 1));
        (await ActiveAsync(20)).Count(d => d.RevisionOf is not null).ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_canary_it_stops_after_as_many_failures_as_it_may_have()
    {
        await PutAsideAsync(30);
        string id = await DeadLetters.StartReplayAsync(
            s_items, new DeadLetterReplayOptions { Canary = false, StopAfterFailures = 3, MaxParallel = 1 });
        await EndedAsync(id, DeadLetterReplayState.Stopped);
        (await DeadLetters.GetReplayAsync(id))!.Failed.ShouldBe(3);
        (await ActiveAsync(30)).Count(d => d.RevisionOf is not null).ShouldBe(3);
    }

    [Fact]
    public async Task It_goes_on_when_the_process_dies_and_lets_nothing_run_twice()
    {
        Code.Events = _ => throw new DeadLetterException("no");
        for (int i = 0; i < 6; i++)
            await Hub.Streams.AppendAsync("events", $"{i}", "k");
        await ActiveAsync(6);
        TaskCompletionSource begun = new(), never = new();
        Code.Events = async call =>
        {
            if (call.Events[0] == "2")
            {
                begun.SetResult();
                await never.Task;
            }
            _ran.Enqueue(call.Events[0]);
            return BatchResult.Ok;
        };
        string id = await DeadLetters.StartReplayAsync(
            new DeadLetterFilter { FunctionName = "Events" }, new DeadLetterReplayOptions { MaxParallel = 1 });
        // The third begins when it is stored that the second is done: of what is not stored, a death repeats it.
        await Hub.UntilAsync(() => begun.Task.IsCompleted);
        await Hub.DieAsync();
        Code.Events = call =>
        {
            _ran.Enqueue(call.Events[0]);
            return Task.FromResult(BatchResult.Ok);
        };
        await Hub.StartAsync();
        await EndedAsync(id, DeadLetterReplayState.Completed);
        DeadLetterReplay replay = (await DeadLetters.GetReplayAsync(id))!;
        (replay.Succeeded, replay.Failed).ShouldBe((6, 0));
        _ran.ShouldBe(["0", "1", "2", "3", "4", "5"]);
    }

    [Fact]
    public async Task What_takes_long_keeps_no_slot_and_one_that_is_cancelled_lets_nothing_more_run()
    {
        await PutAsideAsync(3);
        TaskCompletionSource goesOn = new();
        Code.Item = async call =>
        {
            _ran.Enqueue(call.Item);
            await goesOn.Task;
        };
        string id = await DeadLetters.StartReplayAsync(s_items);
        await Hub.UntilAsync(() => _ran.Count == 1);
        Hub.Clock.Skip(TimeSpan.FromSeconds(11));
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        (await DeadLetters.GetReplayAsync(id))!.State.ShouldBe(DeadLetterReplayState.Running);
        (await DeadLetters.OnBehalfOf("Ada").CancelReplayAsync(id)).ShouldBeTrue();
        goesOn.SetResult();
        await EndedAsync(id, DeadLetterReplayState.Cancelled);
        await Hub.UntilAsync(async () => (await DeadLetters.ListAsync(new DeadLetterFilter
        {
            State = DeadLetterState.Resolved,
        })).DeadLetters.Count == 1);
        _ran.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_it_cannot_be_asked_is_refused()
    {
        await Should.ThrowAsync<ArgumentException>(DeadLetters.StartReplayAsync(new DeadLetterFilter()));
        await Should.ThrowAsync<ArgumentException>(DeadLetters.StartReplayAsync(
            new DeadLetterFilter { Source = "a", State = DeadLetterState.Discarded }));
        foreach (DeadLetterReplayOptions options in new DeadLetterReplayOptions[]
        {
            new() { RatePerSecond = 0 }, new() { MaxParallel = 101 }, new() { StopAfterFailures = 0 },
        })
            await Should.ThrowAsync<ArgumentException>(DeadLetters.StartReplayAsync(s_items, options));
    }

    private async Task PutAsideAsync(int count)
    {
        Code.Item = _ => throw new DeadLetterException("no");
        for (int i = 0; i < count; i++)
            await Hub.Queues.SendAsync("items", $"{i}");
        await ActiveAsync(count);
    }

    private async Task RunAsync(ItemCall call)
    {
        int running = Interlocked.Increment(ref _running);
        lock (_ran)
            _runningMost = Math.Max(_runningMost, running);
        _ran.Enqueue(call.Item);
        await Task.Yield();
        Interlocked.Decrement(ref _running);
    }

    private Task EndedAsync(string id, DeadLetterReplayState state) => Hub.UntilAsync(
        async () => (await DeadLetters.GetReplayAsync(id))!.State == state, $"the replay is {state}");

    private async Task<IReadOnlyList<DeadLetter>> ActiveAsync(int count)
    {
        IReadOnlyList<DeadLetter> found = [];
        await Hub.UntilAsync(async () => (found = (await DeadLetters.ListAsync(
            new DeadLetterFilter { State = DeadLetterState.Active })).DeadLetters).Count == count);
        return found;
    }
}

public sealed class ReplaysOnMemory() : ReplayTests(Setup.Memory);
public sealed class ReplaysOnSqlite() : ReplayTests(Setup.Sqlite);
