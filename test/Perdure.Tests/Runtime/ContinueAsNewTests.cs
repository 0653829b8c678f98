using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class ContinueAsNewTests(Setup setup) : HubTests(setup)
{
    [Fact]
    public async Task An_eternal_orchestration_keeps_its_id_and_custom_status_and_a_short_history()
    {
        Code.Work = c => Task.FromResult<object?>(c.GetInput<int>() + 1);
        Code.Main = async c =>
        {
            int n = await c.CallActivityAsync<int>("Work", c.GetInput<int>());
            if (n == 1)
                c.SetCustomStatus("since the first");
            if (n < 20)
            {
                c.ContinueAsNew(n);
                return "ignored";
            }
            return n;
        };
        string id = await Client.StartNewAsync(
            "Main", new StartOptions { Tags = new Dictionary<string, string> { ["a"] = "b" } }, 0);
        (await Hub.OutputAsync<int>(id)).ShouldBe(20);
        DurableOrchestrationStatus status = await Hub.StatusAsync(id, true);
        status.Input.GetInt32().ShouldBe(19);
        status.CustomStatus.GetString().ShouldBe("since the first");
        status.Tags["a"].ShouldBe("b");
        status.History!.Count(e => e.EventType == "TaskCompleted").ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Events_that_nobody_took_are_kept_or_dropped_as_asked(bool preserve)
    {
        Code.Main = async c =>
        {
            if (c.GetInput<int>() == 0)
            {
                await c.WaitForExternalEvent("go");
                c.ContinueAsNew(1, preserve);
                return null;
            }
            return await c.WaitForExternalEvent<string>("e");
        };
        string id = await Client.StartNewAsync("Main", new StartOptions(), 0);
        await Client.RaiseEventAsync(id, "e", "early");
        await Client.RaiseEventAsync(id, "go");
        await Hub.UntilAsync(async () => (await Hub.StatusAsync(id)).Input.GetInt32() == 1);
        if (!preserve)
            await Client.RaiseEventAsync(id, "e", "late");
        (await Hub.OutputAsync<string>(id)).ShouldBe(preserve ? "early" : "late");
    }

    [Fact]
    public async Task No_event_is_lost_that_arrives_while_generations_change()
    {
        Code.Main = async c =>
        {
            int sum = c.GetInput<int>() + await c.WaitForExternalEvent<int>("e");
            if (sum < 5050)
            {
                c.ContinueAsNew(sum, true);
                return null;
            }
            return sum;
        };
        string id = await Client.StartNewAsync("Main", new StartOptions(), 0);
        await Task.WhenAll(Enumerable.Range(1, 100).Select(i => Client.RaiseEventAsync(id, "e", i)));
        (await Hub.OutputAsync<int>(id)).ShouldBe(5050);
    }

    [Fact]
    public async Task The_last_call_wins_and_an_exception_after_it_fails_the_instance()
    {
        Code.Main = async c =>
        {
            if (c.GetInput<int>() == 7)
                throw new InvalidOperationException("after all");
            c.ContinueAsNew(5);
            c.ContinueAsNew(c.GetInput<int>() + 1);
            if (c.GetInput<int>() == 6)
                throw new InvalidOperationException("after the call");
            await c.CreateTimer(c.CurrentUtcDateTime, CancellationToken.None);
            return null;
        };
        string id = await Client.StartNewAsync("Main", new StartOptions(), 3);
        DurableOrchestrationStatus status = await Hub.EndAsync(id);
        status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        status.Failure!.ErrorMessage.ShouldBe("after the call");
        status.Input.GetInt32().ShouldBe(6);
    }

    [Fact]
    public async Task Results_of_the_generation_before_do_not_reach_the_next()
    {
        TaskCompletionSource release = new();
        Code.Work = async c =>
        {
            if (c.GetInput<int>() == 0)
                await release.Task;
            return c.GetInput<int>();
        };
        Code.Main = async c =>
        {
            int generation = c.GetInput<int>();
            Task<int> work = c.CallActivityAsync<int>("Work", generation);
            if (generation == 0)
            {
                c.ContinueAsNew(1);
                return null;
            }
            await c.WaitForExternalEvent("go");
            return await work;
        };
        string id = await Client.StartNewAsync("Main", new StartOptions(), 0);
        await Hub.UntilAsync(async () => (await Hub.StatusAsync(id)).Input.GetInt32() == 1);
        release.SetResult();
        await Client.RaiseEventAsync(id, "go");
        (await Hub.OutputAsync<int>(id)).ShouldBe(1);
    }

    [Fact]
    public async Task A_generation_that_was_begun_goes_on_after_a_crash_and_a_child_still_answers()
    {
        string child = NewId("child");
        Code.Child = async c =>
        {
            await c.WaitForExternalEvent("step");
            if (c.GetInput<int>() < 2)
            {
                c.ContinueAsNew(c.GetInput<int>() + 1);
                return null;
            }
            return "third";
        };
        Code.Main = async c => await c.CallSubOrchestratorAsync<string>("Child", child, 0);
        string id = await Client.StartNewAsync("Main");
        for (int i = 0; i < 3; i++)
        {
            await Hub.UntilAsync(async () => await Client.GetStatusAsync(child) is { } s && s.Input.GetInt32() == i);
            await Client.RaiseEventAsync(child, "step");
            await Hub.CrashAsync();
        }
        (await Hub.OutputAsync<string>(id)).ShouldBe("third");
    }
}

public sealed class ContinueAsNewOnMemory() : ContinueAsNewTests(Setup.Memory);
public sealed class ContinueAsNewOnMemoryCold() : ContinueAsNewTests(Setup.MemoryCold);
public sealed class ContinueAsNewOnSqlite() : ContinueAsNewTests(Setup.Sqlite);
public sealed class ContinueAsNewOnSqliteCold() : ContinueAsNewTests(Setup.SqliteCold);
