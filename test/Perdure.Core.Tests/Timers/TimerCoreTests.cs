using System.Text;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Timers;

namespace Perdure.Core.Tests.Timers;

/// <summary>Which occurrences run, and what becomes of them.</summary>
public sealed class TimerCoreTests
{
    private const long Minute = 60_000, Hour = 60 * Minute, Day = 24 * Hour;
    private static readonly FailureDetails s_thrown = new("Boom", "no");
    private long _numbers;

    [Fact]
    public void A_new_timer_waits_for_its_first_occurrence_and_says_so()
    {
        TimerStep step = Core().Open(null, 90_500, isFirst: true);
        step.IsChanged.ShouldBeTrue();
        (step.State.Next, step.State.Name, step.State.Schedule, step.State.TimeZone, step.State.UpdatedAt)
            .ShouldBe((Hour, "Hourly", "0 0 * * * *", "UTC", 90_500));
        TimerStep wait = Core().Next(step.State, 90_500);
        (wait.IsChanged, wait.WakeAt).ShouldBe((false, Hour));
        Core().Next(step.State, Hour - 1).IsChanged.ShouldBeFalse("never before its time");
        Core().Open(step.State, Hour - 1, isFirst: true).IsChanged.ShouldBeFalse("it is known");
    }

    [Fact]
    public void An_occurrence_begins_with_an_id_of_its_time_and_ends_with_what_was_sent()
    {
        TimerState begun = Core().Next(At(Hour), Hour + 5).State;
        begun.Current.ShouldBe(new Occurrence("Hourly-19700101T010000Z", Hour));
        (begun.Next, begun.Passed, begun.UpdatedAt).ShouldBe((2 * Hour, Hour, Hour + 5));
        Message.Raise sent = new("go", Payload.None);
        TimerTurn turn = Core().Conclude(
            begun, new TimerOutcome(Hour + 5, null, null, [("i1", sent)]), Hour + 9, Draw);
        (turn.State.Current, turn.State.Last, turn.State.Next).ShouldBe((null, Hour, 2 * Hour));
        turn.Sent.ShouldBe([("i1", (Message)sent)]);
        turn.Rows.InsertMessages.ShouldHaveSingleItem().Target.ShouldBe("i1");
        turn.Rows.InsertDeadLetters.ShouldBeNull();
        ReaderRow row = turn.Rows.UpsertReaders.ShouldHaveSingleItem();
        (row.Partition, row.Log, row.Name, row.Position, row.At)
            .ShouldBe((2, "@@!hourly", "timer", 2 * Hour, Hour + 9));
    }

    [Fact]
    public void It_runs_exactly_as_often_as_its_retries_say_and_is_put_aside_with_its_story()
    {
        TimerCore core = Core(retries: 2);
        TimerState state = core.Next(At(Hour), Hour).State;
        for (int run = 1; run <= 2; run++)
        {
            TimerTurn retry = core.Conclude(
                state, Thrown(Hour + run) with { Sent = [("i1", new Message.Purge())] }, Hour + run + 1, Draw);
            retry.Rows.InsertMessages.ShouldBeNull();
            retry.DeadLetter.ShouldBeNull();
            (retry.State.Current!.Failures, retry.State.Current.DueAt, retry.State.Current.Id)
                .ShouldBe((run, Hour + run + 1 + 10, "Hourly-19700101T010000Z"));
            state = retry.State;
        }
        TimerTurn last = core.Conclude(state, Thrown(Hour + 30), Hour + 31, Draw);
        (last.State.Current, last.State.Last).ShouldBe((null, Hour));
        DeadLetterRow dead = last.Rows.InsertDeadLetters.ShouldHaveSingleItem();
        (dead.Key.Partition, dead.Source, dead.Function, dead.EventId, dead.Class, dead.At)
            .ShouldBe((2, "timer Hourly", "Hourly", "Hourly-19700101T010000Z", DeadLetterReason.Exception, Hour + 31));
        DeadLetterRecord record = DeadLetterRecord.Decode(dead.Record);
        (record.Failures, record.Enqueued, record.Place).ShouldBe((3, Hour, null));
        record.Attempts.Select(a => a.At).ShouldBe([Hour + 1, Hour + 2, Hour + 30]);
        Encoding.UTF8.GetString(record.Body.Span).ShouldBe(
            """{"scheduled":"1970-01-01T01:00:00Z","isPastDue":false}""");
    }

