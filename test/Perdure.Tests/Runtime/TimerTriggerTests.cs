using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Stores;
using Perdure.Core.Timers;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Timers: which occurrences run, how often, and what of it survives.</summary>
public abstract class TimerTriggerTests(Setup setup) : HubTests(setup)
{
    private readonly ConcurrentQueue<(string Id, DateTimeOffset Time, int Retry, bool IsPastDue)> _ran = [];

    private ITimerClient Timers => Hub.Provider.GetRequiredService<ITimerClient>();

    private IEnumerable<DateTimeOffset> Times => _ran.Select(r => r.Time);

    private DateTimeOffset Now => Hub.Clock.GetUtcNow();

    public override async ValueTask InitializeAsync()
    {
        // Far from a full hour, so that nothing comes due while a test looks.
        Hub.Clock.Skip(TimeSpan.FromMinutes(70 - Now.Minute));
        Code.Tick = Ran;
        await StartAsync(typeof(TimerFunctions.Hourly));
    }

    [Fact]
    public async Task Each_occurrence_runs_once_at_its_time()
    {
        DateTimeOffset first = Hour(1);
        for (int i = 1; i <= 3; i++)
        {
            DateTimeOffset next = Hour(1);
            Skip(next - Now - TimeSpan.FromSeconds(50));
            await UntilAsync(t => t.Next == next);
            _ran.Count.ShouldBe(i - 1, "it is too early");
            Skip(TimeSpan.FromSeconds(55));
            await RanAsync(i);
            await EndedAsync();
        }
        Times.ShouldBe([first, first.AddHours(1), first.AddHours(2)]);
        _ran.Select(r => r.Id).Distinct().Count().ShouldBe(3);
        _ran.ShouldAllBe(r => r.Id == $"Tick-{r.Time:yyyyMMddTHHmmssZ}" && !r.IsPastDue);
        await UntilAsync(t => t.Last == first.AddHours(2));
        TimerStatus status = await StatusAsync();
        (status.Name, status.Schedule, status.TimeZone, status.Next, status.HasFunction)
            .ShouldBe(("Tick", "0 0 * * * *", "UTC", first.AddHours(3), true));
        status.Upcoming.ShouldBe(Enumerable.Range(3, 5).Select(h => first.AddHours(h)));
    }

    [Fact]
    public async Task The_function_is_told_where_the_timer_stands()
    {
        TimerInfo? info = null;
        Code.Tick = call =>
        {
            info = call.Timer;
            return Ran(call);
        };
        Skip(TimeSpan.FromHours(1));
        await RanAsync(1);
        await EndedAsync();
        Skip(TimeSpan.FromHours(1));
        await RanAsync(2);
        DateTime time = _ran.Last().Time.UtcDateTime;
        (info!.OccurrenceTime, info.OccurrenceId).ShouldBe((time, _ran.Last().Id));
        (info.ScheduleStatus.Last, info.ScheduleStatus.Next).ShouldBe((time.AddHours(-1), time.AddHours(1)));
        info.FormatNextOccurrences(2).ShouldBe(
            $"The next 2 occurrences of the schedule will be:\n{time.AddHours(1):yyyy-MM-dd HH:mm:ss}Z\n"
            + $"{time.AddHours(2):yyyy-MM-dd HH:mm:ss}Z\n");
    }

    [Fact]
    public async Task What_it_starts_under_the_id_of_the_occurrence_is_started_once_although_the_process_dies()
    {
        int started = 0;
        Code.Main = async c => await c.CallActivityAsync<int>("Work", null);
        Code.Work = _ => Task.FromResult<object?>(Interlocked.Increment(ref started));
        TaskCompletionSource never = new();
        Code.Tick = async call =>
        {
            await Ran(call);
            await call.Client.StartNewAsync("Main", call.OccurrenceId);
            if (_ran.Count == 1)
                await never.Task;
        };
        Skip(TimeSpan.FromHours(1));
        await RanAsync(1);
        string id = _ran.Single().Id;
        (await Client.GetStatusAsync(id)).ShouldBeNull("it leaves when the function has ended");
        await Hub.CrashAsync();
        await RanAsync(2);
        await Hub.UntilAsync(async () => await Client.GetStatusAsync(id) is not null);
        (await Hub.EndAsync(id)).Output.GetInt32().ShouldBe(1);
        _ran.ShouldAllBe(r => r.Id == id && r.Retry == 0);
        await UntilAsync(t => t.Last == _ran.First().Time);
        await Hub.CrashAsync();
        (await StatusAsync()).Current.ShouldBeNull("what has ended does not run again");
        (_ran.Count, started).ShouldBe((2, 1));
    }

