using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class ExplainTests(Setup setup) : HubTests(setup)
{
    [Fact]
    public async Task Tells_what_the_code_waits_for_also_after_a_crash()
    {
        Code.Main = async c =>
        {
            Task<string> approval = c.WaitForExternalEvent<string>("Approval");
            Task timer = c.CreateTimer(c.CurrentUtcDateTime.AddDays(1), CancellationToken.None);
            await Task.WhenAny(approval, timer);
            return await approval;
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        string? why = await Client.ExplainAsync(id);
        why.ShouldNotBeNull().ShouldStartWith("It waits for a timer due at ");
        why.ShouldEndWith(", the event 'Approval'.");
        await Hub.CrashAsync();
        (await Client.ExplainAsync(id)).ShouldBe(why);

        await Client.OnBehalfOf("Ada").SuspendAsync(id, "lunch");
        why = await Client.ExplainAsync(id);
        why.ShouldNotBeNull().ShouldStartWith("It is suspended by 'Ada' since ");
        why.ShouldContain("(lunch)");
        await Hub.CrashAsync();
        (await Client.ExplainAsync(id)).ShouldBe(why);
        await Client.ResumeAsync(id, null);
        await Client.RaiseEventAsync(id, "approval", "yes");
        (await Hub.OutputAsync<string>(id)).ShouldBe("yes");
        (await Client.ExplainAsync(id)).ShouldBeNull();
        (await Should.ThrowAsync<ArgumentException>(() => Client.ExplainAsync("nobody")))
            .Message.ShouldContain("nobody");
    }

    [Fact]
    public async Task Asking_runs_nothing_and_changes_nothing()
    {
        TaskCompletionSource gate = new();
        int runs = 0;
        Code.Work = async _ =>
        {
            Interlocked.Increment(ref runs);
            await gate.Task;
            return "done";
        };
        Code.Main = async c => await c.CallActivityAsync<string>("Work");
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(() => runs == 1);
        int turns = (await Hub.StatusAsync(id, true)).History!.Count;
        for (int i = 0; i < 20; i++)
            (await Client.ExplainAsync(id)).ShouldNotBeNull().ShouldContain("the activity 'Work' since ");
        (await Hub.StatusAsync(id, true)).History!.Count.ShouldBe(turns);
        gate.SetResult();
        (await Hub.OutputAsync<string>(id)).ShouldBe("done");
        runs.ShouldBe(1);
    }
}

public sealed class ExplainOnMemory() : ExplainTests(Setup.Memory);
public sealed class ExplainOnMemoryCold() : ExplainTests(Setup.MemoryCold);
public sealed class ExplainOnSqlite() : ExplainTests(Setup.Sqlite);
public sealed class ExplainOnSqliteCold() : ExplainTests(Setup.SqliteCold);