    [Fact]
    public void What_no_retry_can_help_is_put_aside_at_once()
    {
        TimerCore core = Core(retries: 5);
        TimerState state = core.Next(At(Hour), Hour).State;
        TimerTurn turn = core.Conclude(
            state, Thrown(Hour) with { Hopeless = DeadLetterReason.CrashSuspect }, Hour, Draw);
        turn.DeadLetter!.Class.ShouldBe(DeadLetterReason.CrashSuspect);
        turn.State.Current.ShouldBeNull();
    }

    [Fact]
    public void A_little_late_is_on_time_whatever_is_said_of_what_was_missed()
    {
        foreach (TimerMisfire misfire in Enum.GetValues<TimerMisfire>())
        {
            TimerStep step = Core(misfire: misfire).Next(At(Hour), Hour + Minute);
            (step.State.Current!.Time, step.State.Current.IsPastDue, step.State.Next, step.Skipped)
                .ShouldBe((Hour, false, 2 * Hour, null));
        }
    }

    [Theory]
    [InlineData(Hour + Minute + 1, 2 * Hour)]
    [InlineData(3 * Hour, 4 * Hour)]
    [InlineData(100 * Hour + 5, 101 * Hour)]
    public void Fire_once_runs_the_first_that_was_missed_and_no_other(long now, long next)
    {
        TimerStep step = Core(misfire: TimerMisfire.FireOnce).Next(At(Hour), now);
        (step.State.Current!.Time, step.State.Current.IsPastDue, step.State.Next).ShouldBe((Hour, true, next));
        step.Skipped.ShouldBe(next > 2 * Hour ? (2 * Hour, next) : null);
        End(Core(), step.State, now + 10).Next.ShouldBe(next);
    }

    [Theory]
    [InlineData(Hour + Minute + 1, 2 * Hour)]
    [InlineData(3 * Hour + 5, 4 * Hour)]
    public void Skip_runs_none_that_was_missed(long now, long next)
    {
        TimerStep step = Core(misfire: TimerMisfire.Skip).Next(At(Hour), now);
        (step.IsChanged, step.State.Current, step.State.Next, step.Skipped)
            .ShouldBe((true, null, next, (Hour, next)));
        Core(misfire: TimerMisfire.Skip).Next(step.State, now).WakeAt.ShouldBe(next);
    }

    [Fact]
    public void Fire_all_runs_each_one_after_the_other()
    {
        TimerCore core = Core(misfire: TimerMisfire.FireAll);
        long now = (5 * Hour) + 7;
        List<long> ran = RunAll(core, At(Hour), now, took: 100);
        ran.ShouldBe([Hour, 2 * Hour, 3 * Hour, 4 * Hour, 5 * Hour]);
    }

    [Fact]
    public void Of_too_many_the_latest_run()
    {
        TimerCore core = Core(misfire: TimerMisfire.FireAll, catchUpMax: 3);
        TimerStep step = core.Next(At(Hour), 1_000 * Hour);
        step.Skipped.ShouldBe((Hour, 998 * Hour));
        RunAll(core, At(Hour), 1_000 * Hour, took: 5).ShouldBe([998 * Hour, 999 * Hour, 1_000 * Hour]);
        // As quick for years of seconds, and with a schedule that has long pauses.
        core = Core("* * * * * *", misfire: TimerMisfire.FireAll, catchUpMax: 3);
        core.Next(At(1_000, "* * * * * *"), 3_650 * Day).State.Current!.Time.ShouldBe((3_650 * Day) - 2_000);
        core = Core("0 0 0 1 1 *", misfire: TimerMisfire.FireAll, catchUpMax: 3);
        RunAll(core, At(365 * Day, "0 0 0 1 1 *"), 3_650 * Day, took: 5).Count.ShouldBe(3);
    }

    [Fact]
    public void While_one_runs_others_do_not_begin_and_are_left_out()
    {
        TimerCore core = Core();
        TimerState state = core.Next(At(Hour), Hour).State;
        TimerTurn turn = core.Conclude(state, Ended(Hour), (3 * Hour) + 5, Draw);
        (turn.State.Next, turn.Skipped).ShouldBe((4 * Hour, (2 * Hour, 4 * Hour)));
        core.Next(turn.State, (3 * Hour) + 5).WakeAt.ShouldBe(4 * Hour);
    }