    [Fact]
    public async Task What_fails_runs_again_as_its_retries_say_also_in_the_next_process_then_it_is_put_aside()
    {
        Code.Tick = async call =>
        {
            await Ran(call);
            call.Others.Add("never");
            throw new InvalidOperationException($"attempt {call.Retry.RetryCount}");
        };
        Skip(TimeSpan.FromHours(1));
        await UntilAsync(t => t.Current is { Failures: 1 });
        TimerOccurrence current = (await StatusAsync()).Current!;
        current.LastFailure!.ErrorMessage.ShouldBe("attempt 0");
        current.RetryAt.ShouldNotBeNull().ShouldBeGreaterThan(current.Time.AddMinutes(10));
        await Hub.CrashAsync();
        _ran.Count.ShouldBe(1);
        Skip(TimeSpan.FromMinutes(11));
        await UntilAsync(t => t.Last == current.Time);
        _ran.Select(r => (r.Id, r.Retry)).ShouldBe([(current.Id, 0), (current.Id, 1)]);
        DeadLetterRow dead = (await DeadLettersAsync()).ShouldHaveSingleItem();
        (dead.Source, dead.Function, dead.EventId, dead.Class)
            .ShouldBe(("timer Tick", "Tick", current.Id, DeadLetterReason.Exception));
        await Hub.UntilAsync(() => Hub.Log.All.Any(l => l.Text.StartsWith(
            $"Occurrence {current.Id} of the timer Tick is put aside as dead letter", StringComparison.Ordinal)));
        Code.Tick = Ran;
        IDeadLetterClient letters = Hub.Provider.GetRequiredService<IDeadLetterClient>();
        (await letters.ReplayAsync([dead.Key.ToString()])).ShouldBe(1);
        await RanAsync(3);
        (_ran.Last().Id, _ran.Last().Time, _ran.Last().Retry).ShouldBe((current.Id, current.Time, 0));
        await Hub.UntilAsync(
            async () => (await letters.GetAsync(dead.Key.ToString()))!.State == DeadLetterState.Resolved);
    }

