using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class ClientTests(Setup setup) : HubTests(setup)
{
    private const OrchestrationRuntimeStatus Running = OrchestrationRuntimeStatus.Running;

    [Fact]
    public async Task Of_fifty_starters_of_one_id_exactly_one_wins()
    {
        Code.Main = async c => await c.WaitForExternalEvent<int>("go");
        string[] ids = [NewId("a"), NewId("b")];
        int won = 0, lost = 0;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            try
            {
                await Client.StartNewAsync("Main", ids[i % 2], i);
                Interlocked.Increment(ref won);
            }
            catch (OrchestrationAlreadyExistsException e)
            {
                e.Message.ShouldContain(ids[i % 2]);
                Interlocked.Increment(ref lost);
            }
        })));
        (won, lost).ShouldBe((2, 98));
        foreach (string id in ids)
        {
            await Client.RaiseEventAsync(id, "go", 1);
            (await Hub.OutputAsync<int>(id)).ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_finished_id_can_be_started_again_with_a_history_of_its_own()
    {
        string id = NewId();
        Code.Main = c => Task.FromResult<object?>(c.GetInput<int>());
        for (int i = 0; i < 3; i++)
        {
            await Client.StartNewAsync("Main", id, i);
            DurableOrchestrationStatus status = await Hub.EndAsync(id);
            status.Output.GetInt32().ShouldBe(i);
            if (i == 1)
                await Hub.CrashAsync();
        }
        (await Hub.StatusAsync(id, true)).History!.Count(e => e.EventType == "ExecutionStarted").ShouldBe(1);
        (await Client.ListInstancesAsync(new())).DurableOrchestrationState.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_delayed_start_waits_its_time_over_restarts()
    {
        Code.Main = c => Task.FromResult<object?>(c.CurrentUtcDateTime);
        DateTimeOffset at = Hub.Clock.GetUtcNow().AddDays(3);
        string id = await Client.StartNewAsync("Main", new StartOptions { StartAt = at });
        await Should.ThrowAsync<OrchestrationAlreadyExistsException>(() => Client.StartNewAsync("Main", id));
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        Hub.Clock.Skip(TimeSpan.FromDays(2));
        await Hub.CrashAsync();
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        Hub.Clock.Skip(TimeSpan.FromDays(1));
        (await Hub.OutputAsync<DateTime>(id)).ShouldBeGreaterThanOrEqualTo(at.UtcDateTime.AddMilliseconds(-1));
    }

    [Fact]
    public async Task A_delayed_start_can_be_suspended_terminated_and_sent_events()
    {
        Code.Main = async c => await c.WaitForExternalEvent<string>("e");
        StartOptions Later(string id) => new() { InstanceId = id, StartAt = Hub.Clock.GetUtcNow().AddHours(1) };
        (string suspended, string terminated) = (NewId("s"), NewId("t"));
        await Client.StartNewAsync("Main", Later(suspended));
        await Client.StartNewAsync("Main", Later(terminated));
        await Client.SuspendAsync(suspended, "hold");
        await Client.RaiseEventAsync(suspended, "e", "kept");
        await Client.TerminateAsync(terminated, "never mind");
        (await Hub.StatusAsync(terminated)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        await Hub.CrashAsync();
        Hub.Clock.Skip(TimeSpan.FromHours(2));
        await Client.RaiseEventAsync(suspended, "look");
        (await Hub.StatusAsync(suspended)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Suspended);
        await Client.ResumeAsync(suspended, "go");
        (await Hub.OutputAsync<string>(suspended)).ShouldBe("kept");
        (await Hub.StatusAsync(terminated)).Output.GetString().ShouldBe("never mind");
    }

    [Fact]
    public async Task The_status_tells_everything_that_is_known()
    {
        Code.Work = c => Task.FromResult<object?>("result");
        Code.Main = async c =>
        {
            c.SetCustomStatus(new { Done = 1 });
            return await c.CallActivityAsync<string>("Work", "in");
        };
        (await Client.GetStatusAsync("nobody")).ShouldBeNull();
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.Versioning.Version = "8");
        string id = await Client.StartNewAsync("Main", new StartOptions { Version = "7" }, new { Name = "x" });
        await Hub.EndAsync(id);
        DurableOrchestrationStatus status = await Hub.StatusAsync(id, true);
        status.Name.ShouldBe("Main");
        status.InstanceId.ShouldBe(id);
        status.Version.ShouldBe("7");
        status.Input.ToString().ShouldBe("""{"Name":"x"}""");
        status.Output.GetString().ShouldBe("result");
        status.CustomStatus.ToString().ShouldBe("""{"Done":1}""");
        status.History!.Single(e => e.EventType == "TaskScheduled").Input!.Value.GetString().ShouldBe("in");
        status.History!.Single(e => e.EventType == "TaskCompleted").Result!.Value.GetString().ShouldBe("result");
        DurableOrchestrationStatus bare = (await Client.GetStatusAsync(id, true, showInput: false))!;
        bare.Input.ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        bare.History!.ShouldAllBe(e => e.Input == null);
        bare.History!.Where(e => e.EventType == "TaskCompleted").ShouldAllBe(e => e.Result == null);
        (await Client.GetStatusAsync([id, "nobody"])).Select(s => s?.InstanceId).ShouldBe([id, null]);
    }

    [Fact]
    public async Task A_restart_begins_again_with_the_same_input_under_a_new_id_or_the_same()
    {
        Code.Main = async c => $"{await c.WaitForExternalEvent<string>("e")} {c.GetInput<string>()}";
        Dictionary<string, string> tags = new() { ["of"] = "test" };
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.Versioning.Version = "3");
        string id = await Client.StartNewAsync(
            "Main", new StartOptions { InstanceId = NewId(), Version = "3", Tags = tags }, "input");
        string second = await Client.RestartAsync(id);
        second.ShouldNotBe(id);
        (await Should.ThrowAsync<OrchestrationAlreadyExistsException>(() => Client.RestartAsync(id, false)))
            .Message.ShouldContain($"'{id}'");
        foreach (string each in new[] { id, second })
        {
            await Client.RaiseEventAsync(each, "e", "first");
            (await Hub.OutputAsync<string>(each)).ShouldBe("first input");
        }

        (await Client.RestartAsync(id, restartWithNewInstanceId: false)).ShouldBe(id);
        await Client.RaiseEventAsync(id, "e", "second");
        (await Hub.OutputAsync<string>(id)).ShouldBe("second input");
        DurableOrchestrationStatus status = await Hub.StatusAsync(id);
        (status.Version, status.Tags["of"]).ShouldBe(("3", "test"));
        (await Should.ThrowAsync<ArgumentException>(() => Client.RestartAsync("nobody")))
            .Message.ShouldContain("nobody");
    }

    [Fact]
    public async Task Requests_to_the_missing_the_finished_and_the_suspended_end_clearly()
    {
        Code.Main = async c => await c.WaitForExternalEvent<string>("e");
        string id = await Client.StartNewAsync("Main");
        await Client.SuspendAsync(id, "hold");
        await Should.ThrowAsync<InvalidOperationException>(() => Client.SuspendAsync(id, "again"));
        await Client.RaiseEventAsync(id, "e", "1");
        await Client.ResumeAsync(id, null);
        await Hub.EndAsync(id);
        Func<string, Task>[] requests =
        [
            i => Client.RaiseEventAsync(i, "e"), i => Client.TerminateAsync(i, null), i => Client.SuspendAsync(i, null),
            i => Client.ResumeAsync(i, null),
        ];
        foreach (Func<string, Task> request in requests)
        {
            (await Should.ThrowAsync<InvalidOperationException>(() => request(id))).Message.ShouldContain("has ended");
            (await Should.ThrowAsync<ArgumentException>(() => request("nobody"))).Message.ShouldContain("'nobody'");
        }
    }

    [Fact]
    public async Task Suspended_instances_keep_everything_in_order_and_show_why()
    {
        Code.Work = c => Task.FromResult<object?>("worked");
        Code.Main = async c =>
        {
            await c.WaitForExternalEvent("go");
            Task<string> work = c.CallActivityAsync<string>("Work");
            List<int> seen = [];
            for (int i = 0; i < 3; i++)
                seen.Add(await c.WaitForExternalEvent<int>("e"));
            return $"{await work} {string.Join(",", seen)}";
        };
        string id = await Client.StartNewAsync("Main");
        await Client.RaiseEventAsync(id, "go");
        await Client.SuspendAsync(id, "for the audit");
        for (int i = 1; i <= 3; i++)
            await Client.RaiseEventAsync(id, "e", i);
        await Hub.CrashAsync();
        DurableOrchestrationStatus status = await Hub.StatusAsync(id);
        status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Suspended);
        status.Reason.ShouldBe("for the audit");
        await Client.ResumeAsync(id, "done");
        (await Hub.OutputAsync<string>(id)).ShouldBe("worked 1,2,3");
        (await Hub.StatusAsync(id)).Reason.ShouldBeNull();
    }

    [Fact]
    public async Task Histories_tell_who_asked_if_they_said_so()
    {
        Code.Main = async c => await c.WaitForExternalEvent<string>("go");
        string id = await Client.StartNewAsync("Main");
        await Client.OnBehalfOf("Ada").SuspendAsync(id, "lunch");
        await Client.OnBehalfOf("Bob").OnBehalfOf("Eve").ResumeAsync(id, "back");
        await Client.SuspendAsync(id, "again");
        await Client.OnBehalfOf("Ada").TerminateAsync(id, "enough");
        (await Hub.StatusAsync(id, true)).History!.Where(e => e.Reason is not null)
            .Select(e => (e.EventType, e.Reason, e.Author)).ShouldBe([
                ("ExecutionSuspended", "lunch", "Ada"), ("ExecutionResumed", "back", "Eve"),
                ("ExecutionSuspended", "again", null), ("ExecutionTerminated", "enough", "Ada")]);

        Code.Child = _ => throw new InvalidOperationException("broken");
        string failed = await Client.StartNewAsync("Child");
        await Client.WaitForCompletionAsync(failed);
        await Client.OnBehalfOf("Ada").RewindAsync(failed, "mended");
        (await Hub.StatusAsync(failed, true)).History!.Single(e => e.EventType == "ExecutionRewound").Author
            .ShouldBe("Ada");
        foreach (string name in new[] { "", " ", new string('x', 257), "\ud800" })
            Should.Throw<ArgumentException>(() => Client.OnBehalfOf(name));
    }

    [Fact]
    public async Task Terminate_ends_what_runs_what_is_suspended_and_what_waits_and_cancels_activities()
    {
        TaskCompletionSource cancelled = new();
        Code.Work = async c =>
        {
            using CancellationTokenRegistration _ = c.CancellationToken.Register(() => cancelled.TrySetResult());
            await cancelled.Task;
            return null;
        };
        Code.Main = async c =>
        {
            await c.CallActivityAsync("Work");
            return null;
        };
        Code.Child = async c => await c.WaitForExternalEvent<int>("never");
        string running = await Client.StartNewAsync("Main");
        string suspended = await Client.StartNewAsync("Child");
        await Client.SuspendAsync(suspended, null);
        await Hub.UntilHistoryAsync(running, "TaskScheduled");
        await Client.TerminateAsync(running, "stop");
        await Client.TerminateAsync(suspended, null);
        DurableOrchestrationStatus status = await Hub.StatusAsync(running, true);
        status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        status.Output.GetString().ShouldBe("stop");
        status.History![^2].Reason.ShouldBe("stop");
        (await Hub.EndAsync(suspended)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Waiting_for_the_end_has_a_limit_a_token_and_an_answer_for_everybody()
    {
        Code.Main = async c => await c.WaitForExternalEvent<int>("go");
        string id = await Client.StartNewAsync("Main");
        await Should.ThrowAsync<ArgumentException>(() => Client.WaitForCompletionAsync("nobody"));
        Task<DurableOrchestrationStatus> late = Client.WaitForCompletionAsync(id, TimeSpan.FromMinutes(1));
        using CancellationTokenSource cancel = new();
        Task<DurableOrchestrationStatus> cancelled = Client.WaitForCompletionAsync(id, null, cancel.Token);
        await Hub.UntilStatusAsync(id, Running);
        Hub.Clock.Skip(TimeSpan.FromMinutes(1));
        (await Should.ThrowAsync<TimeoutException>(() => late)).Message.ShouldContain(id);
        cancel.Cancel();
        await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
        Task<DurableOrchestrationStatus>[] waiting =
            [.. Enumerable.Range(0, 20).Select(_ => Client.WaitForCompletionAsync(id))];
        await Client.RaiseEventAsync(id, "go", 5);
        (await Task.WhenAll(waiting)).ShouldAllBe(s => s.Output.GetInt32() == 5);
        (await Client.WaitForCompletionAsync(id)).Output.GetInt32().ShouldBe(5);
    }

    [Fact]
    public async Task Purging_deletes_what_has_ended_and_only_that()
    {
        Code.Main = async c =>
        {
            if (c.GetInput<string>() == "wait")
                await c.WaitForExternalEvent("go");
            return c.GetInput<string>() == "fail" ? throw new InvalidOperationException() : null;
        };
        string[] inputs = ["ok", "fail", "wait", "ok", "fail"];
        string[] ids = [.. inputs.Select((s, i) => $"{s}{i}")];
        for (int i = 0; i < ids.Length; i++)
            await Client.StartNewAsync("Main", ids[i], inputs[i]);
        foreach (string id in ids.Where(i => !i.StartsWith("wait", StringComparison.Ordinal)))
            await Hub.EndAsync(id);
        (await Should.ThrowAsync<InvalidOperationException>(() => Client.PurgeInstanceHistoryAsync("wait2")))
            .Message.ShouldContain("has not ended");
        (await Client.PurgeInstanceHistoryAsync("nobody")).InstancesDeleted.ShouldBe(0);
        (await Client.PurgeInstanceHistoryAsync("ok0")).InstancesDeleted.ShouldBe(1);
        (await Client.GetStatusAsync("ok0")).ShouldBeNull();
        (await Client.PurgeInstanceHistoryAsync(["ok0", "fail1", "wait2"])).InstancesDeleted.ShouldBe(1);
        (await Client.PurgeInstanceHistoryAsync(default, null, [OrchestrationRuntimeStatus.Failed]))
            .InstancesDeleted.ShouldBe(1);
        (await Client.PurgeInstanceHistoryAsync(DateTime.UtcNow.AddDays(1), null, null)).InstancesDeleted.ShouldBe(0);
        (await Client.PurgeInstanceHistoryAsync(default, null, null)).InstancesDeleted.ShouldBe(1);
        (await Client.ListInstancesAsync(new())).DurableOrchestrationState.Select(s => s.InstanceId)
            .ShouldBe(["wait2"]);
        // The id is free, and what is purged does not come back.
        await Hub.CrashAsync();
        await Client.StartNewAsync("Main", "ok0", "ok");
        (await Hub.EndAsync("ok0")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task Lists_are_exact_page_by_page_and_filter_by_everything()
    {
        Code.Main = c => Task.FromResult<object?>(c.GetInput<int>());
        Code.Child = async c => await c.WaitForExternalEvent<int>("go");
        List<string> ids = [];
        for (int i = 0; i < 25; i++)
        {
            ids.Add(await Client.StartNewAsync(i % 5 == 0 ? "Child" : "Main", new StartOptions
            {
                InstanceId = $"{(i < 10 ? "early" : "late")}-{i:00}",
                Tags = new Dictionary<string, string> { ["mod"] = $"{i % 3}" },
            }, i));
            if (i % 5 != 0)
                await Hub.EndAsync(ids[^1]);
        }
        await Client.SuspendAsync("early-05", "x");
        foreach (int size in new[] { 1, 7, 25, 1000 })
            (await ListAsync(new() { PageSize = size })).ShouldBe(ids);
        (await ListAsync(new() { InstanceIdPrefix = "late-1", PageSize = 3 })).ShouldBe(ids[10..20]);
        (await ListAsync(new() { Name = "CHILD" })).ShouldBe(["early-00", "early-05", "late-10", "late-15", "late-20"]);
        await Hub.UntilAsync(async () => (await ListAsync(new() { RuntimeStatus = [Running] })).Count == 4);
        (await ListAsync(new() { RuntimeStatus = [OrchestrationRuntimeStatus.Suspended] })).ShouldBe(["early-05"]);
        (await ListAsync(new() { RuntimeStatus = [Running, OrchestrationRuntimeStatus.Suspended] })).Count.ShouldBe(5);
        (await ListAsync(new() { RuntimeStatus = [OrchestrationRuntimeStatus.Completed], PageSize = 6 }))
            .Count.ShouldBe(20);
        (await ListAsync(new() { RuntimeStatus = [] })).Count.ShouldBe(25);
        (await ListAsync(new() { RuntimeStatus = [OrchestrationRuntimeStatus.Canceled] })).ShouldBeEmpty();
        (await ListAsync(new() { Tag = new("mod", "2"), InstanceIdPrefix = "early" }))
            .ShouldBe(["early-02", "early-05", "early-08"]);
        DateTime middle = (await Hub.StatusAsync("late-10")).CreatedTime;
        List<string> since = await ListAsync(new() { CreatedTimeFrom = middle });
        since.ShouldBe(ids[^since.Count..]);
        since.ShouldContain("late-10");
        (await ListAsync(new() { CreatedTimeTo = middle })).ShouldContain("late-10");
        OrchestrationStatusQueryResult page = await Client.ListInstancesAsync(new() { ShowInput = false });
        page.DurableOrchestrationState.ShouldAllBe(s => s.Input.ValueKind == System.Text.Json.JsonValueKind.Null);
        page.ContinuationToken.ShouldBeNull();
        await Should.ThrowAsync<ArgumentException>(
            () => Client.ListInstancesAsync(new() { ContinuationToken = "rubbish" }));
    }

    private async Task<List<string>> ListAsync(OrchestrationStatusQueryCondition condition)
    {
        List<string> ids = [];
        do
        {
            OrchestrationStatusQueryResult page = await Client.ListInstancesAsync(condition);
            string[] found = [.. page.DurableOrchestrationState.Select(s => s.InstanceId)];
            found.Length.ShouldBeLessThanOrEqualTo(condition.PageSize);
            ids.AddRange(found);
            condition.ContinuationToken = page.ContinuationToken;
        }
        while (condition.ContinuationToken is not null);
        (await Client.CountInstancesAsync(condition)).ShouldBe(ids.Count);
        return ids;
    }
}

public sealed class ClientOnMemory() : ClientTests(Setup.Memory);
public sealed class ClientOnMemoryCold() : ClientTests(Setup.MemoryCold);
public sealed class ClientOnSqlite() : ClientTests(Setup.Sqlite);
public sealed class ClientOnSqliteCold() : ClientTests(Setup.SqliteCold);