    [Fact]
    public void Or_they_run_when_it_has_ended_with_a_bound()
    {
        TimerCore core = Core(overlap: TimerOverlap.Queue, catchUpMax: 2);
        TimerState state = core.Next(At(Hour), Hour).State;
        TimerTurn turn = core.Conclude(state, Ended(Hour), (5 * Hour) + 5, Draw);
        turn.Skipped.ShouldBe((2 * Hour, 4 * Hour));
        RunAll(core, turn.State, (5 * Hour) + 5, took: 1).ShouldBe([4 * Hour, 5 * Hour]);
    }

    [Fact]
    public void What_was_cut_short_runs_again_before_all_else_and_is_the_once_of_fire_once()
    {
        TimerState cut = Core().Next(At(Hour), Hour).State;
        TimerStep once = Core().Open(cut, 9 * Hour, isFirst: true);
        (once.State.Current, once.State.Next, once.Skipped).ShouldBe((cut.Current, 10 * Hour, (2 * Hour, 10 * Hour)));
        TimerStep all = Core(misfire: TimerMisfire.FireAll).Open(cut, 3 * Hour, isFirst: true);
        all.State.Current.ShouldBe(cut.Current);
        TimerState ended = End(Core(misfire: TimerMisfire.FireAll), all.State, (3 * Hour) + 5);
        RunAll(Core(misfire: TimerMisfire.FireAll), ended, (3 * Hour) + 5, took: 1).ShouldBe([2 * Hour, 3 * Hour]);
        Core(misfire: TimerMisfire.Skip).Open(cut, 9 * Hour, isFirst: true).State.Current.ShouldBe(cut.Current);
    }

    [Fact]
    public void With_another_schedule_nothing_is_past_due()
    {
        TimerState state = At(Hour) with { Last = Hour / 2, Passed = Hour / 2 };
        TimerStep step = Core("0 30 * * * *").Open(state, 100 * Hour, isFirst: true);
        (step.State.Next, step.State.Last).ShouldBe((100 * Hour + (30 * Minute), Hour / 2));
        Core("0 0 * * * *", zone: "Asia/Kolkata").Open(state, 100 * Hour, isFirst: true).State.Next
            .ShouldBe(100 * Hour + (30 * Minute));
    }

    [Fact]
    public void No_occurrence_comes_twice_when_the_clock_is_set_back()
    {
        TimerCore core = Core();
        TimerState ended = End(core, core.Next(At(5 * Hour), 5 * Hour).State, 5 * Hour);
        core.Next(ended, 3 * Hour).WakeAt.ShouldBe(6 * Hour);
        core.Open(ended, 3 * Hour, isFirst: true).IsChanged.ShouldBeFalse();
        Core("0 */30 * * * *").Open(ended, 3 * Hour, isFirst: true).State.Next.ShouldBe(5 * Hour + (30 * Minute));
        TimerState paused = ended with { IsPaused = true };
        Tell(paused, new(TimerOrderKind.Resume), 3 * Hour).Next.ShouldBe(6 * Hour);
    }

    [Fact]
    public void A_pause_leaves_out_what_passes_and_lets_what_has_begun_end()
    {
        TimerCore core = Core(retries: 1, misfire: TimerMisfire.FireAll, overlap: TimerOverlap.Queue);
        TimerState state = Tell(core.Next(At(Hour), Hour).State, new(TimerOrderKind.Pause), Hour + 1);
        state.IsPaused.ShouldBeTrue();
        TimerTurn failed = core.Conclude(state, Thrown(Hour), Hour + 5, Draw);
        failed.State.Current!.DueAt.ShouldBe(Hour + 15);
        state = core.Conclude(failed.State, Ended(Hour + 15), (3 * Hour) + 5, Draw).State;
        TimerStep idle = core.Next(state, 9 * Hour);
        (idle.IsChanged, idle.WakeAt).ShouldBe((false, TimerSchedule.Never));
        core.Open(state, 9 * Hour, isFirst: true).IsChanged.ShouldBeFalse();
        TimerState again = Tell(state, new(TimerOrderKind.Resume), (9 * Hour) + 5);
        (again.IsPaused, again.Next).ShouldBe((false, 10 * Hour));
        Tell(again, new(TimerOrderKind.Resume), 20 * Hour).ShouldBeSameAs(again);
        Tell(state, new(TimerOrderKind.Pause), 20 * Hour).IsPaused.ShouldBeTrue();
    }

