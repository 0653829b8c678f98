using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class DeterminismTests(Setup setup) : HubTests(setup)
{
    public override async ValueTask InitializeAsync()
    {
        Hub.ChecksReplay = false;
        Code.Work = c => Task.FromResult<object?>("worked");
        Code.Other = c => Task.FromResult<object?>("other");
        Code.Main = BeforeAsync;
        await base.InitializeAsync();
    }

    private static async Task<object?> BeforeAsync(IDurableOrchestrationContext c)
    {
        string result = await c.CallActivityAsync<string>("Work");
        await c.WaitForExternalEvent("go");
        return result;
    }

    [Theory]
    [InlineData("name", "the history holds activity 'Work' but the code now asks for activity 'Other'")]
    [InlineData("kind", "the history holds activity 'Work' but the code now asks for timer")]
    [InlineData("missing", "the history holds activity 'Work' but the code now asks for nothing more")]
    [InlineData("extra", "the history holds nothing more but the code now asks for activity 'Other'")]
    [InlineData("end", "the history holds activity 'Work' but the code now asks for end")]
    public async Task Changed_code_fails_the_instance_and_shows_both_sides(string change, string text)
    {
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TaskCompleted");
        await Hub.StopAsync();
        Code.Main = async c =>
        {
            if (change is "name" or "extra")
                _ = c.CallActivityAsync(change == "name" ? "Other" : "Work");
            if (change is "extra")
                _ = c.CallActivityAsync("Other");
            if (change is "kind")
                _ = c.CreateTimer(c.CurrentUtcDateTime, CancellationToken.None);
            if (change != "end")
                await c.WaitForExternalEvent("go");
            return null;
        };
        await Hub.StartAsync();
        int before = (await Hub.StatusAsync(id, true)).History!.Count;
        await Client.RaiseEventAsync(id, "go");
        DurableOrchestrationStatus status = await Hub.EndAsync(id);
        status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        status.Failure!.ErrorType.ShouldBe("Perdure.NonDeterministicOrchestrationException");
        status.Failure.ErrorMessage.ShouldContain(text);
        status.Failure.ErrorMessage.ShouldContain(id);
        (await Hub.StatusAsync(id, true)).History!.Count.ShouldBe(before + 2);
    }

    [Fact]
    public async Task Parked_instances_are_shown_as_suspended_and_go_on_with_the_mended_code()
    {
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.ParkNonDeterministicInstances = true);
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TaskCompleted");
        await Hub.StopAsync();
        Code.Main = async c => await c.CallActivityAsync<string>("Other");
        await Hub.StartAsync();
        await Client.RaiseEventAsync(id, "go");
        await Hub.UntilStatusAsync(id, OrchestrationRuntimeStatus.Suspended);
        (await Hub.StatusAsync(id)).Reason!.ShouldContain("activity 'Other'");
        Hub.Log.All.ShouldContain(l => l.Event.Id == 32 && l.Text.Contains("activity 'Other'"));
        await Client.ResumeAsync(id, "try again");
        await Hub.UntilHistoryAsync(id, "ExecutionParked", 2);
        await Hub.StopAsync();
        Code.Main = BeforeAsync;
        await Hub.StartAsync();
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Suspended);
        await Client.ResumeAsync(id, "mended");
        (await Hub.OutputAsync<string>(id)).ShouldBe("worked");
    }

    public static TheoryData<string> ForeignWaits =>
        ["delay", "run", "continueWith", "configureAwait", "thread", "whenEach", "afterDurable", "yield"];

    [Theory]
    [MemberData(nameof(ForeignWaits))]
    public async Task Awaiting_what_is_not_durable_fails_the_instance_and_is_named(string what)
    {
        // An await of what has ended already cannot be seen, so none of these ends at once.
        TaskCompletionSource never = new();
        Code.Main = async c =>
        {
            switch (what)
            {
                case "delay": await Task.Delay(100); break; // Allowed: the mistake that is tested.
                case "run": await Task.Run(() => never.Task); break;
                case "continueWith":
                    await c.CallActivityAsync("Work").ContinueWith(_ => 1, TaskScheduler.Default);
                    break;
                case "configureAwait": await Task.Delay(100).ConfigureAwait(false); break; // Allowed: as above.
                case "thread":
                    await await Task.Factory.StartNew(
                        () => c.CallActivityAsync("Work"), CancellationToken.None, TaskCreationOptions.None,
                        TaskScheduler.Default);
                    break;
                case "whenEach":
                    await foreach (Task<string> done
                        in Task.WhenEach(c.CallActivityAsync<string>("Work"), c.CallActivityAsync<string>("Work")))
                        _ = await done;
                    break;
                case "afterDurable":
                    await c.CallActivityAsync("Work");
                    await Task.Delay(100); // Allowed: as above.
                    break;
                case "yield": await Task.Yield(); break;
            }
            return what == "yield" ? "yielded" : await c.CallActivityAsync<string>("Work");
        };
        DurableOrchestrationStatus status = await Hub.RunAsync();
        if (what == "yield")
        {
            // It comes back into the turn, so it is harmless.
            status.Output.GetString().ShouldBe("yielded");
            return;
        }
        status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        status.Failure!.ErrorMessage.ShouldContain("left its turn");
        status.Failure.ErrorMessage.ShouldContain("context.CreateTimer");
    }
}

public sealed class DeterminismOnMemory() : DeterminismTests(Setup.Memory);
public sealed class DeterminismOnMemoryCold() : DeterminismTests(Setup.MemoryCold);
public sealed class DeterminismOnSqlite() : DeterminismTests(Setup.Sqlite);
public sealed class DeterminismOnSqliteCold() : DeterminismTests(Setup.SqliteCold);