    [Fact]
    public async Task Of_all_that_was_missed_the_first_runs_and_the_schedule_goes_on()
    {
        DateTimeOffset first = Hour(1);
        await Hub.StopAsync();
        Skip(TimeSpan.FromHours(5));
        await Hub.StartAsync();
        await UntilAsync(t => t.Last == first);
        _ran.ShouldBe([($"Tick-{first:yyyyMMddTHHmmssZ}", first, 0, true)]);
        (await StatusAsync()).Next.ShouldBe(Hour(1));
        await Hub.UntilAsync(() => Hub.Log.All.Any(l => l.Text.StartsWith(
            $"What the timer Tick was to do from {first.AddHours(1):u} on", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Or_each_of_them_if_it_wants()
    {
        await RestartAsync(typeof(TimerFunctions.EachHour));
        DateTimeOffset first = Hour(1);
        await Hub.StopAsync();
        Skip(TimeSpan.FromHours(5));
        await Hub.StartAsync();
        await UntilAsync(t => t.Last == first.AddHours(4));
        Times.ShouldBe(Enumerable.Range(0, 5).Select(h => first.AddHours(h)));
    }

    [Fact]
    public async Task While_one_runs_none_begins_and_none_can_be_triggered()
    {
        TaskCompletionSource goOn = new();
        Code.Tick = async call =>
        {
            await Ran(call);
            await goOn.Task;
        };
        DateTimeOffset first = Hour(1);
        Skip(TimeSpan.FromHours(1));
        await RanAsync(1);
        Skip(TimeSpan.FromHours(3));
        InvalidOperationException e =
            await Should.ThrowAsync<InvalidOperationException>(() => Timers.TriggerAsync("Tick"));
        e.Message.ShouldContain("its trigger says Overlap = Skip");
        goOn.SetResult();
        await UntilAsync(t => t.Last == first);
        (await StatusAsync()).Next.ShouldBe(Hour(1));
        Times.ShouldBe([first]);
    }

    [Fact]
    public async Task Or_they_run_one_after_the_other_if_it_wants()
    {
        await RestartAsync(typeof(TimerFunctions.EachHour));
        TaskCompletionSource goOn = new();
        int running = 0;
        Code.Tick = async call =>
        {
            Interlocked.Increment(ref running).ShouldBe(1);
            await Ran(call);
            await goOn.Task;
            Interlocked.Decrement(ref running);
        };
        DateTimeOffset first = Hour(1);
        Skip(TimeSpan.FromHours(1));
        await RanAsync(1);
        string triggered = await Timers.TriggerAsync("tick");
        Skip(TimeSpan.FromHours(2));
        (await StatusAsync()).Waiting.ShouldBe(1);
        goOn.SetResult();
        await RanAsync(4);
        _ran.Select(r => r.Id).ShouldBe(
        [
            _ran.First().Id, triggered, $"Tick-{first.AddHours(1):yyyyMMddTHHmmssZ}",
            $"Tick-{first.AddHours(2):yyyyMMddTHHmmssZ}",
        ]);
    }

    [Fact]
    public async Task Paused_it_runs_when_somebody_triggers_it_and_resumed_it_goes_on_with_what_comes()
    {
        await Timers.PauseAsync("TICK");
        await Hub.CrashAsync();
        TimerStatus status = await StatusAsync();
        (status.IsPaused, status.Next, status.Upcoming.Count).ShouldBe((true, null, 0));
        Skip(TimeSpan.FromHours(5));
        string id = await Timers.TriggerAsync("Tick");
        await EndedAsync();
        _ran.Select(r => r.Id).ShouldBe([id]);
        await Timers.ResumeAsync("Tick");
        (await StatusAsync()).Next.ShouldBe(Hour(1));
        Skip(Hour(1) - Now);
        await RanAsync(2);
        _ran.Last().IsPastDue.ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_triggered_runs_although_the_process_dies()
    {
        TaskCompletionSource never = new();
        Code.Tick = async call =>
        {
            await Ran(call);
            await never.Task;
        };
        string id = await Timers.TriggerAsync("Tick");
        await Hub.DieAsync();
        Code.Tick = Ran;
        await Hub.StartAsync();
        await UntilAsync(t => t.Last is not null);
        _ran.ShouldAllBe(r => r.Id == id);
    }

    [Fact]
    public async Task With_another_schedule_nothing_is_past_due_and_a_start_may_run_it_once()
    {
        await Hub.StopAsync();
        Skip(TimeSpan.FromHours(5));
        await StartAsync(typeof(TimerFunctions.HalfPast));
        await RanAsync(1);
        _ran.Single().Id.ShouldBe($"tick-startup-{Hub.Host.Node.Number}");
        await EndedAsync();
        TimerStatus status = await StatusAsync();
        (status.Name, status.Schedule, status.Next!.Value.Minute).ShouldBe(("tick", "0 30 * * * *", 30));
        Skip(TimeSpan.FromHours(1));
        await RanAsync(2);
        _ran.Last().Time.ShouldBe(status.Next.Value);
    }

    [Fact]
    public async Task A_timer_whose_function_is_gone_does_nothing_and_is_there_when_it_comes_back()
    {
        DateTimeOffset first = Hour(1);
        await Hub.StopAsync();
        await StartAsync();
        Skip(TimeSpan.FromHours(3));
        TimerStatus status = await StatusAsync();
        (status.HasFunction, status.Next).ShouldBe((false, first));
        ArgumentException e = await Should.ThrowAsync<ArgumentException>(() => Timers.PauseAsync("Tick"));
        e.Message.ShouldBe("No program of this hub has the timer 'Tick'. There is none at all.");
        (await Timers.GetAsync("Other")).ShouldBeNull();
        await Hub.StopAsync();
        await StartAsync(typeof(TimerFunctions.Hourly));
        await UntilAsync(t => t.Last == first);
    }

    [Fact]
    public async Task What_the_store_refuses_is_put_aside_and_the_timer_goes_on()
    {
        Code.Tick = call =>
        {
            call.Others.Add("bad");
            return Ran(call);
        };
        Hub.Store.Instead = batch => batch.Turns.Any(t => t.InsertMessages is not null)
            ? new CommitResult(CommitOutcome.Refused) { Detail = "no" }
            : null;
        DateTimeOffset first = Hour(1);
        Skip(TimeSpan.FromHours(1));
        await UntilAsync(t => t.Last == first && t.Current is null);
        (await DeadLettersAsync()).ShouldHaveSingleItem().EventId.ShouldBe($"Tick-{first:yyyyMMddTHHmmssZ}");
        Hub.Store.Instead = null;
        Skip(TimeSpan.FromHours(1));
        await RanAsync(2);
        await UntilAsync(t => t.Last == first.AddHours(1));
    }

    [Fact]
    public async Task A_stop_lets_it_end_and_what_a_deadline_cuts_short_runs_again()
    {
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.DrainTimeout = TimeSpan.Zero);
        Code.Tick = async call =>
        {
            await Ran(call);
            await Task.Delay(Timeout.Infinite, call.CancellationToken);
        };
        Skip(TimeSpan.FromHours(1));
        await RanAsync(1);
        await Hub.StopAsync();
        Code.Tick = Ran;
        await Hub.StartAsync();
        await UntilAsync(t => t.Last is not null);
        _ran.Select(r => (r.Id, r.Retry)).ShouldBe([(_ran.First().Id, 0), (_ran.First().Id, 0)]);
    }

    private Task Ran(TimerCall call)
    {
        call.Timer.OccurrenceId.ShouldBe(call.OccurrenceId);
        call.OccurrenceTime.ShouldBeLessThanOrEqualTo(Now, "never before its time");
        _ran.Enqueue((call.OccurrenceId, call.OccurrenceTime, call.Retry.RetryCount, call.Timer.IsPastDue));
        return Task.CompletedTask;
    }

    private Task RanAsync(int count) => Hub.UntilAsync(() => _ran.Count >= count, $"{count} have run");

    /// <summary>What comes due before that is left out.</summary>
    private Task EndedAsync() => UntilAsync(t => t is { Current: null, Last: not null });

    private async Task<TimerStatus> StatusAsync() => (await Timers.GetAsync("Tick")).ShouldNotBeNull();

    private Task UntilAsync(Func<TimerStatus, bool> condition) =>
        Hub.UntilAsync(async () => await Timers.GetAsync("Tick") is { } timer && condition(timer), "the timer is so");

    private void Skip(TimeSpan time) => Hub.Clock.Skip(time);

    /// <summary>The next full hour, or one behind it.</summary>
    private DateTimeOffset Hour(int next) =>
        DateTimeOffset.FromUnixTimeSeconds(((Now.ToUnixTimeSeconds() / 3600) + next) * 3600);

    private async Task RestartAsync(Type timer)
    {
        await Hub.StopAsync();
        await StartAsync(timer);
    }

    /// <summary>Until the timer is there: what is skipped before is not missed.</summary>
    private async Task StartAsync(params Type[] timers)
    {
        Hub.Functions = [.. Hub.AllFunctions, .. timers];
        await Hub.StartAsync();
        if (timers.Length > 0)
            await Hub.UntilAsync(() => Partition.TimerHere(Id) is { Next: > 0 });
    }

    private static string Id => TimerIds.Of("Tick");

    private Perdure.Runtime.Partition Partition => Hub.Host.Node.PartitionOf(Id);

    private async Task<IReadOnlyList<DeadLetterRow>> DeadLettersAsync() =>
        (await Hub.Store.QueryDeadLettersAsync(new DeadLetterQuery { PageSize = 100 }, CancellationToken.None)).Rows;
}

public sealed class TimersOnMemory() : TimerTriggerTests(Setup.Memory);
public sealed class TimersOnSqlite() : TimerTriggerTests(Setup.Sqlite);
