using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Tests.Execution.Support;

namespace Perdure.Tests.Execution;

/// <summary>The rules of critical sections, as the code of an orchestration meets them.</summary>
public sealed class CriticalSectionTests
{
    private static readonly EntityId A = new("account", "a");
    private static readonly EntityId B = new("account", "b");
    private static readonly EntityId C = new("account", "c");

    private static readonly HistoryEvent s_granted = new HistoryEvent.EntityLockGranted(0, "@account@b", IsLast: true);

    [Fact]
    public void Locks_are_asked_for_in_ordinal_order_each_once()
    {
        using SessionRun run = new(async c =>
        {
            using (await c.LockAsync(new("B", "1"), new("a", "2"), new("a", "10"), new("b", "1"), new("a", "B")))
                return c.IsLocked(out IReadOnlyList<EntityId> owned) ? owned : null;
        });

        run.Start().ShouldHaveSingleItem().ShouldBeOfType<OrchestratorAction.LockEntities>()
            .EntityIds.ShouldBe(["@a@10", "@a@2", "@a@B", "@b@1"]);
        run.Feed(s_granted).ShouldBe([new OrchestratorAction.ReleaseLocks(0)]);
        run.Result.ShouldBe(
            """[{"name":"a","key":"10"},{"name":"a","key":"2"},{"name":"a","key":"B"},{"name":"b","key":"1"}]""");
    }

    [Fact]
    public void The_code_goes_on_when_the_last_lock_is_there_and_not_before()
    {
        List<bool> locked = [];
        using SessionRun run = new(async c =>
        {
            Task<IDisposable> waits = c.LockAsync(A, B);
            locked.Add(c.IsLocked(out IReadOnlyList<EntityId> none));
            none.ShouldBeEmpty();
            IDisposable section = await waits;
            locked.Add(c.IsLocked(out _));
            section.Dispose();
            section.Dispose();
            locked.Add(c.IsLocked(out _));
            await c.CallActivityAsync("Work");
            section.Dispose();
            return null;
        });
        run.Start().ShouldHaveSingleItem();

        run.Feed(new HistoryEvent.EntityLockGranted(0, "@account@a", IsLast: false)).ShouldBeEmpty();
        locked.Count.ShouldBe(1);
        run.Feed(s_granted).ShouldBe(
        [
            new OrchestratorAction.ReleaseLocks(0),
            new OrchestratorAction.ScheduleTask(1, "Work", default, 1, 1),
        ]);
        locked.ShouldBe([false, true, false]);
        run.Feed(new HistoryEvent.TaskCompleted(1, default)).ShouldBeEmpty("leaving twice is leaving once");
    }

    [Theory]
    [InlineData("lock again", "is in a critical section, which has locked @account@a, @account@b")]
    [InlineData("call another", "cannot call 'x' of @account@c in it")]
    [InlineData("call twice", "A call of @account@a is under way")]
    [InlineData("signal locked", "The critical section locks @account@a, so the orchestration cannot signal 'x'")]
    [InlineData("signal locked later", "The critical section locks @account@a")]
    [InlineData("sub-orchestration", "cannot wait for the sub-orchestration 'Main'")]
    [InlineData("sub-orchestration with retry", "cannot wait for the sub-orchestration 'Main'")]
    public void In_a_section_this_is_forbidden(string what, string text)
    {
        using SessionRun run = new(async c =>
        {
            using (await c.LockAsync(A, B))
                await DoAsync(c, what);
            return null;
        });
        run.Start();

        OrchestratorAction[] actions = run.Feed(s_granted);

        actions.Last().ShouldBe(new OrchestratorAction.ReleaseLocks(0));
        actions.Length.ShouldBe(what == "call twice" ? 2 : 1);
        run.Failure.ErrorType.ShouldBe("Perdure.LockingRulesViolationException");
        run.Failure.ErrorMessage.ShouldContain(text);
    }

    [Theory]
    [InlineData("lock again", "already waits for the locks of @account@a, @account@b")]
    [InlineData("call another", "waits for the locks of @account@a, @account@b, so it cannot call")]
    [InlineData("call", "Await LockAsync first.")]
    [InlineData("signal locked", "cannot signal 'x'")]
    [InlineData("sub-orchestration", "cannot wait for the sub-orchestration 'Main'")]
    public void While_the_locks_are_awaited_this_is_forbidden(string what, string text)
    {
        using SessionRun run = new(async c =>
        {
            _ = c.LockAsync(A, B);
            await DoAsync(c, what);
            return null;
        });

        run.Start().ShouldHaveSingleItem();

        run.Failure.ErrorType.ShouldBe("Perdure.LockingRulesViolationException");
        run.Failure.ErrorMessage.ShouldContain(text);
    }

