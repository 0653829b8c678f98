using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Perdure.Testing.Tests.Replays;

public sealed class ReplayCheckerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perdure-replay").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Code_that_did_not_change_fits_in_every_state_of_an_instance()
    {
        await using TestHub hub = await TestHub.StartAsync(
            b => b.AddFunctions(typeof(FooBar.AsItWas), typeof(FooBar.Activities)));
        await hub.Client.StartNewAsync("FooBar", "waits");
        await hub.Client.StartNewAsync("FooBar", "held");
        await hub.Client.StartNewAsync("FooBar", "ended");
        StartOptions later = new() { InstanceId = "later", StartAt = hub.Now.AddDays(1) };
        await hub.Client.StartNewAsync("FooBar", later);
        await hub.AdvanceAsync(TimeSpan.Zero);
        await hub.Client.SuspendAsync("held", "a holiday");
        await hub.Client.RaiseEventAsync("held", "Go");
        await hub.Client.RaiseEventAsync("ended", "Go");
        foreach (string id in (string[])["waits", "held", "ended", "later"])
            await hub.ExportAsync(id, _folder);

        ReplayReport report = await CheckAsync(typeof(FooBar.AsItWas), typeof(FooBar.Activities));

        report.Verdicts.Select(v => v.InstanceId).ShouldBe(["ended", "held", "later", "waits"]);
        report.Verdicts.ShouldAllBe(v => v.Outcome == ReplayOutcome.Fits);
        report.ShouldFit();
    }

    [Fact]
    public async Task Another_type_of_a_result_is_found_with_what_is_stored()
    {
        await WaitingAsync();
        ReplayVerdict verdict = await OnlyAsync(typeof(FooBar.WithAnotherType), typeof(FooBar.Activities));
        verdict.Outcome.ShouldBe(ReplayOutcome.Breaks);
        verdict.Reason!.ShouldContain(
            "Cannot read the result of activity 'Foo' as System.String: a JSON boolean is stored");
        (verdict.Turn, verdict.Expected, verdict.Actual).ShouldBe((1, "activity 'Bar'", "end"));
    }

    [Fact]
    public async Task A_call_in_between_is_found_with_both_sides()
    {
        await WaitingAsync();
        ReplayReport report = await CheckAsync(typeof(FooBar.WithANotification), typeof(FooBar.Activities));
        ReplayVerdict verdict = report.Verdicts.ShouldHaveSingleItem();
        verdict.Outcome.ShouldBe(ReplayOutcome.Breaks);
        verdict.Reason.ShouldBe("the code asks for activity 'SendNotification' where the history holds activity 'Bar'");
        Should.Throw<ReplayBrokenException>(report.ShouldFit).Message.ShouldContain("'waits' of 'FooBar', Running: the "
            + "code asks for activity 'SendNotification' where the history holds activity 'Bar' (turn 1, position 0)");
    }

    [Fact]
    public async Task An_orchestrator_that_is_gone_is_found()
    {
        await WaitingAsync();
        (await OnlyAsync(typeof(FooBar.Activities), typeof(Waits.Children))).Outcome.ShouldBe(ReplayOutcome.NoCode);
    }

    [Fact]
    public async Task Code_that_fails_where_it_had_completed_is_found()
    {
        await WaitingAsync(goesOn: true);
        ReplayVerdict verdict = await OnlyAsync(typeof(FooBar.WithAFailureAtTheEnd), typeof(FooBar.Activities));
        verdict.Outcome.ShouldBe(ReplayOutcome.Breaks);
        verdict.Reason!.ShouldContain("no more");
    }

    [Fact]
    public async Task An_event_that_has_arrived_is_read_as_well()
    {
        await WaitingAsync();
        (await OnlyAsync(typeof(FooBar.WithAFailureAtTheEnd), typeof(FooBar.Activities))).Outcome
            .ShouldBe(ReplayOutcome.Fits);
    }

    [Theory]
    [InlineData(typeof(FooBar.ThatSleeps), ReplayOutcome.Hangs, "does not come to an end within")]
    [InlineData(typeof(FooBar.ThatBlocks), ReplayOutcome.Hangs, "does not come to an end within")]
    [InlineData(typeof(FooBar.ThatLeavesItsTurn), ReplayOutcome.Breaks, "left its turn: it awaits something")]
    [InlineData(
        typeof(FooBar.ThatThrows), ReplayOutcome.Breaks, "throws where the history holds activity 'Foo': not yet")]
    public async Task Code_that_misbehaves_is_found_and_ends_nothing(Type code, ReplayOutcome outcome, string reason)
    {
        await WaitingAsync();
        ReplayReport report = await ReplayChecker.Of(code, typeof(FooBar.Activities))
            .WithTimeLimit(TimeSpan.FromMilliseconds(300)).CheckAsync(_folder);
        ReplayVerdict verdict = report.Verdicts.ShouldHaveSingleItem();
        verdict.Outcome.ShouldBe(outcome);
        verdict.Reason!.ShouldContain(reason);
    }

    [Fact]
    public async Task Instances_of_code_that_hangs_do_not_take_a_thread_each()
    {
        await using (TestHub hub = await TestHub.StartAsync(
            b => b.AddFunctions(typeof(FooBar.AsItWas), typeof(FooBar.Activities))))
        {
            for (int i = 0; i < 40; i++)
            {
                await hub.Client.StartNewAsync("FooBar", $"i{i}");
                await hub.ExportAsync($"i{i}", _folder);
            }
        }
        ReplayReport report = await ReplayChecker.Of(typeof(FooBar.ThatSleeps), typeof(FooBar.Activities))
            .WithTimeLimit(TimeSpan.FromMilliseconds(200)).CheckAsync(_folder);
        report.Verdicts.Count.ShouldBe(40);
        report.Verdicts.ShouldAllBe(v => v.Outcome == ReplayOutcome.Hangs);
        report.Verdicts.Count(v => v.Reason!.Contains("not tried", StringComparison.Ordinal)).ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task Functions_get_their_services_and_loggers_say_nothing_in_replay()
    {
        await WaitingAsync();
        List<string> logged = [];
        int before = FooBar.WithServices.Disposed;
        ReplayReport report = await ReplayChecker.Of(typeof(FooBar.WithServices), typeof(FooBar.Activities))
            .ConfigureServices(s => s.AddLogging(l => l.AddProvider(new Lines(logged)))).CheckAsync(_folder);
        report.ShouldFit();
        logged.ShouldNotContain("replay-safe");
        logged.ShouldHaveSingleItem();
        FooBar.WithServices.Disposed.ShouldBe(before + 1);
    }

    [Fact]
    public async Task What_is_waited_for_must_be_there()
    {
        await using (TestHub hub = await TestHub.StartAsync(b => b.AddFunctions(
            typeof(Waits.Orchestrators), typeof(Waits.Children), typeof(Waits.Entities), typeof(Waits.Activities))))
        {
            await hub.Client.StartNewAsync("Parent", "p");
            await hub.Client.StartNewAsync("Holder", "h");
            await hub.AdvanceAsync(TimeSpan.Zero);
            await hub.Client.StartNewAsync("Caller", "c");
            foreach (string id in (string[])["p", "c"])
                await hub.ExportAsync(id, _folder);
        }
        (await CheckAsync(typeof(Waits.Orchestrators), typeof(Waits.Children), typeof(Waits.Entities))).ShouldFit();
        ReplayReport report = await CheckAsync(typeof(Waits.Orchestrators));
        report.Verdicts.ShouldAllBe(v => v.Outcome == ReplayOutcome.WaitsInVain);
        report.Verdicts.Select(v => v.Reason).ShouldBe(
        [
            "it waits for the entity 'slow', which is not in this build",
            "it waits for the sub-orchestration 'Child', which is not in this build",
        ]);
    }

    [Fact]
    public async Task Results_that_nobody_has_awaited_yet_are_read_and_activities_that_run_must_be_there()
    {
        await using (TestHub hub = await TestHub.StartAsync(
            b => b.AddFunctions(typeof(Waits.Orchestrators), typeof(Waits.Activities))))
        {
            await hub.Client.StartNewAsync("Fan", "f");
            await hub.ExportAsync("f", _folder);
        }
        (await CheckAsync(typeof(Waits.Orchestrators), typeof(Waits.Activities))).ShouldFit();
        (await OnlyAsync(typeof(Waits.Orchestrators))).Reason
            .ShouldBe("it waits for the activity 'Never', which is not in this build");
        (await OnlyAsync(typeof(Waits.FanOfDates), typeof(Waits.Activities))).Reason!
            .ShouldContain("Cannot read the result of activity 'Quick' as System.DateTime: a JSON number is stored");
    }

    [Fact]
    public async Task An_activity_that_cannot_read_its_stored_input_is_found()
    {
        TestHub? clock = null;
        await using (TestHub hub = await TestHub.StartAsync(b => b
            .AddFunctions(typeof(FooBar.AsItWas), typeof(FooBar.Activities))
            .MockActivity<bool, string>("Bar", async _ =>
            {
                TimeProvider time = clock!.Services.GetRequiredService<TimeProvider>();
                await Task.Delay(TimeSpan.FromDays(1), time);
                return "";
            })))
        {
            clock = hub;
            await hub.Client.StartNewAsync("FooBar", "waits");
            await hub.ExportAsync("waits", _folder);
        }
        (await CheckAsync(typeof(FooBar.AsItWas), typeof(FooBar.Activities))).ShouldFit();
        ReplayVerdict verdict = await OnlyAsync(typeof(FooBar.AsItWas), typeof(FooBar.OtherActivities));
        verdict.Outcome.ShouldBe(ReplayOutcome.WaitsInVain);
        verdict.Reason!.ShouldContain(
            "Cannot read the input of activity 'Bar' as System.Int32[]: a JSON boolean is stored");
    }

    [Fact]
    public async Task Damaged_and_newer_files_are_refused_by_name_and_line()
    {
        await WaitingAsync();
        string file = Path.Combine(_folder, "waits.json");
        string text = await File.ReadAllTextAsync(file);
        await RefusedAsync(text[..^40], "waits.json', line");
        await RefusedAsync(
            text.Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal), "line 2: it has format 2");
        await RefusedAsync(
            text.Replace("TaskScheduled", "TaskPostponed", StringComparison.Ordinal), "'TaskPostponed' is not known");
        await RefusedAsync(text.Replace("\"status\"", "\"state\"", StringComparison.Ordinal), "'state' is not known");

        async Task RefusedAsync(string damaged, string reason)
        {
            await File.WriteAllTextAsync(file, damaged);
            FormatException e = await Should.ThrowAsync<FormatException>(
                () => CheckAsync(typeof(FooBar.AsItWas), typeof(FooBar.Activities)));
            e.Message.ShouldContain("waits.json");
            e.Message.ShouldContain(reason);
        }
    }

    [Fact]
    public async Task A_test_that_looks_in_the_wrong_folder_does_not_pass()
    {
        ReplayReport report = await CheckAsync(typeof(FooBar.AsItWas));
        report.Fits.ShouldBeFalse();
        Should.Throw<ReplayBrokenException>(report.ShouldFit).Message.ShouldContain("There is no history in");
        await Should.ThrowAsync<DirectoryNotFoundException>(
            () => ReplayChecker.Of(typeof(FooBar.AsItWas)).CheckAsync(Path.Combine(_folder, "not there")));
    }

    private async Task WaitingAsync(bool goesOn = false)
    {
        await using TestHub hub = await TestHub.StartAsync(
            b => b.AddFunctions(typeof(FooBar.AsItWas), typeof(FooBar.Activities)));
        await hub.Client.StartNewAsync("FooBar", "waits");
        await hub.AdvanceAsync(TimeSpan.Zero);
        if (goesOn)
            await hub.Client.RaiseEventAsync("waits", "Go");
        await hub.ExportAsync("waits", _folder);
    }

    private Task<ReplayReport> CheckAsync(params Type[] code) => ReplayChecker.Of(code).CheckAsync(_folder);

    private async Task<ReplayVerdict> OnlyAsync(params Type[] code) =>
        (await CheckAsync(code)).Verdicts.ShouldHaveSingleItem();

    private sealed class Lines(List<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (lines)
                lines.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