    [Fact]
    public void What_is_asked_for_runs_at_once_also_in_a_pause_and_the_schedule_goes_on()
    {
        TimerCore core = Core();
        TimerState asked = Tell(At(Hour) with { IsPaused = true }, Run("x"), 7);
        TimerState begun = core.Next(asked, 7).State;
        (begun.Current, begun.Asked.Count, begun.Next).ShouldBe((new Occurrence("x", 7), 0, Hour));
        End(core, begun, 9).Next.ShouldBe(Hour);
    }

    [Fact]
    public void What_is_asked_for_while_one_runs_is_refused_or_waits_as_the_overlap_says()
    {
        TimerState busy = Core().Next(At(Hour), Hour).State;
        Apply(busy, Run("x"), TimerOverlap.Skip).ShouldBe((busy, RequestOutcome.WrongState));
        (TimerState state, RequestOutcome outcome) = Apply(busy, Run("x"), TimerOverlap.Queue);
        (state.Asked.ShouldHaveSingleItem().Id, outcome).ShouldBe(("x", RequestOutcome.Accepted));
        Apply(busy, Run("x") with { Kind = TimerOrderKind.RunAgain }, TimerOverlap.Skip).Outcome
            .ShouldBe(RequestOutcome.Accepted, "a dead letter is never refused");
        for (int i = 1; i < TimerOrders.AskedMax; i++)
            state = Apply(state, Run($"x{i}"), TimerOverlap.Queue).State;
        Apply(state, Run("y"), TimerOverlap.Queue).ShouldBe((state, RequestOutcome.Busy));
    }

    [Fact]
    public void A_program_runs_it_once_at_its_start_unless_something_is_due_anyway()
    {
        TimerCore core = Core(startup: true);
        TimerState state = core.Open(At(Hour), 7, isFirst: true).State;
        state.Asked.ShouldBe([new Occurrence("Hourly-startup-9", 7)]);
        core.Open(At(Hour), 7, isFirst: false).IsChanged.ShouldBeFalse();
        core.Open(At(Hour), Hour, isFirst: true).State.Asked.ShouldBeEmpty();
        core.Open(At(Hour) with { IsPaused = true }, 7, isFirst: true).State.Asked.ShouldBeEmpty();
        core.Open(state with { Asked = [], Current = state.Asked[0] }, 8, isFirst: true).State.Asked.ShouldBeEmpty();
    }

    [Fact]
    public void Without_the_function_it_is_told_what_comes_true_when_a_program_has_it()
    {
        TimerState none = new() { Name = "hourly" };
        TimerState state = TimerOrders.Apply(none, new(TimerOrderKind.Pause), null, 5).State;
        state = TimerOrders.Apply(state, Run("x"), null, 6).State;
        state = TimerOrders.Apply(state, new(TimerOrderKind.Resume), null, 7).State;
        TimerState open = Core().Open(state, Hour + 5, isFirst: true).State;
        (open.IsPaused, open.Next, open.Asked.Count, open.Name).ShouldBe((false, 2 * Hour, 1, "Hourly"));
    }

    [Fact]
    public void Everything_that_is_known_survives()
    {
        TimerState state = new()
        {
            Name = "Größe",
            Next = 5,
            Schedule = "* * * * *",
            TimeZone = "Europe/Berlin",
            Last = 1,
            Passed = 2,
            EachUntil = 3,
            IsPaused = true,
            UpdatedAt = 9,
            Current = new("a-1", 4) { IsPastDue = true, Failures = 2, DueAt = 8, Attempts = [new(1, 2, 3, s_thrown)] },
            Asked = [new("a-2", 6), new("a-3", 7)],
        };
        TimerState read = TimerStateCodec.Decode(5, 9, TimerStateCodec.Encode(state));
        read.Current!.Attempts.ShouldBe(state.Current.Attempts);
        read.Asked.ShouldBe(state.Asked);
        (read with { Asked = state.Asked, Current = read.Current with { Attempts = state.Current.Attempts } })
            .ShouldBe(state);
        TimerState plain = new() { Name = "a", Next = 5, UpdatedAt = 9 };
        TimerStateCodec.Decode(5, 9, TimerStateCodec.Encode(plain)).ShouldBe(plain with { Asked = plain.Asked });
        foreach (string text in new[] { "[]", "{", """{"new":1}""", """{"current":{"time":1}}""", """{"last":"x"}""" })
            Should.Throw<FormatException>(() => TimerStateCodec.Decode(0, 0, Encoding.UTF8.GetBytes(text)), text);
    }

