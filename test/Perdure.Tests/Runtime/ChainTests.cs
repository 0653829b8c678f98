using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class ChainTests(Setup setup) : HubTests(setup)
{
    [Fact]
    public async Task Runs_activities_one_after_the_other()
    {
        Code.Work = c => Task.FromResult<object?>($"Hello {c.GetInput<string>()}!");
        Code.Main = async c =>
        {
            List<string> said = [];
            foreach (string city in c.GetInput<string[]>())
                said.Add(await c.CallActivityAsync<string>("Work", city));
            return said;
        };
        string id = await Client.StartNewAsync("Main", (object)new[] { "Tokyo", "Seattle", "London" });
        (await Hub.OutputAsync<string[]>(id)).ShouldBe(["Hello Tokyo!", "Hello Seattle!", "Hello London!"]);
        DurableOrchestrationStatus status = await Hub.StatusAsync(id, history: true);
        status.History!.Select(e => e.EventType).Where(e => e != "OrchestratorStarted").ShouldBe(
        [
            "ExecutionStarted", "TaskScheduled", "TaskCompleted", "TaskScheduled", "TaskCompleted", "TaskScheduled",
            "TaskCompleted", "ExecutionCompleted",
        ]);
        status.History!.Count(e => e.EventType == "OrchestratorStarted").ShouldBe(4);
        status.CreatedTime.ShouldBeLessThanOrEqualTo(status.LastUpdatedTime);
    }

    [Fact]
    public async Task Fans_out_to_a_thousand_activities_and_in_again()
    {
        Code.Work = async c =>
        {
            await Task.Yield();
            return c.GetInput<int>() * 2;
        };
        Code.Main = async c =>
            (await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => c.CallActivityAsync<int>("Work", i)))).Sum();
        (await Hub.RunAsync()).Output.GetInt32().ShouldBe(999_000);
    }

    [Fact]
    public async Task WhenAny_goes_on_with_the_first_result_and_end_does_not_wait_for_the_others()
    {
        TaskCompletionSource release = new();
        Code.Work = async c =>
        {
            if (c.GetInput<int>() > 0)
                await release.Task;
            return c.GetInput<int>();
        };
        Code.Main = async c =>
        {
            Task<int>[] all = [.. new[] { 1, 0, 2 }.Select(i => c.CallActivityAsync<int>("Work", i))];
            return Array.IndexOf(all, await Task.WhenAny(all));
        };
        (await Hub.RunAsync()).Output.GetInt32().ShouldBe(1);
        release.SetResult();
    }

    [Fact]
    public async Task WhenAll_fails_with_the_first_failure_after_all_have_ended()
    {
        Code.Work = c => c.GetInput<int>() % 2 == 0
            ? Task.FromResult<object?>(c.GetInput<int>())
            : throw new InvalidOperationException($"odd {c.GetInput<int>()}");
        Code.Main = async c =>
        {
            Task<int>[] all = [.. Enumerable.Range(0, 6).Select(i => c.CallActivityAsync<int>("Work", i))];
            try
            {
                await Task.WhenAll(all);
                return "no failure";
            }
            catch (FunctionFailedException e)
            {
                return $"{e.Failure.ErrorMessage}, {all.Count(t => t.IsFaulted)} of {all.Count(t => t.IsCompleted)}";
            }
        };
        (await Hub.RunAsync()).Output.GetString().ShouldBe("odd 1, 3 of 6");
    }

    [Fact]
    public async Task Loops_of_many_turns_keep_their_state()
    {
        Code.Work = c => Task.FromResult<object?>(c.GetInput<int>() + 1);
        Code.Main = async c =>
        {
            int sum = 0;
            for (int i = 0; i < 40; i++)
                sum += await c.CallActivityAsync<int>("Work", i);
            return sum;
        };
        (await Hub.RunAsync()).Output.GetInt32().ShouldBe(820);
    }

    [Fact]
    public async Task Goes_on_where_it_was_after_the_process_died_between_any_two_activities()
    {
        int died = 0;
        TaskCompletionSource<int> reached = new();
        Code.Work = async c =>
        {
            int step = c.GetInput<int>();
            if (step == Volatile.Read(ref died) && !c.MayHaveRunBefore)
            {
                reached.TrySetResult(step);
                await Task.Delay(Timeout.Infinite, c.CancellationToken);
            }
            return step;
        };
        Code.Main = async c =>
        {
            List<int> steps = [];
            for (int i = 0; i < 4; i++)
                steps.Add(await c.CallActivityAsync<int>("Work", i));
            return steps;
        };
        string id = await Client.StartNewAsync("Main");
        for (int i = 0; i < 4; i++)
        {
            (await reached.Task.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(i);
            await Hub.DieAsync();
            reached = new TaskCompletionSource<int>();
            Interlocked.Increment(ref died);
            await Hub.StartAsync();
        }
        (await Hub.OutputAsync<int[]>(id)).ShouldBe([0, 1, 2, 3]);
    }
}

public sealed class ChainOnMemory() : ChainTests(Setup.Memory);
public sealed class ChainOnMemoryCold() : ChainTests(Setup.MemoryCold);
public sealed class ChainOnSqlite() : ChainTests(Setup.Sqlite);
public sealed class ChainOnSqliteCold() : ChainTests(Setup.SqliteCold);
