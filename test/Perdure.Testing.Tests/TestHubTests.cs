using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Testing.Tests;

public sealed class TestHubTests
{
    private readonly List<string> _sent = [];

    [Fact]
    public async Task Half_a_year_of_reminders_and_approvals_passes_at_once()
    {
        // Once to be compiled, as in any test run that has more than one test.
        await HalfAYearAsync();
        _sent.Clear();
        long began = Stopwatch.GetTimestamp();
        await HalfAYearAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
    }

    private async Task HalfAYearAsync()
    {
        await using TestHub hub = await StartAsync();
        DateTimeOffset began = hub.Now;
        string id = await hub.Client.StartNewAsync("Onboard", (object)"Ada");
        await hub.AdvanceAsync(TimeSpan.FromDays(75));
        _sent.ShouldBe(["Remind Ada 2030-01-31", "Remind Ada 2030-03-02"]);
        await hub.Client.RaiseEventAsync(id, "Signed", "in ink");
        await hub.AdvanceAsync(TimeSpan.FromDays(200));
        await hub.Client.RaiseEventAsync(id, "Approved", "Bob");
        DurableOrchestrationStatus status = await hub.WaitForCompletionAsync(id);
        status.Output.GetString().ShouldBe("Ada, in ink, approved by Bob");
        _sent.Count.ShouldBe(3);
        (hub.Now - began).ShouldBe(TimeSpan.FromDays(275));
    }

