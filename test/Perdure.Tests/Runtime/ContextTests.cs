using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>What an orchestrator reads from its context is the same in every replay.</summary>
public abstract class ContextTests(Setup setup) : HubTests(setup)
{
    [Fact]
    public async Task Guids_and_times_are_the_same_in_every_replay()
    {
        ConcurrentBag<string> live = [];
        ConcurrentBag<string> all = [];
        Code.Work = c => Task.FromResult<object?>(null);
        Code.Main = async c =>
        {
            DateTime last = DateTime.MinValue;
            for (int i = 0; i < 4; i++)
            {
                c.CurrentUtcDateTime.Kind.ShouldBe(DateTimeKind.Utc);
                c.CurrentUtcDateTime.ShouldBeGreaterThanOrEqualTo(last);
                last = c.CurrentUtcDateTime;
                string seen = $"{i} {c.NewGuid()} {c.NewGuid()} {c.CurrentUtcDateTime:o}";
                all.Add(seen);
                if (!c.IsReplaying)
                    live.Add(seen);
                Thread.SpinWait(100_000);
                c.CurrentUtcDateTime.ShouldBe(last);
                await c.CallActivityAsync("Work");
            }
            return null;
        };
        string id = await Client.StartNewAsync("Main");
        (await Hub.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        all.Distinct().Count().ShouldBe(4);
        live.Count.ShouldBe(4);
        live.SelectMany(s => s.Split(' ')[1..3]).Distinct().Count().ShouldBe(8);
        if (Hub.IsCold)
            all.Count.ShouldBeGreaterThan(4);
        else
            all.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_replay_safe_logger_logs_once()
    {
        using ILoggerFactory factory = LoggerFactory.Create(b => b.AddProvider(Hub.Log));
        ILogger own = factory.CreateLogger("Own");
        Code.Work = c => Task.FromResult<object?>(null);
        Code.Main = async c =>
        {
            ILogger logger = c.CreateReplaySafeLogger(own);
            for (int i = 0; i < 4; i++)
            {
                logger.LogInformation("step {Step}", i);
                await c.CallActivityAsync("Work");
            }
            logger.LogInformation("end");
            return null;
        };
        await Hub.RunAsync();
        Hub.Log.Of("Own").ShouldBe(["step 0", "step 1", "step 2", "step 3", "end"]);
    }

    [Fact]
    public async Task The_custom_status_is_the_last_of_a_turn_survives_and_has_a_limit()
    {
        Code.Main = async c =>
        {
            c.SetCustomStatus("first");
            c.SetCustomStatus(new { Step = 1 });
            await c.WaitForExternalEvent("on");
            string tooLong = Should.Throw<ArgumentException>(() => c.SetCustomStatus(new string('x', 8 * 1024)))
                .Message;
            c.SetCustomStatus(new string('x', 8 * 1024 - 2));
            await c.WaitForExternalEvent("on");
            c.SetCustomStatus(null);
            return tooLong;
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilStatusAsync(id, OrchestrationRuntimeStatus.Running);
        (await Hub.StatusAsync(id)).CustomStatus.GetProperty("Step").GetInt32().ShouldBe(1);
        await Client.RaiseEventAsync(id, "on");
        await Hub.UntilAsync(async () => (await Hub.StatusAsync(id)).CustomStatus.ToString().Length == 8 * 1024 - 2);
        await Hub.CrashAsync();
        (await Hub.StatusAsync(id)).CustomStatus.ToString().Length.ShouldBe(8 * 1024 - 2);
        await Client.RaiseEventAsync(id, "on");
        (await Hub.OutputAsync<string>(id))!.ShouldContain("at most 16384 are allowed");
        (await Hub.StatusAsync(id)).CustomStatus.ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task The_output_can_be_set_once_and_outdoes_the_returned_value()
    {
        Code.Main = async c =>
        {
            c.Name.ShouldBe("Main");
            c.ParentInstanceId.ShouldBeNull();
            c.SetOutput(new[] { 1, 2 });
            Should.Throw<InvalidOperationException>(() => c.SetOutput(3)).Message.ShouldContain("once");
            await c.WaitForExternalEvent("go");
            return "returned";
        };
        string id = await Client.StartNewAsync("main");
        await Client.RaiseEventAsync(id, "go");
        (await Hub.OutputAsync<int[]>(id)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Combinations_of_durable_tasks_stay_in_the_turn()
    {
        Code.Work = async c =>
        {
            await Task.Yield();
            return c.GetInput<int>();
        };
        Code.Main = async c =>
        {
            int[] all = await Task.WhenAll(c.CallActivityAsync<int>("Work", 1), c.CallActivityAsync<int>("Work", 2));
            int one = await c.CallActivityAsync<int>("Work", 3).ConfigureAwait(false);
            Task<int> last = c.CallActivityAsync<int>("Work", 4);
            Task<int> any = await Task.WhenAny(last, c.WaitForExternalEvent<int>("never")).ConfigureAwait(false);
            int waited = await c.CallActivityAsync<int>("Work", 5).WaitAsync(TimeSpan.FromDays(1))
                .ConfigureAwait(false);
            async Task<int> Twice(int n) =>
                await c.CallActivityAsync<int>("Work", n) + await c.CallActivityAsync<int>("Work", n);
            int nested = (await Task.WhenAll(Twice(6), Twice(7))).Sum();
            return all.Sum() + one + await any + waited + nested;
        };
        (await Hub.RunAsync()).Output.ToString().ShouldBe("41");
    }
}

public sealed class ContextOnMemory() : ContextTests(Setup.Memory);
public sealed class ContextOnMemoryCold() : ContextTests(Setup.MemoryCold);
public sealed class ContextOnSqlite() : ContextTests(Setup.Sqlite);
public sealed class ContextOnSqliteCold() : ContextTests(Setup.SqliteCold);
