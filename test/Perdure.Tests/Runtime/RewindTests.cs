using System.Collections.Concurrent;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Failed orchestrations that go on: what is run again, what is kept, and what cannot be rewound.</summary>
public abstract class RewindTests(Setup setup) : HubTests(setup)
{
    private readonly ConcurrentDictionary<string, int> _runs = new();
    private readonly ConcurrentDictionary<string, int> _otherRuns = new();
    private readonly ConcurrentDictionary<string, bool> _broken = new();
    private readonly ConcurrentQueue<string> _keys = new();

    public override ValueTask InitializeAsync()
    {
        // Work tells its input; what is broken fails, and is counted all the same.
        Code.Work = c =>
        {
            string what = c.GetInput<string>();
            _runs.AddOrUpdate(what, 1, (_, n) => n + 1);
            _keys.Enqueue($"{what} {c.IdempotencyKey} {c.Attempt} {c.MayHaveRunBefore}");
            return _broken.ContainsKey(what)
                ? throw new InvalidOperationException($"{what} is broken")
                : Task.FromResult<object?>(what);
        };
        Code.Other = c =>
        {
            string what = c.GetInput<string>();
            return Task.FromResult<object?>($"{what} {_otherRuns.AddOrUpdate(what, 1, (_, n) => n + 1)}");
        };
        return base.InitializeAsync();
    }

