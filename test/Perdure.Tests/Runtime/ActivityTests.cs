using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Runtime.ActivityFunctions;

namespace Perdure.Tests.Runtime;

public abstract class ActivityTests(Setup setup) : HubTests(setup)
{
    public override async ValueTask InitializeAsync()
    {
        Hub.Functions =
            [.. Hub.AllFunctions, typeof(TypedActivities), typeof(ScopedActivities), typeof(LimitedActivities)];
        Hub.Services = services => services.AddScoped<Visit>().AddSingleton<Meeting>();
        await base.InitializeAsync();
    }

    [Fact]
    public async Task Values_travel_as_json_in_both_directions()
    {
        Code.Main = async c => new object?[]
        {
            (await c.CallActivityAsync<(int, string)>("Swap", ("a", 1))).Item2,
            (await c.CallActivityAsync<Order>("Double", new Order("x", 2, [1, 2]))).Count,
            await c.CallActivityAsync<string>("Nothing"),
            await c.CallActivityAsync<int>("Nothing", null),
            await c.CallActivityAsync<object>("Void", "in"),
            await c.CallActivityAsync<string>("Echo", null) ?? "null",
            await c.CallActivityAsync<double>("Number", double.NaN),
        };
        string id = await Client.StartNewAsync("Main");
        (await Hub.EndAsync(id)).Output.ToString().ShouldBe("""["a",4,null,0,null,"null","NaN"]""");
    }

    [Fact]
    public async Task Every_invocation_has_a_scope_of_its_own_and_services_logger_and_token_come_by_parameter()
    {
        Code.Main = async c => await Task.WhenAll(
            Enumerable.Range(0, 5).Select(i => c.CallActivityAsync<string[]>("Visit", i)));
        string[][] seen = (await Hub.OutputAsync<string[][]>(await Client.StartNewAsync("Main")))!;
        seen.ShouldAllBe(v => v[0] == v[1] && v[2] == "True");
        seen.Select(v => v[0]).Distinct().Count().ShouldBe(5);
        Hub.Log.Of("Function.Visit").Order().ShouldBe(Enumerable.Range(0, 5).Select(i => $"visit {i}"));
        Visit.Disposed.ShouldContain(seen[0][0]);
    }

    [Fact]
    public async Task An_activity_over_its_time_fails_and_its_late_result_counts_for_nothing()
    {
        Code.Main = async c =>
        {
            try
            {
                return await c.CallActivityAsync<string>("Slow");
            }
            catch (FunctionFailedException e)
            {
                await c.WaitForExternalEvent("go");
                return $"{e.Failure.ErrorType}: {e.Failure.ErrorMessage}";
            }
        };
        Meeting meeting = Hub.Provider.GetRequiredService<Meeting>();
        string id = await Client.StartNewAsync("Main");
        await meeting.Entered.WaitAsync(TimeSpan.FromSeconds(20));
        Hub.Clock.Skip(TimeSpan.FromMinutes(5));
        await Hub.UntilHistoryAsync(id, "TaskFailed");
        // The orchestration may know of the failure before the activity is told to stop.
        await Hub.UntilAsync(() => meeting.WasCancelled);
        meeting.Release();
        await Hub.UntilAsync(() => meeting.Left);
        await Hub.CrashAsync();
        await Client.RaiseEventAsync(id, "go");
        (await Hub.OutputAsync<string>(id)).ShouldBe(
            "System.TimeoutException: The activity function 'Slow' did not end within 00:05:00.");
        (await Hub.StatusAsync(id, true)).History!.ShouldNotContain(e => e.EventType == "TaskCompleted");
    }

