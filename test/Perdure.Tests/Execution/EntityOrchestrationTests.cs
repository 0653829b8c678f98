using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Tests.Execution.Support;

namespace Perdure.Tests.Execution;

/// <summary>What the code of orchestrations asks of entities, and what it is told.</summary>
public sealed class EntityOrchestrationTests
{
    private static readonly EntityId A = new("Account", "a");
    private static readonly EntityId B = new("Account", "b");

    [Fact]
    public void A_call_waits_for_its_result_and_a_signal_for_nothing()
    {
        DateTime later = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        using SessionRun run = new(async c =>
        {
            c.SignalEntity(A, "note", "n");
            c.SignalEntity(B, later, "later");
            int balance = await c.CallEntityAsync<int>(A, "get", 1);
            await c.CallEntityAsync(A, "reset");
            return balance;
        });

        run.Start().ShouldBe(
        [
            new OrchestratorAction.SignalEntity(0, "@account@a", "note", Payload.Of("\"n\""), null),
            new OrchestratorAction.SignalEntity(
                1, "@account@b", "later", default, (long)(later - DateTime.UnixEpoch).TotalMilliseconds),
            new OrchestratorAction.CallEntity(2, "@account@a", "get", Payload.Of("1")),
        ]);
        run.Feed(new HistoryEvent.EntityOperationCompleted(2, Payload.Of("7")))
            .ShouldBe([new OrchestratorAction.CallEntity(3, "@account@a", "reset", default)]);
        run.Feed(new HistoryEvent.EntityOperationCompleted(3, default)).ShouldBeEmpty();
        run.Result.ShouldBe("7");
    }

    [Fact]
    public void What_an_operation_threw_is_told_to_the_caller_as_data()
    {
        using SessionRun run = new(async c =>
        {
            try
            {
                await c.CallEntityAsync(A, "withdraw");
                return null;
            }
            catch (FunctionFailedException e)
            {
                return $"{e.Message} {e.Failure.ErrorType}";
            }
        });
        run.Start();

        run.Feed(new HistoryEvent.EntityOperationFailed(0, new FailureDetails("Poor", "No money.")));

        run.Result.ShouldBe(
            "\"The operation 'withdraw' of entity 'account' failed: \\\"No money.\\\". See the log for more. Poor\"");
    }

    [Theory]
    [InlineData("default", "System.ArgumentException")]
    [InlineData("null", "System.ArgumentNullException")]
    [InlineData("empty", "System.ArgumentException")]
    [InlineData("noLocks", "System.ArgumentException")]
    [InlineData("lockDefault", "System.ArgumentException")]
    [InlineData("proxy", "System.InvalidOperationException")]
    public void What_makes_no_sense_is_refused_at_once(string what, string type)
    {
        using SessionRun run = new(async c =>
        {
            switch (what)
            {
                case "default": await c.CallEntityAsync(default, "x"); break;
                case "null": c.SignalEntity(A, null!); break;
                case "empty": await c.CallEntityAsync(A, ""); break;
                case "noLocks": await c.LockAsync(); break;
                case "lockDefault": await c.LockAsync(A, default); break;
                case "proxy": c.CreateEntityProxy<IDisposable>("d"); break;
            }
            return null;
        });

        run.Start().ShouldBeEmpty();
        run.Failure.ErrorType.ShouldBe(type);
    }

    [Fact]
    public void A_proxy_calls_with_tasks_and_signals_without()
    {
        using SessionRun run = new(async c =>
        {
            IAccount byId = c.CreateEntityProxy<IAccount>(A);
            IAccount byKey = c.CreateEntityProxy<IAccount>("b");
            byId.Note("n");
            await byKey.Deposit(5);
            return await byId.Balance();
        });

        run.Start().ShouldBe(
        [
            new OrchestratorAction.SignalEntity(0, "@account@a", "Note", Payload.Of("\"n\""), null),
            new OrchestratorAction.CallEntity(1, "@sampleaccount@b", "Deposit", Payload.Of("5")),
        ]);
        run.Feed(new HistoryEvent.EntityOperationCompleted(1, default))
            .ShouldBe([new OrchestratorAction.CallEntity(2, "@account@a", "Balance", default)]);
        run.Feed(new HistoryEvent.EntityOperationCompleted(2, Payload.Of("7")));
        run.Result.ShouldBe("7");
    }

    [Fact]
    public void Calls_signals_and_locks_do_not_use_up_new_guids()
    {
        static async Task<object?> Draw(IDurableOrchestrationContext c, bool withEntities)
        {
            if (withEntities)
            {
                c.SignalEntity(A, "x");
                _ = c.CallEntityAsync(A, "x");
                _ = c.LockAsync(B);
            }
            return await Task.FromResult(c.NewGuid());
        }

        using SessionRun without = new(c => Draw(c, false));
        using SessionRun with = new(c => Draw(c, true));
        without.Start();
        with.Start();

        with.Result.ShouldBe(without.Result);
    }

    [Fact]
    public void The_sample_of_a_critical_section_runs_as_printed()
    {
        using SessionRun run = new(async context =>
        {
            var lockId = new EntityId("LockEntity", "MyLockIdentifier");
            using (await context.LockAsync(lockId))
            {
                // critical section - only one orchestration can enter at a time
            }
            return null;
        });

        OrchestratorAction.LockEntities asked =
            run.Start().ShouldHaveSingleItem().ShouldBeOfType<OrchestratorAction.LockEntities>();
        asked.Task.ShouldBe(0);
        asked.EntityIds.ShouldBe(["@lockentity@MyLockIdentifier"]);
        run.Completion.ShouldBeNull();
        run.Feed(new HistoryEvent.EntityLockGranted(0, "@lockentity@MyLockIdentifier", IsLast: true))
            .ShouldBe([new OrchestratorAction.ReleaseLocks(0)]);
        run.Completion.ShouldNotBeNull();
    }

    [Fact]
    public void A_call_that_is_not_what_was_recorded_is_seen_in_a_replay()
    {
        string key = "a";
        using SessionRun run = new(async c =>
        {
            c.SignalEntity(B, "note");
            return await c.CallEntityAsync<int>(new EntityId("account", key), "get");
        });
        HistoryEvent[] asked =
        [
            new HistoryEvent.EntityOperationSignaled(0, "@account@b", "note", default),
            new HistoryEvent.EntityOperationCalled(1, "@account@a", "GET", default),
        ];
        run.Start().Length.ShouldBe(2);

        run.Replay([], asked).ShouldBeOfType<CodeResult.Ran>();
        key = "A";
        run.Replay([], asked).ShouldBeOfType<CodeResult.Stopped>().Failure.ErrorMessage
            .ShouldContain("holds call 'GET' of '@account@a' but the code now asks for call 'get' of '@account@A'");
    }

    public interface IAccount
    {
        void Note(string text);

        Task Deposit(int amount);

        Task<int> Balance();
    }

    internal sealed class SampleAccount : IAccount
    {
        public void Note(string text) => _ = text;

        public Task Deposit(int amount) => Task.CompletedTask;

        public Task<int> Balance() => Task.FromResult(0);
    }
}