    [Fact]
    public async Task Time_jumps_to_what_is_due_and_no_further()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.Client.StartNewAsync("Onboard", (object)"Ada");
        TestHubIdleException e = await Should.ThrowAsync<TestHubIdleException>(() => hub.WaitForCompletionAsync(id));
        e.Message.ShouldContain("Approved");
        _sent.Count.ShouldBe(Onboarding.RemindersMax);
        hub.Now.UtcDateTime.ShouldBe(new DateTime(2030, 7, 1, 0, 0, 0, DateTimeKind.Utc));
        await hub.Client.RaiseEventAsync(id, "Approved", "Bob");
        (await hub.WaitForCompletionAsync(id)).Output.GetString().ShouldBe("Ada, never signed, approved by Bob");
    }

    [Fact]
    public async Task What_takes_longer_than_it_may_is_said()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.Client.StartNewAsync("Onboard", (object)"Ada");
        TimeoutException e = await Should.ThrowAsync<TimeoutException>(
            () => hub.WaitForCompletionAsync(id, within: TimeSpan.FromDays(40)));
        e.Message.ShouldContain("has not ended by 2030-02-10");
        _sent.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_history_can_be_asserted_on()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.Client.StartNewAsync("Onboard", (object)"Ada");
        await hub.Client.RaiseEventAsync(id, "Signed", "now");
        await hub.Client.RaiseEventAsync(id, "Approved", "Bob");
        await hub.WaitForCompletionAsync(id);
        IReadOnlyList<DurableHistoryEvent> history = await hub.GetHistoryAsync(id);
        history.Where(e => e.EventType == "TaskScheduled").Select(e => (e.Name, e.Input?.GetString()))
            .ShouldBe([("Welcome", "Ada")]);
        history[^1].EventType.ShouldBe("ExecutionCompleted");
    }

    [Fact]
    public async Task A_mock_fails_as_the_activity_would_and_retries_wait_by_the_clock_of_the_hub()
    {
        int runs = 0;
        await using TestHub hub = await TestHub.StartAsync(b => b
            .AddFunctions(typeof(Retrying))
            .MockActivity<int, string>(
                "Fetch", n => ++runs < 4 ? throw new TimeoutException("slow") : $"{n} fetched"));
        DateTimeOffset began = hub.Now;
        string id = await hub.Client.StartNewAsync("Retrying", (object)7);
        (await hub.WaitForCompletionAsync(id)).Output.GetString().ShouldBe("7 fetched");
        (runs, hub.Now - began).ShouldBe((4, TimeSpan.FromHours(1 + 2 + 4)));
    }

    [Fact]
    public async Task A_function_that_waits_by_the_clock_of_the_services_is_waited_for()
    {
        await using TestHub hub = await TestHub.StartAsync(b => b.AddFunctions(typeof(Retrying), typeof(Slow)));
        DateTimeOffset began = hub.Now;
        string id = await hub.Client.StartNewAsync("Retrying", (object)7);
        (await hub.WaitForCompletionAsync(id)).Output.GetString().ShouldBe("slowly");
        (hub.Now - began).ShouldBe(TimeSpan.FromHours(5));
    }

    [Fact]
    public async Task Queues_streams_timers_and_entities_run_too()
    {
        Counted counted = new();
        await using TestHub hub = await TestHub.StartAsync(b => b
            .AddFunctions(typeof(Triggered))
            .ConfigureServices(s => s.AddSingleton(counted)));
        await hub.Queues.SendAsync("items", "a", new QueueSendOptions { Delay = TimeSpan.FromDays(3) });
        await hub.Streams.AppendAsync("news", "b");
        await hub.AdvanceAsync(TimeSpan.FromDays(2));
        counted.All.ShouldBe(["b", "day 2", "day 3"]);
        await hub.AdvanceAsync(TimeSpan.FromDays(1));
        counted.All.ShouldBe(["b", "day 2", "day 3", "a", "day 4"], ignoreOrder: true);
    }

    [Fact]
    public async Task Calls_are_answered_while_time_stands_still_also_when_no_turn_takes_them()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.Client.StartNewAsync("Onboard", (object)"Ada");
        await hub.Client.SuspendAsync(id, "holidays");
        await hub.Client.RaiseEventAsync(id, "Signed", "anyhow").WaitAsync(TimeSpan.FromSeconds(20));
        (await Should.ThrowAsync<TestHubIdleException>(() => hub.WaitForCompletionAsync(id)))
            .Message.ShouldContain("holidays");
        await hub.Client.ResumeAsync(id, "back");
        await hub.Client.RaiseEventAsync(id, "Approved", "Bob");
        (await hub.WaitForCompletionAsync(id)).Output.GetString().ShouldBe("Ada, anyhow, approved by Bob");
        _sent.ShouldBe(["Welcome Ada"], "it was signed in time");
    }

    [Fact]
    public async Task A_process_that_dies_goes_on_where_it_was()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.Client.StartNewAsync("Onboard", (object)"Ada");
        await hub.AdvanceAsync(TimeSpan.FromDays(45));
        await hub.KillAsync();
        await hub.Client.RaiseEventAsync(id, "Signed", "late");
        await hub.KillAsync();
        await hub.Client.RaiseEventAsync(id, "Approved", "Bob");
        (await hub.WaitForCompletionAsync(id)).Output.GetString().ShouldBe("Ada, late, approved by Bob");
        (hub.Kills, _sent.Count).ShouldBe((2, 2));
    }

    [Fact]
    public async Task A_function_that_is_at_something_outside_is_waited_for()
    {
        await using TestHub hub = await TestHub.StartAsync(builder => builder
            .AddFunctions(typeof(Retrying)).MockActivity<int, string>("Fetch", async n =>
            {
                // Neither the clock of the hub nor anything else that the hub sees.
                await Task.Delay(100); // Allowed: it stands for I/O, which takes its real time.
                return $"{n} fetched";
            }));
        string id = await hub.Client.StartNewAsync("Retrying", new StartOptions(), 1);
        (await hub.WaitForCompletionAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task It_ends_the_same_wherever_the_process_dies()
    {
        int killed = 0;
        int runs = await TestHub.KillAtEachStepAsync(Configure, async hub =>
        {
            await hub.Client.StartNewAsync("Onboard", "ada", "Ada");
            await hub.Client.RaiseEventAsync("ada", "Signed", "early");
            await hub.Client.RaiseEventAsync("ada", "Approved", "Bob");
            DurableOrchestrationStatus status = await hub.WaitForCompletionAsync("ada");
            status.Output.GetString().ShouldBe("Ada, early, approved by Bob");
            killed += hub.Kills;
        });
        runs.ShouldBeGreaterThan(5);
        killed.ShouldBeGreaterThan(4);
        _sent.Count.ShouldBeInRange(runs, runs + killed, "a welcome can be repeated by a kill, and is never left out");
    }

    [Fact]
    public async Task Its_services_end_with_it()
    {
        Ended ended = new();
        TestHub hub = await TestHub.StartAsync(b => b
            .AddFunctions(typeof(Retrying)).ConfigureServices(s => s.AddSingleton(_ => ended)));
        hub.Services.GetRequiredService<Ended>().IsDisposed.ShouldBeFalse();
        await hub.DisposeAsync();
        ended.IsDisposed.ShouldBeTrue();
        Should.Throw<ObjectDisposedException>(() => hub.Client);
    }

    [Fact]
    public async Task Hubs_run_side_by_side()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            await using TestHub hub = await TestHub.StartAsync(b => b
                .AddFunctions(typeof(Retrying)).MockActivity<int, string>("Fetch", n => $"{n} of {i}"));
            string id = await hub.Client.StartNewAsync("Retrying", (object)i);
            (await hub.WaitForCompletionAsync(id)).Output.GetString().ShouldBe($"{i} of {i}");
        }));
    }

    [Fact]
    public async Task Without_functions_it_says_how_to_add_some() =>
        (await Should.ThrowAsync<ArgumentException>(() => TestHub.StartAsync(_ => { })))
            .Message.ShouldContain("AddFunctions");

    private Task<TestHub> StartAsync() => TestHub.StartAsync(Configure);

    private void Configure(TestHubBuilder builder) => builder
        .AddFunctions(typeof(Onboarding))
        .MockActivity<string, string?>("Remind", name => Send("Remind", name, builder))
        .MockActivity<string, string?>("Welcome", name => Send("Welcome", name, builder));

    private string? Send(string what, string name, TestHubBuilder builder)
    {
        lock (_sent)
        {
            DateTimeOffset month = builder.StartTime.AddDays(30 * (_sent.Count + 1));
            _sent.Add(what == "Remind" ? $"{what} {name} {month:yyyy-MM-dd}" : $"{what} {name}");
        }
        return null;
    }

    private static class Retrying
    {
        [FunctionName("Retrying")]
        public static Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            context.CallActivityWithRetryAsync<string>(
                "Fetch", new RetryOptions(TimeSpan.FromHours(1), 5) { BackoffCoefficient = 2 },
                context.GetInput<int>());
    }

    private sealed class Slow(TimeProvider time)
    {
        [FunctionName("Fetch")]
        public async Task<string> Fetch([ActivityTrigger] int number)
        {
            await Task.Delay(TimeSpan.FromHours(number - 2), time);
            return "slowly";
        }
    }

    private sealed class Ended : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    public sealed class Counted
    {
        public List<string> All { get; } = [];
    }

    private sealed class Triggered(Counted counted)
    {
        [FunctionName("TakeItem")]
        public void TakeItem([QueueTrigger("items")] string item) => counted.All.Add(item);

        [FunctionName("TakeNews")]
        public void TakeNews([EventHubTrigger("news")] string news) => counted.All.Add(news);

        [FunctionName("Daily")]
        public void Daily([TimerTrigger("0 0 0 * * *")] TimerInfo timer, TimeProvider time) =>
            counted.All.Add($"day {time.GetUtcNow().Day}{(timer.IsPastDue ? " late" : "")}");
    }
}