    [Fact]
    public async Task A_failed_activity_runs_again_and_the_orchestration_completes()
    {
        Code.Main = async c =>
        {
            c.SetCustomStatus("working");
            string first = await c.CallActivityAsync<string>("Work", "a");
            return first + await c.CallActivityAsync<string>("Work", "b");
        };
        Break("b");
        string id = await FailAsync();
        DurableOrchestrationStatus failed = await Hub.StatusAsync(id);
        Mend("b");

        await Client.RewindAsync(id, "mended");
        (await Hub.OutputAsync<string>(id)).ShouldBe("ab");

        _runs.ShouldBe(new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }, ignoreOrder: true);
        string[] keys = [.. _keys.Where(k => k.StartsWith('b'))];
        keys[0].ShouldEndWith(" 1 False");
        keys[1].ShouldBe(keys[0].Replace("False", "True", StringComparison.Ordinal), "the same call, run before");
        DurableOrchestrationStatus status = await Hub.StatusAsync(id, history: true);
        status.Failure.ShouldBeNull();
        status.CustomStatus.GetString().ShouldBe("working");
        status.CreatedTime.ShouldBe(failed.CreatedTime);
        status.History!.Select(e => e.EventType).ShouldNotContain("TaskFailed");
        status.History!.Single(e => e.EventType == "ExecutionRewound").Reason.ShouldBe("mended");
        status.History!.Count(e => e.EventType == "ExecutionCompleted").ShouldBe(1);
        Hub.Log.All.ShouldContain(l => l.Event.Id == 33 && l.Text.Contains(id));
    }

    [Fact]
    public async Task A_fan_out_keeps_its_nine_results_and_runs_the_tenth()
    {
        Code.Main = async c => await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => c.CallActivityAsync<string>("Work", $"{i}")).ToArray());
        Break("7");
        string id = await FailAsync();
        Mend("7");
        await Client.RewindAsync(id, null);
        await Hub.CrashAsync();
        (await Hub.OutputAsync<string[]>(id)).ShouldBe(Enumerable.Range(0, 10).Select(i => $"{i}"));
        _runs.Where(r => r.Key != "7").ShouldAllBe(r => r.Value == 1);
        _runs["7"].ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task It_is_durable_when_it_returns_and_goes_on_after_a_restart_and_a_crash()
    {
        TaskCompletionSource gate = new();
        Code.Main = async c => await c.CallActivityAsync<string>("Work", "a");
        Break("a");
        string id = await FailAsync();
        await Hub.RestartAsync();
        Mend("a");
        Code.Work = async c =>
        {
            await gate.Task;
            return "late";
        };
        await Client.RewindAsync(id, null);
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Running);
        (await Client.ExplainAsync(id)).ShouldNotBeNull().ShouldContain("the activity 'Work' since ");
        await Hub.CrashAsync();
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Running);
        Task<DurableOrchestrationStatus> end = Hub.EndAsync(id);
        gate.SetResult();
        (await end).Output.GetString().ShouldBe("late", "who waits is told of the new end");
    }

    [Fact]
    public async Task A_retry_policy_gets_all_attempts_and_all_its_time_again()
    {
        RetryOptions options = new(TimeSpan.FromMinutes(1), 3) { RetryTimeout = TimeSpan.FromMinutes(10) };
        Code.Main = async c => await c.CallActivityWithRetryAsync<string>("Work", options, "a");
        Break("a");
        string id = await Client.StartNewAsync("Main");
        await RetryAsync(id, 1, 2);
        (await Hub.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        Hub.Clock.Skip(TimeSpan.FromHours(1));

        await Client.RewindAsync(id, null);
        await RetryAsync(id, 1, 1);
        await Hub.CrashAsync();
        await RetryAsync(id, 2, 2);
        (await Hub.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        _runs["a"].ShouldBeGreaterThanOrEqualTo(6);
        _keys.Select(k => k.Split(' ')[2]).Distinct().ShouldBe(["1", "2", "3"]);
        _keys.Select(k => k.Split(' ')[1]).Distinct().Count().ShouldBe(1, "one call, one key");

        Mend("a");
        await Client.RewindAsync(id, null);
        (await Hub.OutputAsync<string>(id)).ShouldBe("a");
    }

    [Fact]
    public async Task What_followed_a_caught_failure_is_kept_where_the_code_asks_for_it_again()
    {
        Code.Main = async c =>
        {
            string first;
            try
            {
                first = await c.CallActivityAsync<string>("Work", "first choice");
            }
            catch (FunctionFailedException)
            {
                first = await c.CallActivityAsync<string>("Other", "second choice");
            }
            string child = await c.CallSubOrchestratorAsync<string>("Child", $"child-of-{c.InstanceId}", "x");
            return $"{first}, {child}, {await c.CallActivityAsync<string>("Work", "last")}";
        };
        Code.Child = async c => await c.CallActivityAsync<string>("Other", c.GetInput<string>());
        Break("first choice");
        Break("last");
        string id = await FailAsync();
        Mend("last");
        await Client.RewindAsync(id, null);
        await Hub.CrashAsync();
        (await Hub.OutputAsync<string>(id)).ShouldBe("second choice 1, x 1, last");
        _otherRuns.ShouldAllBe(r => r.Value == 1);
        _keys.Where(k => k.StartsWith("last", StringComparison.Ordinal)).Select(k => k.Split(' ')[1]).Distinct()
            .Count().ShouldBe(1, "the call that failed is the call that runs again");
    }

    [Fact]
    public async Task Where_the_code_takes_another_way_nothing_is_taken_for_non_deterministic()
    {
        Code.Main = async c =>
        {
            try
            {
                await c.CallActivityAsync<string>("Work", "flight");
                return await c.CallActivityAsync<string>("Work", "hotel");
            }
            catch (FunctionFailedException)
            {
                await c.CallActivityAsync<string>("Work", "undo");
                throw;
            }
        };
        Break("flight");
        string id = await FailAsync();
        Mend("flight");
        await Client.RewindAsync(id, null);
        (await Hub.OutputAsync<string>(id)).ShouldBe("hotel");
        await Hub.RestartAsync();
        (await Hub.StatusAsync(id, history: true)).History!.Where(e => e.EventType == "TaskScheduled")
            .Select(e => e.Input!.Value.GetString()).ShouldBe(["flight", "hotel"], "what came to nothing is not shown");
    }

    [Fact]
    public async Task Failed_children_are_rewound_and_keep_what_they_had()
    {
        Code.Main = async c => await c.CallSubOrchestratorAsync<string>("Child", null, 1)
            + await c.CallActivityAsync<string>("Other", "main");
        Code.Child = async c =>
        {
            string own = await c.CallActivityAsync<string>("Other", $"child {c.GetInput<int>()}");
            return own + (c.GetInput<int>() < 3
                ? await c.CallSubOrchestratorAsync<string>("Child", null, c.GetInput<int>() + 1)
                : await c.CallActivityAsync<string>("Work", "deep"));
        };
        Break("deep");
        string id = await FailAsync();
        string[] before = await IdsAsync();
        before.Length.ShouldBe(4);
        Mend("deep");
        await Client.RewindAsync(id, "mended");
        (await Hub.OutputAsync<string>(id)).ShouldBe("child 1 1child 2 1child 3 1deepmain 1");
        (await IdsAsync()).ShouldBe(before, "the same children");
        foreach (string child in before)
            (await Hub.StatusAsync(child, history: true)).History!
                .Single(e => e.EventType == "ExecutionRewound").Reason.ShouldBe("mended");
    }

    [Fact]
    public async Task A_child_that_is_gone_or_was_terminated_is_started_anew()
    {
        Code.Main = async c => await c.CallSubOrchestratorAsync<string>("Child", $"child-of-{c.InstanceId}", null);
        Code.Child = async c => await c.CallActivityAsync<string>("Work", "a");
        Break("a");
        string gone = await FailAsync();
        await Client.PurgeInstanceHistoryAsync($"child-of-{gone}");
        Func<IDurableOrchestrationContext, Task<object?>> child = Code.Orchestrations["Child"];
        Code.Child = async c => await c.WaitForExternalEvent<string>("never");
        string ended = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(async () => await Client.GetStatusAsync($"child-of-{ended}") is not null);
        await Client.TerminateAsync($"child-of-{ended}", "stop");
        (await Hub.EndAsync(ended)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        Code.Child = child;
        Mend("a");
        Hub.ChecksReplay = false;
        foreach (string id in (string[])[gone, ended])
        {
            await Client.RewindAsync(id, null);
            (await Hub.OutputAsync<string>(id)).ShouldBe("a");
            (await Hub.StatusAsync($"child-of-{id}")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        }
    }

    [Fact]
    public async Task A_child_that_is_rewound_alone_answers_nobody_and_its_parent_finds_the_answer_later()
    {
        Code.Main = async c => await c.CallSubOrchestratorAsync<string>("Child", $"child-of-{c.InstanceId}", null);
        Code.Child = async c => await c.CallActivityAsync<string>("Work", "a");
        Break("a");
        string id = await FailAsync();
        Mend("a");
        await Client.RewindAsync($"child-of-{id}", null);
        (await Hub.OutputAsync<string>($"child-of-{id}")).ShouldBe("a");
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        await Client.RewindAsync(id, null);
        (await Hub.OutputAsync<string>(id)).ShouldBe("a");
        _runs["a"].ShouldBe(2);
    }

    [Fact]
    public async Task Timers_and_events_of_before_count()
    {
        Code.Main = async c =>
        {
            Task timer = c.CreateTimer(c.CurrentUtcDateTime.AddHours(1), CancellationToken.None);
            string e = await c.WaitForExternalEvent<string>("Go");
            await c.CallActivityAsync<string>("Work", "a");
            await timer;
            return e + await c.WaitForExternalEvent<string>("Go");
        };
        Break("a");
        string id = await Client.StartNewAsync("Main");
        await Client.RaiseEventAsync(id, "Go", "1");
        (await Hub.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        Hub.Clock.Skip(TimeSpan.FromMinutes(30));
        Mend("a");
        await Client.RewindAsync(id, null);
        await Client.RaiseEventAsync(id, "Go", "2");
        await Hub.UntilHistoryAsync(id, "TaskCompleted");
        Hub.Clock.Skip(TimeSpan.FromMinutes(29));
        await Client.RaiseEventAsync(id, "Other");
        (await Hub.StatusAsync(id, history: true)).History!.ShouldNotContain(e => e.EventType == "TimerFired");
        Hub.Clock.Skip(TimeSpan.FromMinutes(1));
        (await Hub.OutputAsync<string>(id)).ShouldBe("12");
    }

    [Fact]
    public async Task An_orchestrator_that_threw_by_itself_goes_on_once_its_code_is_mended()
    {
        bool throws = true;
        Code.Main = async c =>
        {
            Guid guid = c.NewGuid();
            string a = await c.CallActivityAsync<string>("Work", "a");
            return throws ? throw new InvalidOperationException("bug") : $"{a} {guid == c.NewGuid()}";
        };
        string id = await FailAsync();
        await Client.RewindAsync(id, null);
        (await Hub.EndAsync(id)).Failure!.ErrorMessage.ShouldBe("bug", "nothing has changed");
        throws = false;
        await Client.RewindAsync(id, null);
        (await Hub.OutputAsync<string>(id)).ShouldBe("a False");
        _runs["a"].ShouldBe(1);
        Hub.ChecksReplay = false;
    }

    [Fact]
    public async Task Changed_code_that_was_stopped_goes_on_when_the_old_code_is_back()
    {
        Func<IDurableOrchestrationContext, Task<object?>> code = async c =>
            await c.WaitForExternalEvent<string>("Go") + await c.CallActivityAsync<string>("Work", "a");
        Code.Main = code;
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilStatusAsync(id, OrchestrationRuntimeStatus.Running);
        await Hub.StopAsync();
        Code.Main = async c => await c.CallActivityAsync<string>("Work", "other");
        await Hub.StartAsync();
        await Client.RaiseEventAsync(id, "Go", "went ");
        (await Hub.EndAsync(id)).Failure!.ErrorType.ShouldBe(typeof(NonDeterministicOrchestrationException).FullName);
        Code.Main = code;
        await Client.RewindAsync(id, "deployed");
        (await Hub.OutputAsync<string>(id)).ShouldBe("went a");
    }

    [Fact]
    public async Task Only_what_has_failed_can_be_rewound()
    {
        Code.Main = async c => await c.WaitForExternalEvent<string>("Go");
        (await Should.ThrowAsync<ArgumentException>(() => Client.RewindAsync("nobody", null)))
            .Message.ShouldContain("'nobody'");
        await Should.ThrowAsync<ArgumentException>(() => Client.RewindAsync("no/id", null));
        string id = await Client.StartNewAsync("Main");
        await ThrowsAsync();
        await Client.RaiseEventAsync(id, "Go", "1");
        await Hub.EndAsync(id);
        await ThrowsAsync();
        string ended = await Client.StartNewAsync("Main", id);
        await Client.TerminateAsync(ended, null);
        await ThrowsAsync();

        async Task ThrowsAsync() =>
            (await Should.ThrowAsync<InvalidOperationException>(() => Client.RewindAsync(id, null)))
                .Message.ShouldContain("only a failed orchestration can be rewound");
    }

    [Fact]
    public async Task Of_many_who_rewind_at_once_one_does_it()
    {
        Code.Main = async c => await c.CallActivityAsync<string>("Work", "a");
        Break("a");
        string id = await FailAsync();
        TaskCompletionSource gate = new();
        Code.Work = async c =>
        {
            await gate.Task;
            return "a";
        };
        Task[] requests = [.. Enumerable.Range(0, 20).Select(_ => Task.Run(() => Client.RewindAsync(id, null)))];
        await Hub.UntilAsync(() => requests.All(r => r.IsCompleted));
        requests.Count(r => r.IsCompletedSuccessfully).ShouldBe(1);
        gate.SetResult();
        (await Hub.OutputAsync<string>(id)).ShouldBe("a");
    }

    private void Break(string what) => _broken[what] = true;

    private void Mend(string what) => _broken.TryRemove(what, out _);

    private async Task<string> FailAsync()
    {
        string id = await Client.StartNewAsync("Main");
        (await Hub.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        return id;
    }

    /// <summary>Lets these waits between attempts go by; what is void is not counted.</summary>
    private async Task RetryAsync(string id, int from, int to)
    {
        for (int i = from; i <= to; i++)
        {
            await Hub.UntilHistoryAsync(id, "TimerCreated", i);
            Hub.Clock.Skip(TimeSpan.FromMinutes(1));
        }
    }

    private async Task<string[]> IdsAsync() =>
        [.. (await Client.ListInstancesAsync(new())).DurableOrchestrationState.Select(i => i.InstanceId).Order()];
}

public sealed class RewindOnMemory() : RewindTests(Setup.Memory);
public sealed class RewindOnMemoryCold() : RewindTests(Setup.MemoryCold);
public sealed class RewindOnSqlite() : RewindTests(Setup.Sqlite);
public sealed class RewindOnSqliteCold() : RewindTests(Setup.SqliteCold);
