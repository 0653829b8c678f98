using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class FailureTests(Setup setup) : HubTests(setup)
{
    [Fact]
    public async Task A_failed_activity_tells_type_message_stack_and_causes()
    {
        Code.Work = c =>
        {
            try
            {
                throw new FormatException("cause");
            }
            catch (FormatException e)
            {
                throw new InvalidOperationException("boom \"quoted\"", e);
            }
        };
        Code.Main = async c =>
        {
            try
            {
                await c.CallActivityAsync("Work");
                return null;
            }
            catch (FunctionFailedException e)
            {
                return new { e.Message, e.Failure };
            }
        };
        DurableOrchestrationStatus status = await Hub.RunAsync();
        status.Output.GetProperty("Message")
            .GetString()!.ShouldContain("The activity function 'Work' failed: \"boom \"quoted\"\"");
        var failure = status.Output.GetProperty("Failure");
        failure.GetProperty("ErrorType").GetString().ShouldBe("System.InvalidOperationException");
        failure.GetProperty("StackTrace").GetString()!.ShouldContain(nameof(FailureTests));
        failure.GetProperty("InnerFailure").GetProperty("ErrorType").GetString().ShouldBe("System.FormatException");
    }

    [Fact]
    public async Task A_failed_orchestration_shows_its_failure_and_the_text_of_it()
    {
        Code.Work = c => throw new InvalidOperationException("deep down");
        Code.Child = async c => await c.CallActivityAsync<int>("Work");
        Code.Main = async c => await c.CallSubOrchestratorAsync<int>("Child");
        DurableOrchestrationStatus status = await Hub.RunAsync();
        status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        status.Output.GetString()!.ShouldStartWith("Orchestrator function 'Main' failed: ");
        List<string> chain = [];
        for (FailureDetails? failure = status.Failure; failure is not null; failure = failure.InnerFailure)
            chain.Add(failure.ErrorType);
        chain.ShouldBe(
            ["Perdure.FunctionFailedException", "Perdure.FunctionFailedException", "System.InvalidOperationException"]);
        (await Hub.StatusAsync(status.InstanceId)).Failure.ShouldBe(status.Failure);
        await Hub.UntilAsync(() => Hub.Log.All.Any(l => l.Event.Id == 31 && l.Text.Contains(status.InstanceId)));
    }

    [Fact]
    public async Task What_was_done_can_be_undone_in_a_catch()
    {
        Code.Work = c => c.GetInput<string>() == "book flight"
            ? throw new InvalidOperationException("full")
            : Task.FromResult<object?>(c.GetInput<string>());
        Code.Main = async c =>
        {
            List<string> done = [];
            try
            {
                foreach (string step in new[] { "book hotel", "book car", "book flight" })
                    done.Add(await c.CallActivityAsync<string>("Work", step));
            }
            catch (FunctionFailedException)
            {
                foreach (string step in done.ToArray().Reverse())
                    done.Add(
                        await c.CallActivityAsync<string>(
                            "Work", step.Replace("book", "cancel", StringComparison.Ordinal)));
            }
            return done;
        };
        string id = await Client.StartNewAsync("Main");
        (await Hub.OutputAsync<string[]>(id)).ShouldBe(["book hotel", "book car", "cancel car", "cancel hotel"]);
    }

    [Fact]
    public async Task Retries_wait_longer_and_longer_up_to_the_longest_interval_and_then_give_up()
    {
        List<int> attempts = [];
        HashSet<string> keys = [];
        Code.Work = c =>
        {
            lock (attempts)
            {
                attempts.Add(c.Attempt);
                keys.Add(c.IdempotencyKey);
            }
            throw new InvalidOperationException($"attempt {c.Attempt}");
        };
        RetryOptions options = new(TimeSpan.FromMinutes(1), 5)
        {
            BackoffCoefficient = 2,
            MaxRetryInterval = TimeSpan.FromMinutes(3),
        };
        Code.Main = async c =>
        {
            await c.CallActivityWithRetryAsync("Work", options, "input");
            return null;
        };
        string id = await Client.StartNewAsync("Main");
        for (int i = 1; i <= 4; i++)
        {
            await Hub.UntilHistoryAsync(id, "TimerCreated", i);
            if (i == 2)
                await Hub.CrashAsync();
            Hub.Clock.Skip(TimeSpan.FromMinutes(3));
        }
        DurableOrchestrationStatus status = await Hub.EndAsync(id);
        status.Failure!.InnerFailure!.ErrorMessage.ShouldBe("attempt 5");
        attempts.ShouldBe([1, 2, 3, 4, 5]);
        keys.Count.ShouldBe(1);
        IReadOnlyList<DurableHistoryEvent> history = (await Hub.StatusAsync(id, true)).History!;
        double[] waits =
            [.. history.Where(e => e.EventType == "TimerCreated")
                .Select(e => (e.FireAt!.Value - e.Timestamp).TotalMinutes)];
        waits.ShouldBe([1, 2, 3, 3], 0.001);
    }

    [Fact]
    public async Task Retries_stop_where_the_predicate_says_or_throws_and_at_the_total_time()
    {
        int runs = 0;
        Code.Work = c =>
        {
            Interlocked.Increment(ref runs);
            throw new InvalidOperationException(c.GetInput<string>());
        };
        Code.Main = async c =>
        {
            List<string> seen = [];
            RetryOptions no = new(TimeSpan.FromTicks(1), 3)
            {
                Handle = e => ((FunctionFailedException)e).Failure.ErrorMessage != "final",
            };
            RetryOptions throws = new(TimeSpan.FromTicks(1), 3) { Handle = _ => throw new FormatException() };
            RetryOptions time = new(TimeSpan.FromMilliseconds(1), 1000) { RetryTimeout = TimeSpan.FromTicks(1) };
            foreach ((RetryOptions options, string input)
                in new[] { (no, "final"), (no, "try"), (throws, "x"), (time, "t") })
            {
                try
                {
                    await c.CallActivityWithRetryAsync("Work", options, input);
                }
                catch (FunctionFailedException e)
                {
                    seen.Add(e.Failure.ErrorMessage);
                }
            }
            return seen;
        };
        string id = await Client.StartNewAsync("Main");
        (await Hub.OutputAsync<string[]>(id)).ShouldBe(["final", "try", "x", "t"]);
        runs.ShouldBeInRange(1 + 3 + 1 + 1, 1 + 3 + 1 + 2);
    }

    [Fact]
    public async Task Children_are_retried_and_what_cannot_succeed_is_not()
    {
        string childId = NewId("child");
        int runs = 0;
        Code.Child = c => Interlocked.Increment(ref runs) < 3
            ? throw new InvalidOperationException("not yet")
            : Task.FromResult<object?>(c.InstanceId);
        Code.Main = async c =>
        {
            RetryOptions options = new(TimeSpan.FromMilliseconds(1), 5);
            string same = await c.CallSubOrchestratorWithRetryAsync<string>("Child", options, childId, null);
            try
            {
                await c.CallActivityWithRetryAsync("Unknown", new RetryOptions(TimeSpan.FromDays(1), 5));
                return "found";
            }
            catch (FunctionFailedException e)
            {
                return $"{same} {e.Failure.ErrorType}";
            }
        };
        Hub.ChecksReplay = false;
        string id = await Client.StartNewAsync("Main");
        (await Hub.OutputAsync<string>(id)).ShouldBe($"{childId} Perdure.ActivityNotFound");
        runs.ShouldBe(3);
    }
}

public sealed class FailureOnMemory() : FailureTests(Setup.Memory);
public sealed class FailureOnMemoryCold() : FailureTests(Setup.MemoryCold);
public sealed class FailureOnSqlite() : FailureTests(Setup.Sqlite);
public sealed class FailureOnSqliteCold() : FailureTests(Setup.SqliteCold);