    [Fact]
    public void What_a_timer_is_told_survives()
    {
        foreach (Message.TimerOrder order in new[]
        {
            new(TimerOrderKind.Pause), new(TimerOrderKind.Resume), Run("Größe-1"),
            Run("x") with { Kind = TimerOrderKind.RunAgain, RequestId = "7.1" },
        })
        {
            MessageKey key = new(1, 2, 3);
            MessageCodec.Decode(MessageCodec.Encode(key, "@@!a", order)).ShouldBe(order with { Row = key });
        }
        foreach (string text in new[] { "{}", "[", "[5]", """["Dance"]""", """["Run",5]""" })
            Should.Throw<FormatException>(() => TimerOrderCodec.Decode(Encoding.UTF8.GetBytes(text)), text);
        TimerIds.Is(TimerIds.Of("Hourly")).ShouldBeTrue();
        TimerIds.Is("@@orders/1").ShouldBeFalse();
        TimerIds.Is("@@/orders/1").ShouldBeFalse();
        (string from, string before) = TimerIds.All;
        string.CompareOrdinal("@@!zzz", before).ShouldBeLessThan(0);
        string.CompareOrdinal(from, "@@!a").ShouldBeLessThan(0);
        string.CompareOrdinal("@@/a/1", before).ShouldBeGreaterThan(0);
    }

    /// <summary>Runs whatever is due now, each in so many milliseconds.</summary>
    private List<long> RunAll(TimerCore core, TimerState state, long now, long took)
    {
        List<long> ran = [];
        while (true)
        {
            TimerStep step = core.Next(state, now);
            if (step.State.Current is not { } current)
                return ran;
            ran.Add(current.Time);
            now += took;
            state = core.Conclude(step.State, Ended(now), now, Draw).State;
        }
    }

    private TimerState End(TimerCore core, TimerState state, long now) =>
        core.Conclude(state, Ended(now), now, Draw).State;

    private static TimerState Tell(TimerState state, Message.TimerOrder order, long now) =>
        TimerOrders.Apply(state, order, Consumer("0 0 * * * *", "UTC"), now).State;

    private static (TimerState State, RequestOutcome Outcome) Apply(
        TimerState state, Message.TimerOrder order, TimerOverlap overlap) =>
        TimerOrders.Apply(state, order, Consumer("0 0 * * * *", "UTC") with { Overlap = overlap }, Hour);

    private static Message.TimerOrder Run(string id) => new(TimerOrderKind.Run) { OccurrenceId = id, Time = 7 };

    private static TimerState At(long next, string schedule = "0 0 * * * *") =>
        new() { Name = "Hourly", Next = next, Schedule = schedule, TimeZone = "UTC" };

    private static TimerOutcome Ended(long begun) => new(begun, null, null, []);

    private static TimerOutcome Thrown(long begun) => new(begun, s_thrown, null, []);

    private static TimerConsumer Consumer(string schedule, string zone) => new(
        "Hourly", TimerSchedule.Read(schedule, TimeZoneInfo.FindSystemTimeZoneById(zone), out _)!,
        new RetryPolicy { RetriesMax = 0, First = default });

    private static TimerCore Core(
        string schedule = "0 0 * * * *", int retries = 0, TimerMisfire misfire = default,
        TimerOverlap overlap = default, int catchUpMax = 100, bool startup = false, string zone = "UTC") =>
        new(2, 4, 9, Consumer(schedule, zone) with
        {
            Retries = new RetryPolicy { RetriesMax = retries, First = TimeSpan.FromMilliseconds(10) },
            Misfire = misfire,
            Overlap = overlap,
            CatchUpMax = catchUpMax,
            RunsOnStartup = startup,
        });

    private long Draw() => ++_numbers;
}