    [Fact]
    public async Task An_activity_that_blocks_its_thread_is_late_like_any_other()
    {
        using ManualResetEventSlim gate = new();
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.ActivityTimeout = TimeSpan.FromMinutes(5));
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Code.Work = c =>
        {
            entered.SetResult();
            gate.Wait();
            return Task.FromResult<object?>("late");
        };
        Code.Main = async c => await c.CallActivityAsync<string>("Work");
        string id = await Client.StartNewAsync("Main");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Hub.Clock.Skip(TimeSpan.FromMinutes(5));
        (await Hub.EndAsync(id)).Failure!.InnerFailure!.ErrorType.ShouldBe("System.TimeoutException");
        gate.Set();
    }

    [Fact]
    public async Task A_limit_on_one_function_is_never_exceeded_and_makes_no_other_wait()
    {
        Code.Work = c => Task.FromResult<object?>(1);
        Code.Main = async c =>
        {
            List<Task<int>> all = [.. Enumerable.Range(0, 30).Select(_ => c.CallActivityAsync<int>("Narrow"))];
            int first = await c.CallActivityAsync<int>("Work");
            c.SetCustomStatus("passed");
            return first + (await Task.WhenAll(all)).Sum();
        };
        Meeting meeting = Hub.Provider.GetRequiredService<Meeting>();
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(async () => (await Hub.StatusAsync(id)).CustomStatus.ToString() == "passed");
        await Hub.UntilAsync(() => meeting.Inside == 3);
        meeting.Release();
        (await Hub.OutputAsync<int>(id)).ShouldBe(31);
        meeting.Most.ShouldBe(3);
    }

    [Fact]
    public async Task No_more_run_at_once_than_the_host_allows()
    {
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.MaxConcurrentActivities = 4);
        int inside = 0, most = 0;
        Code.Work = async c =>
        {
            int now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            return 1;
        };
        Code.Main = async c =>
            (await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => c.CallActivityAsync<int>("Work")))).Sum();
        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Hub.RunAsync()))).Sum(s => s.Output.GetInt32())
            .ShouldBe(200);
        most.ShouldBeInRange(1, 4);
    }

    [Fact]
    public async Task After_a_crash_it_knows_that_it_may_have_run_and_its_key_is_the_same()
    {
        ConcurrentQueue<string> seen = new();
        TaskCompletionSource first = new();
        Code.Work = async c =>
        {
            seen.Enqueue($"{c.Attempt} {c.MayHaveRunBefore} {c.IdempotencyKey}");
            if (seen.Count == 1)
                await first.Task;
            return seen.Count < 4 ? throw new InvalidOperationException() : null;
        };
        Code.Main = async c =>
        {
            await c.CallActivityWithRetryAsync("Work", new RetryOptions(TimeSpan.FromMilliseconds(1), 10));
            return null;
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(() => seen.Count == 1);
        await Hub.CrashAsync();
        await Hub.EndAsync(id);
        string[][] runs = [.. seen.Select(s => s.Split(' '))];
        runs.Select(r => $"{r[0]} {r[1]}").ShouldBe(["1 False", "1 True", "2 False", "3 False"]);
        runs.Select(r => r[2]).Distinct().Count().ShouldBe(1);
        first.SetResult();
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; value > seen; seen = target)
            Interlocked.CompareExchange(ref target, value, seen);
    }
}

public sealed record Order(string Name, int Count, int[] Parts);

/// <summary>Hidden in a class that is not public, so that no host finds them by itself.</summary>
internal static class ActivityFunctions
{
    public static class TypedActivities
    {
        [FunctionName("Swap")]
        public static (int, string) Swap([ActivityTrigger] (string Text, int Number) input) =>
            (input.Number, input.Text);

        [FunctionName("Double")]
        public static async Task<Order> Double([ActivityTrigger] Order order)
        {
            await Task.Yield();
            return order with { Count = 2 * order.Count };
        }

        [FunctionName("Nothing")]
        public static string? Nothing([ActivityTrigger] IDurableActivityContext context) => null;

        [FunctionName("Void")]
        public static void Void([ActivityTrigger] string input)
        {
        }

        [FunctionName("Echo")]
        public static string? Echo([ActivityTrigger] string? input) => input;

        [FunctionName("Number")]
        public static double Number([ActivityTrigger] double input) => input;
    }

    public sealed class Visit : IDisposable
    {
        public static ConcurrentBag<string> Disposed { get; } = [];

        public string Id { get; } = Guid.NewGuid().ToString();

        public void Dispose() => Disposed.Add(Id);
    }

    public sealed class ScopedActivities(Visit byConstructor)
    {
        [FunctionName("Visit")]
        public string[] Run(
            [ActivityTrigger] int number, Visit byParameter, ILogger logger, CancellationToken cancellationToken)
        {
                    logger.LogInformation("visit {Number}", number);
            return [byConstructor.Id, byParameter.Id, cancellationToken.CanBeCanceled.ToString()];
        }
    }

    /// <summary>Where activities wait for their test.</summary>
    public sealed class Meeting
    {
        private readonly TaskCompletionSource _entered = new();
        private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _inside;
        private int _most;

        public Task Entered => _entered.Task;
        public int Inside => Volatile.Read(ref _inside);
        public int Most => _most;
        public bool Left { get; private set; }
        public bool WasCancelled { get; private set; }

        public void Release() => _release.TrySetResult();

        public async Task EnterAsync(CancellationToken cancellationToken)
        {
            int now = Interlocked.Increment(ref _inside);
            lock (_release)
                _most = Math.Max(_most, now);
            using CancellationTokenRegistration cancelled = cancellationToken.Register(() => WasCancelled = true);
            _entered.TrySetResult();
            await _release.Task;
            Interlocked.Decrement(ref _inside);
            Left = true;
        }
    }

    public sealed class LimitedActivities(Meeting meeting)
    {
        [FunctionName("Slow")]
        [Timeout("00:05:00")]
        public async Task<string> Slow([ActivityTrigger] IDurableActivityContext context)
        {
            await meeting.EnterAsync(context.CancellationToken);
            return "late";
        }

        [FunctionName("Narrow")]
        [Concurrency(3)]
        public async Task<int> Narrow([ActivityTrigger] IDurableActivityContext context)
        {
            await meeting.EnterAsync(context.CancellationToken);
            return 1;
        }
    }
}

public sealed class ActivityOnMemory() : ActivityTests(Setup.Memory);
public sealed class ActivityOnMemoryCold() : ActivityTests(Setup.MemoryCold);
public sealed class ActivityOnSqlite() : ActivityTests(Setup.Sqlite);
public sealed class ActivityOnSqliteCold() : ActivityTests(Setup.SqliteCold);