    [Fact]
    public void In_a_section_this_is_allowed()
    {
        using SessionRun run = new(async c =>
        {
            using (await c.LockAsync(A, B))
            {
                await Task.WhenAll(c.CallEntityAsync(A, "x"), c.CallEntityAsync(B, "x"));
                c.SignalEntity(C, "x");
                c.StartNewOrchestration("Main", null, "child");
                await c.CallActivityAsync("Work");
                await c.CreateTimer(c.CurrentUtcDateTime);
                await c.WaitForExternalEvent("go");
                await c.CallEntityAsync(A, "again");
            }
            return "done";
        });
        run.Start();

        run.Feed(s_granted).Length.ShouldBe(2);
        run.Feed(
            new HistoryEvent.EntityOperationCompleted(1, default),
            new HistoryEvent.EntityOperationFailed(99, new FailureDetails("X", "Of nobody.")),
            new HistoryEvent.EntityOperationCompleted(2, default))
            .Select(a => a.GetType().Name).ShouldBe(["SignalEntity", "StartChild", "ScheduleTask"]);
        run.Feed(new HistoryEvent.TaskCompleted(5, default)).ShouldHaveSingleItem();
        run.Feed(new HistoryEvent.TimerFired(6)).ShouldBeEmpty();
        run.Feed(new HistoryEvent.EventRaised("go", default))
            .ShouldBe([new OrchestratorAction.CallEntity(7, "@account@a", "again", default)]);
        run.Feed(new HistoryEvent.EntityOperationCompleted(7, default))
            .ShouldBe([new OrchestratorAction.ReleaseLocks(0)]);
        run.Result.ShouldBe("\"done\"");
    }

    [Fact]
    public void After_a_section_everything_is_allowed_again_and_another_one_may_follow()
    {
        using SessionRun run = new(async c =>
        {
            using (await c.LockAsync(A))
                _ = c.CallEntityAsync(A, "first");
            c.SignalEntity(A, "x");
            _ = c.CallEntityAsync(C, "x");
            using (await c.LockAsync(A))
                await c.CallEntityAsync(A, "second");
            return null;
        });
        run.Start();

        run.Feed(s_granted).Select(a => a.GetType().Name)
            .ShouldBe(["CallEntity", "ReleaseLocks", "SignalEntity", "CallEntity", "LockEntities"]);
        run.Feed(new HistoryEvent.EntityLockGranted(4, "@account@a", IsLast: true))
            .ShouldBe([new OrchestratorAction.CallEntity(5, "@account@a", "second", default)]);
        run.Feed(new HistoryEvent.EntityOperationCompleted(5, default))
            .ShouldBe([new OrchestratorAction.ReleaseLocks(4)]);
    }

    [Fact]
    public void An_end_within_a_section_leaves_the_release_to_the_core()
    {
        using SessionRun run = new(async c =>
        {
            await c.LockAsync(A);
            c.ContinueAsNew(1);
            return null;
        });
        run.Start();

        run.Feed(s_granted).ShouldBeEmpty();

        run.Completion.ShouldBeOfType<Completion.ContinuedAsNew>();
    }

    [Fact]
    public void Other_locks_than_the_recorded_ones_are_seen_in_a_replay()
    {
        EntityId second = B;
        using SessionRun run = new(async c =>
        {
            using (await c.LockAsync(A, second))
                await c.CreateTimer(c.CurrentUtcDateTime);
            return null;
        });
        HistoryEvent[] asked =
        [
            new HistoryEvent.EntityLockRequested(0, ["@account@a", "@account@b"]),
            new HistoryEvent.TimerCreated(1, 1000),
        ];
        run.Start();

        run.Replay([s_granted], asked).ShouldBeOfType<CodeResult.Ran>();
        second = C;
        run.Replay([s_granted], asked).ShouldBeOfType<CodeResult.Stopped>().Failure.ErrorMessage.ShouldContain(
            "holds lock of '@account@a', '@account@b' but the code now asks for lock of '@account@a', '@account@c'");
    }

    private static Task DoAsync(IDurableOrchestrationContext c, string what)
    {
        switch (what)
        {
            case "lock again": return c.LockAsync(C);
            case "call": return c.CallEntityAsync(A, "x");
            case "call another": return c.CallEntityAsync(C, "x");
            case "call twice":
                _ = c.CallEntityAsync(A, "y");
                return c.CallEntityAsync(A, "x");
            case "signal locked": c.SignalEntity(A, "x"); break;
            case "signal locked later": c.SignalEntity(A, c.CurrentUtcDateTime.AddDays(1), "x"); break;
            case "sub-orchestration": return c.CallSubOrchestratorAsync("Main");
            case "sub-orchestration with retry":
                return c.CallSubOrchestratorWithRetryAsync("Main", new RetryOptions(TimeSpan.FromSeconds(1), 3));
        }
        return Task.CompletedTask;
    }
}
