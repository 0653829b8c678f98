using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class ChildTests(Setup setup) : HubTests(setup)
{
    [Fact]
    public async Task Children_give_their_results_with_an_id_and_without()
    {
        string childId = NewId("child");
        Code.Child = c => Task.FromResult<object?>($"{c.GetInput<string>()} of {c.ParentInstanceId}");
        Code.Main = async c => new[]
        {
            await c.CallSubOrchestratorAsync<string>("Child", "a"),
            await c.CallSubOrchestratorAsync<string>("child", childId, "b"),
        };
        string id = await Client.StartNewAsync("Main");
        (await Hub.OutputAsync<string[]>(id)).ShouldBe([$"a of {id}", $"b of {id}"]);
        DurableOrchestrationStatus child = await Hub.StatusAsync(childId);
        child.ParentInstanceId.ShouldBe(id);
        child.Name.ShouldBe("Child");
        child.Output.GetString().ShouldBe($"b of {id}");
        string drawn = (await Hub.StatusAsync(id, true)).History!.First(e => e.InstanceId is not null).InstanceId!;
        (await Hub.StatusAsync(drawn)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task A_recursive_terminate_ends_the_children_that_are_waited_for_and_theirs()
    {
        string[] ids = [NewId("child"), NewId("grand"), NewId("detached")];
        Code.Child = async c =>
        {
            if (c.InstanceId == ids[0])
                return await c.CallSubOrchestratorAsync<string>("Child", ids[1], null);
            return await c.WaitForExternalEvent<string>("go");
        };
        Code.Main = async c =>
        {
            c.StartNewOrchestration("Child", null, ids[2]);
            return await c.CallSubOrchestratorAsync<string>("Child", ids[0], null);
        };
        string id = await Client.StartNewAsync("Main");
        foreach (string each in ids)
            await Hub.UntilAsync(
                async () => await Client.GetStatusAsync(
                    each) is { RuntimeStatus: not OrchestrationRuntimeStatus.Pending });
        await Client.TerminateAsync(id, "enough", recursive: true);
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        await Hub.CrashAsync();
        foreach (string each in ids[..2])
        {
            DurableOrchestrationStatus status = await Hub.EndAsync(each);
            status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
            status.Output.GetString().ShouldBe("enough");
        }
        await Client.RaiseEventAsync(ids[2], "go", "alone");
        (await Hub.OutputAsync<string>(ids[2])).ShouldBe("alone");
    }

    [Fact]
    public async Task A_recursive_purge_deletes_the_family_as_far_as_it_has_ended()
    {
        string[] ids = [NewId("child"), NewId("grand"), NewId("running")];
        Code.Child = async c =>
        {
            if (c.InstanceId == ids[2])
                await c.WaitForExternalEvent("go");
            return c.InstanceId == ids[0] ? await c.CallSubOrchestratorAsync<string>("Child", ids[1], null) : "end";
        };
        Code.Main = async c =>
        {
            c.StartNewOrchestration("Child", null, ids[2]);
            return await c.CallSubOrchestratorAsync<string>("Child", ids[0], null);
        };
        string id = await Client.StartNewAsync("Main");
        (await Hub.OutputAsync<string>(id)).ShouldBe("end");
        (await Client.PurgeInstanceHistoryAsync(id, recursive: true)).InstancesDeleted.ShouldBe(3);
        (await Client.GetStatusAsync([id, ids[0], ids[1]])).ShouldAllBe(s => s == null);
        await Should.ThrowAsync<InvalidOperationException>(
            () => Client.PurgeInstanceHistoryAsync(ids[2], recursive: true));
        await Client.RaiseEventAsync(ids[2], "go");
        (await Hub.OutputAsync<string>(ids[2])).ShouldBe("end");
        (await Client.PurgeInstanceHistoryAsync(id, recursive: true)).InstancesDeleted.ShouldBe(0);
    }

    [Fact]
    public async Task An_id_that_another_has_taken_is_not_purged_with_the_family_of_the_first()
    {
        string child = NewId("child");
        Code.Child = c => Task.FromResult<object?>("end");
        Code.Main = async c => await c.CallSubOrchestratorAsync<string>("Child", child, null);
        string id = await Client.StartNewAsync("Main");
        await Hub.EndAsync(id);
        await Client.RestartAsync(child, restartWithNewInstanceId: false);
        await Hub.EndAsync(child);
        (await Client.PurgeInstanceHistoryAsync(id, recursive: true)).InstancesDeleted.ShouldBe(1);
        (await Hub.StatusAsync(child)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task A_hundred_children_with_activities_come_back()
    {
        Code.Work = c => Task.FromResult<object?>(c.GetInput<int>() + 1);
        Code.Child = async c => await c.CallActivityAsync<int>("Work", c.GetInput<int>());
        Code.Main = async c => (await Task.WhenAll(
            Enumerable.Range(0, 100).Select(i => c.CallSubOrchestratorAsync<int>("Child", i)))).Sum();
        (await Hub.RunAsync()).Output.GetInt32().ShouldBe(5050);
    }

    [Fact]
    public async Task A_child_that_fails_or_is_terminated_fails_its_task()
    {
        string terminated = NewId("child");
        Code.Child = async c => c.GetInput<string>() == "wait"
            ? await c.WaitForExternalEvent<string>("never")
            : throw new InvalidOperationException("no luck", new FormatException("deep"));
        Code.Main = async c =>
        {
            List<string> seen = [];
            foreach ((string? id, string input) in new[] { (null, "fail"), (terminated, "wait") })
            {
                try
                {
                    await c.CallSubOrchestratorAsync("Child", id, input);
                }
                catch (FunctionFailedException e)
                {
                    seen.Add($"{e.Failure.ErrorType}|{e.Failure.ErrorMessage}|{e.Failure.InnerFailure?.ErrorMessage}");
                }
            }
            return seen;
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilStatusAsync(terminated, OrchestrationRuntimeStatus.Running);
        await Client.TerminateAsync(terminated, "enough");
        string[] seen = (await Hub.OutputAsync<string[]>(id))!;
        seen[0].ShouldBe("System.InvalidOperationException|no luck|deep");
        seen[1].ShouldContain($"'{terminated}' was terminated: \"enough\"");
    }

    [Fact]
    public async Task A_child_id_that_is_running_is_an_error_to_the_parent()
    {
        string taken = NewId("taken");
        Code.Child = async c => await c.WaitForExternalEvent<string>("go");
        Code.Main = async c => await c.CallSubOrchestratorAsync<string>("Child", taken, null);
        await Client.StartNewAsync("Child", taken);
        DurableOrchestrationStatus parent = await Hub.RunAsync();
        parent.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        parent.Output.GetString()!.ShouldContain(taken);
        parent.Output.GetString()!.ShouldContain("already");
        // The one that has the id is left alone.
        await Client.RaiseEventAsync(taken, "go", "gone");
        (await Hub.OutputAsync<string>(taken)).ShouldBe("gone");
        // Now the id is free for a child.
        await Client.StartNewAsync("Main", "parent2");
        await Hub.UntilStatusAsync(taken, OrchestrationRuntimeStatus.Running);
        await Client.RaiseEventAsync(taken, "go", "again");
        (await Hub.OutputAsync<string>("parent2")).ShouldBe("again");
    }

    [Fact]
    public async Task A_child_of_an_unknown_name_or_with_a_bad_id_fails_clearly()
    {
        Code.Main = async c =>
        {
            List<string> seen = [];
            string own = c.InstanceId;
            foreach ((string name, string? id)
                in new[] { ("Nobody", null), ("Child", "a/b"), ("Child", "@x"), ("Child", own) })
            {
                try
                {
                    await c.CallSubOrchestratorAsync(name, id, null);
                }
                catch (FunctionFailedException e)
                {
                    seen.Add(e.Failure.ErrorMessage);
                }
                catch (ArgumentException e)
                {
                    seen.Add(e.Message);
                }
            }
            return seen;
        };
        string[] seen = (await Hub.OutputAsync<string[]>(await Client.StartNewAsync("Main")))!;
        seen[0].ShouldContain("no orchestrator function 'Nobody'");
        seen[1].ShouldContain("contains '/'");
        seen[2].ShouldContain("starts with '@'");
        seen[3].ShouldContain("of the orchestration itself");
    }

    [Fact]
    public async Task A_child_that_is_not_waited_for_outlives_its_parent()
    {
        Code.Child = async c =>
        {
            await c.WaitForExternalEvent("go");
            return c.ParentInstanceId;
        };
        Code.Main = c => Task.FromResult<object?>(c.StartNewOrchestration("Child"));
        string id = await Client.StartNewAsync("Main");
        string child = (await Hub.OutputAsync<string>(id))!;
        await Hub.UntilStatusAsync(child, OrchestrationRuntimeStatus.Running);
        (await Hub.StatusAsync(child)).ParentInstanceId.ShouldBe(id);
        await Client.RaiseEventAsync(child, "go");
        (await Hub.OutputAsync<string>(child)).ShouldBe(id);
    }

    [Fact]
    public async Task A_child_answers_a_parent_that_was_restarted_meanwhile()
    {
        string childId = NewId("child");
        Code.Child = async c => await c.WaitForExternalEvent<int>("go");
        Code.Main = async c => await c.CallSubOrchestratorAsync<int>("Child", childId, null) + 1;
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilStatusAsync(childId, OrchestrationRuntimeStatus.Running);
        await Hub.CrashAsync();
        await Client.RaiseEventAsync(childId, "go", 41);
        await Hub.CrashAsync();
        (await Hub.OutputAsync<int>(id)).ShouldBe(42);
    }

    [Fact]
    public async Task The_answer_of_a_child_to_a_parent_that_is_gone_harms_nobody()
    {
        string childId = NewId("child");
        Code.Child = async c => await c.WaitForExternalEvent<int>("go");
        Code.Main = async c => await c.CallSubOrchestratorAsync<int>("Child", childId, null);
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilStatusAsync(childId, OrchestrationRuntimeStatus.Running);
        await Client.TerminateAsync(id, null);
        await Client.PurgeInstanceHistoryAsync(id);
        await Client.RaiseEventAsync(childId, "go", 1);
        (await Hub.OutputAsync<int>(childId)).ShouldBe(1);
        (await Client.GetStatusAsync(id)).ShouldBeNull();
    }
}

public sealed class ChildOnMemory() : ChildTests(Setup.Memory);
public sealed class ChildOnMemoryCold() : ChildTests(Setup.MemoryCold);
public sealed class ChildOnSqlite() : ChildTests(Setup.Sqlite);
public sealed class ChildOnSqliteCold() : ChildTests(Setup.SqliteCold);
