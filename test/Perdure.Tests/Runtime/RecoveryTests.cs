using System.Collections.Concurrent;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Runtime.Support.CodeFunctions;

namespace Perdure.Tests.Runtime;

/// <summary>Functions that are gone, work that kills its process, and stops in the middle of everything.</summary>
public abstract class RecoveryTests(Setup setup) : HubTests(setup)
{
    [Fact]
    public async Task An_instance_whose_orchestrator_is_gone_waits_and_goes_on_when_it_is_back()
    {
        Code.Work = c => Task.FromResult<object?>("worked");
        Code.Main = async c =>
        {
            string e = await c.WaitForExternalEvent<string>("e");
            return e + await c.CallActivityAsync<string>("Work");
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilStatusAsync(id, OrchestrationRuntimeStatus.Running);
        await Hub.StopAsync();
        Hub.Functions = [typeof(ChildFunction), typeof(WorkFunction)];
        await Hub.StartAsync();
        await Client.RaiseEventAsync(id, "e", "kept ");
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Running);
        await Hub.RestartAsync();
        await Hub.UntilAsync(() => Hub.Log.All.Any(l => l.Event.Id == 21 && l.Text.Contains(id)));
        await Hub.StopAsync();
        Hub.Functions = Hub.AllFunctions;
        await Hub.StartAsync();
        (await Hub.OutputAsync<string>(id)).ShouldBe("kept worked");
    }

    [Fact]
    public async Task A_row_of_careful_mode_whose_message_is_gone_goes_too()
    {
        TaskKey key = new(EntityInstanceIds.TaskKey("items/gone"), 0, 0);
        TurnRows rows = new()
        {
            Partition = 0,
            InsertTasks = [new TaskRow(0, key.Key, 0, 0, Hub.Host.Node.Number, 0)],
        };
        Batch batch = new() { Node = 99, Lane = 0, Number = 1, At = 0, Fences = [], Turns = [rows] };
        (await Hub.Store.CommitAsync(batch)).Outcome.ShouldBe(CommitOutcome.Committed);
        await Hub.RestartAsync();
        TaskCompletionSource goes = new();
        Hub.Store.Before = written =>
        {
            if (written.Turns.Any(t => t.DeleteTasks?.Contains(key) is true))
                goes.TrySetResult();
            return Task.CompletedTask;
        };
        Hub.Clock.Skip(TimeSpan.FromSeconds(31));
        await Hub.UntilAsync(() => goes.Task.IsCompleted);
    }

    [Fact]
    public async Task An_activity_that_is_gone_waits_and_runs_when_it_is_back()
    {
        TaskCompletionSource release = new();
        int runs = 0;
        Code.Work = async c =>
        {
            if (Interlocked.Increment(ref runs) == 1)
                await release.Task;
            return "worked";
        };
        Code.Main = async c => await c.CallActivityAsync<string>("Work");
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(() => runs == 1);
        await Hub.DieAsync();
        Hub.Functions = [typeof(MainFunction)];
        await Hub.StartAsync();
        await Hub.UntilAsync(() => Hub.Log.All.Any(l => l.Event.Id == 41 && l.Text.Contains(id)));
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Running);
        await Hub.StopAsync();
        Hub.Functions = Hub.AllFunctions;
        await Hub.StartAsync();
        (await Hub.OutputAsync<string>(id)).ShouldBe("worked");
        release.SetResult();
    }

    [Fact]
    public async Task An_activity_that_kills_its_process_fails_in_the_end_and_innocent_ones_do_not()
    {
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.MaxDeaths = 3);
        ConcurrentDictionary<string, int> runs = new();
        Code.Work = async c =>
        {
            string what = c.GetInput<string>();
            runs.AddOrUpdate(what, 1, (_, n) => n + 1);
            if (what == "poison")
                await new TaskCompletionSource().Task;
            return what;
        };
        Code.Main = async c =>
        {
            try
            {
                return await c.CallActivityAsync<string>("Work", c.GetInput<string>());
            }
            catch (FunctionFailedException e)
            {
                return $"{e.Failure.ErrorType}: {e.Failure.ErrorMessage}";
            }
        };
        string poison = await Client.StartNewAsync("Main", "poison", "poison");
        await Hub.UntilAsync(() => runs.GetValueOrDefault("poison") == 1);
        for (int death = 0; death < 5; death++)
        {
            string innocent = await Client.StartNewAsync("Main", $"innocent{death}", "innocent");
            int before = runs["poison"];
            await Hub.CrashAsync();
            await Hub.UntilAsync(async () => runs["poison"] > before
                || (await Hub.StatusAsync(poison)).RuntimeStatus == OrchestrationRuntimeStatus.Completed);
            if ((await Hub.StatusAsync(poison)).RuntimeStatus == OrchestrationRuntimeStatus.Completed)
                break;
        }
        (await Hub.OutputAsync<string>(poison))!.ShouldStartWith(
            "Perdure.Poison: The process died 3 times while it ran the activity 'Work'");
        foreach (DurableOrchestrationStatus status
            in (await Client.ListInstancesAsync(new() { InstanceIdPrefix = "innocent" })).DurableOrchestrationState)
            (await Hub.OutputAsync<string>(status.InstanceId)).ShouldBe("innocent");
        Hub.Log.All.ShouldContain(l => l.Event.Id == 15);
    }

    [Fact]
    public async Task A_turn_that_kills_its_process_fails_in_the_end_and_innocent_ones_do_not()
    {
        Hub.ChecksReplay = false;
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.MaxDeaths = 3);
        using ManualResetEventSlim never = new();
        int runs = 0;
        Code.Main = c =>
        {
            Interlocked.Increment(ref runs);
            never.Wait();
            return Task.FromResult<object?>(null);
        };
        Code.Child = async c => await c.WaitForExternalEvent<int>("e");
        string poison = await Client.StartNewAsync("Main");
        string innocent = await Client.StartNewAsync("Child");
        for (int death = 0; death < 6; death++)
        {
            int before = runs;
            await Hub.CrashAsync();
            await Hub.UntilAsync(async () => runs > before
                || (await Hub.StatusAsync(poison)).RuntimeStatus == OrchestrationRuntimeStatus.Failed);
            if ((await Hub.StatusAsync(poison)).RuntimeStatus == OrchestrationRuntimeStatus.Failed)
                break;
        }
        (await Hub.EndAsync(poison))
            .Failure!.ErrorMessage.ShouldStartWith("The process died 3 times while it ran a turn");
        await Client.RaiseEventAsync(innocent, "e", 1);
        (await Hub.OutputAsync<int>(innocent)).ShouldBe(1);
        never.Set();
    }

    [Fact]
    public async Task A_stop_lets_activities_finish_and_their_results_are_durable()
    {
        TaskCompletionSource entered = new(), release = new();
        int runs = 0;
        Code.Work = async c =>
        {
            Interlocked.Increment(ref runs);
            entered.TrySetResult();
            await release.Task;
            return "worked";
        };
        Code.Main = async c => await c.CallActivityAsync<string>("Work");
        string id = await Client.StartNewAsync("Main");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20));
        IDurableClient client = Client;
        Task<DurableOrchestrationStatus> waiting = client.WaitForCompletionAsync(id);
        Task stop = Hub.StopAsync();
        (await Should.ThrowAsync<InvalidOperationException>(() => client.StartNewAsync("Main")))
            .Message.ShouldContain("is stopping");
        (await Should.ThrowAsync<InvalidOperationException>(() => client.RaiseEventAsync(id, "e")))
            .Message.ShouldContain("is stopping");
        stop.IsCompleted.ShouldBeFalse();
        release.SetResult();
        await stop;
        (await waiting).Output.GetString().ShouldBe("worked");
        await Hub.StartAsync();
        (await Hub.OutputAsync<string>(id)).ShouldBe("worked");
        runs.ShouldBe(1);
    }

    [Fact]
    public async Task After_the_drain_time_activities_are_cancelled_and_run_again_at_the_next_start()
    {
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.DrainTimeout = TimeSpan.FromMilliseconds(50));
        TaskCompletionSource entered = new();
        int runs = 0;
        Code.Work = async c =>
        {
            if (Interlocked.Increment(ref runs) > 1)
                return $"again {c.MayHaveRunBefore}";
            entered.TrySetResult();
            await Task.Delay(Timeout.Infinite, c.CancellationToken);
            return null;
        };
        Code.Main = async c => await c.CallActivityAsync<string>("Work");
        string id = await Client.StartNewAsync("Main");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Task<DurableOrchestrationStatus> waiting = Client.WaitForCompletionAsync(id);
        await Hub.RestartAsync();
        (await Should.ThrowAsync<InvalidOperationException>(() => waiting)).Message.ShouldContain("is stopping");
        (await Hub.OutputAsync<string>(id)).ShouldBe("again True");
        Hub.Log.All.ShouldContain(l => l.Event.Id == 3);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_ever_for_code_that_blocks_and_loses_nothing()
    {
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.DrainTimeout = TimeSpan.FromMilliseconds(50));
        using ManualResetEventSlim gate = new();
        int runs = 0;
        Code.Main = async c =>
        {
            if (Interlocked.Increment(ref runs) == 1)
                gate.Wait();
            return await c.WaitForExternalEvent<int>("e");
        };
        string id = await Client.StartNewAsync("Main");
        await Client.RaiseEventAsync(id, "e", 3);
        await Hub.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
        await Hub.StartAsync();
        (await Hub.OutputAsync<int>(id)).ShouldBe(3);
        gate.Set();
    }

    [Fact]
    public async Task Hundreds_of_instances_of_every_kind_survive_restarts_under_load()
    {
        Code.Work = async c =>
        {
            await Task.Yield();
            return c.GetInput<int>();
        };
        Code.Child = async c => await c.CallActivityAsync<int>("Work", c.GetInput<int>());
        Code.Main = async c =>
        {
            int n = c.GetInput<int>();
            int a = await c.CallActivityAsync<int>("Work", n);
            int b = await c.CallSubOrchestratorAsync<int>("Child", n);
            await c.CreateTimer(c.CurrentUtcDateTime.AddMilliseconds(1), CancellationToken.None);
            int d = await c.WaitForExternalEvent<int>("e");
            return a + b + d;
        };
        string[] ids = [.. Enumerable.Range(0, 100).Select(i => $"load-{i:000}")];
        await Task.WhenAll(ids.Select((id, i) => Client.StartNewAsync("Main", id, i)));
        await Hub.CrashAsync();
        await Task.WhenAll(ids.Select((id, i) => Client.RaiseEventAsync(id, "e", i)));
        await Hub.RestartAsync();
        for (int i = 0; i < ids.Length; i++)
            (await Hub.OutputAsync<int>(ids[i])).ShouldBe(3 * i);
    }
}

public sealed class RecoveryOnMemory() : RecoveryTests(Setup.Memory);
public sealed class RecoveryOnMemoryCold() : RecoveryTests(Setup.MemoryCold);
public sealed class RecoveryOnSqlite() : RecoveryTests(Setup.Sqlite);
public sealed class RecoveryOnSqliteCold() : RecoveryTests(Setup.SqliteCold);
