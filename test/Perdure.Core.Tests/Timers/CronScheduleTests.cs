using System.Globalization;
using Perdure.Core.Tests.Support;
using Perdure.Core.Timers;

namespace Perdure.Core.Tests.Timers;

/// <summary>When schedules are due, also where clocks are set.</summary>
public sealed class CronScheduleTests
{
    /// <summary>The examples in the documentation of NCRONTAB and of the timer trigger of Azure Functions.</summary>
    [Theory]
    [InlineData("0 */5 * * * *", "10:05:00 10:10:00 10:15:00")]
    [InlineData("*/5 * * * *", "10:05:00 10:10:00 10:15:00")]
    [InlineData("0 0 * * * *", "11:00:00 12:00:00 13:00:00")]
    [InlineData("0 0 */2 * * *", "12:00:00 14:00:00 16:00:00")]
    [InlineData("0 0 9-17 * * *", "11:00:00 12:00:00 13:00:00")]
    [InlineData("0 30 9 * * *", "2d09:30:00 3d09:30:00 4d09:30:00")]
    [InlineData("0 30 9 * * 1-5", "2d09:30:00 5d09:30:00 6d09:30:00")]
    [InlineData("0 30 9 * JAN Mon", "5d09:30:00 12d09:30:00 19d09:30:00")]
    [InlineData("0 5 * * * *", "10:05:00 11:05:00 12:05:00")]
    [InlineData("5,8,10 * * * * *", "10:00:05 10:00:08 10:00:10")]
    [InlineData("5-7 * * * * *", "10:00:05 10:00:06 10:00:07")]
    [InlineData("0 5/15 * * * *", "10:05:00 10:20:00 10:35:00")]
    [InlineData("10,40 1/2 * * * *", "10:01:10 10:01:40 10:03:10")]
    [InlineData("0 0 0 * 2 *", "32d00:00:00 33d00:00:00 34d00:00:00")]
    [InlineData("0  0  12  *  *  SUN", "4d12:00:00 11d12:00:00 18d12:00:00")]
    [InlineData("00:20:00", "10:20:00 10:40:00 11:00:00")]
    [InlineData("1.00:00:00", "2d10:00:00 3d10:00:00 4d10:00:00")]
    public void Documented_examples(string text, string expected)
    {
        // A Thursday.
        DateTime now = new(2026, 1, 1, 10, 0, 0, 500, DateTimeKind.Utc);
        TimerSchedule schedule = Read(text, TimeZoneInfo.Utc);
        schedule.From(schedule.First(Of(now))).Take(3).Select(TimeOf).ShouldBe(
            expected.Split(' ').Select(e =>
            {
                string[] parts = e.Split('d');
                int day = parts.Length > 1 ? int.Parse(parts[0], CultureInfo.InvariantCulture) : 1;
                return now.Date.AddDays(day - 1) + TimeSpan.Parse(parts[^1], CultureInfo.InvariantCulture);
            }));
    }

    [Theory]
    // In Berlin the clock goes from 2:00 to 3:00 on March 29, and from 3:00 to 2:00 on October 25.
    [InlineData("0 30 2 * * *", "2026-03-28T12:00", "2026-03-29T01:30 2026-03-30T00:30")]
    [InlineData("0 0 2 * * *", "2026-03-28T12:00", "2026-03-29T01:00 2026-03-30T00:00")]
    [InlineData("0 30 2 * * *", "2026-10-24T12:00", "2026-10-25T00:30 2026-10-26T01:30")]
    [InlineData("0 30 2 * * *", "2026-10-25T00:30", "2026-10-26T01:30 2026-10-27T01:30")]
    [InlineData("0 30 2 * * *", "2026-10-25T01:10", "2026-10-26T01:30 2026-10-27T01:30")]
    [InlineData("0 */30 * * * *", "2026-10-25T00:00", "2026-10-25T00:30 2026-10-25T01:00 2026-10-25T01:30")]
    [InlineData("0 */30 * * * *", "2026-03-29T00:30", "2026-03-29T01:00 2026-03-29T01:30 2026-03-29T02:00")]
    [InlineData("0 30 2-2 * * *", "2026-10-24T12:00", "2026-10-25T00:30 2026-10-25T01:30 2026-10-26T01:30")]
    [InlineData("0 30 2,3 29 3 *", "2026-03-01T00:00", "2026-03-29T01:30 2027-03-29T00:30")]
    public void Clocks_that_are_set(string text, string from, string expected)
    {
        TimerSchedule schedule = Read(text, Zone("Europe/Berlin"));
        string[] times = expected.Split(' ');
        schedule.From(schedule.First(Of(Parse(from)))).Take(times.Length).Select(TimeOf).ShouldBe(times.Select(Parse));
    }

    public static TheoryData<string> Zones =>
    [
        "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
        "Europe/Dublin", "America/Sao_Paulo", "Asia/Kathmandu", "Antarctica/Troll",
    ];

    /// <summary>Days at which a zone sets its clocks, of years near and far, looked at by the second.</summary>
    [Theory]
    [MemberData(nameof(Zones))]
    public void They_are_due_when_somebody_who_watches_the_clock_says_so(string id)
    {
        TimeZoneInfo zone = Zone(id);
        Dice dice = new((ulong)id.Sum(c => c));
        DateTime[] days = [.. Shifts(zone).Take(40)];
        for (int i = 0; i < 40; i++)
        {
            DateTime day = days.Length > 0 && i % 4 > 0
                ? days[dice.Below(days.Length)]
                : new DateTime(2000 + dice.Below(60), 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(dice.Below(366));
            // Not at once at the shift, and not always from the same place.
            DateTime from = day.AddSeconds(-dice.Below(20_000));
            DateTime until = day.AddSeconds(20_000);
            string text = Draw(dice);
            DateTime[] expected = [.. new CronOracle(text, zone).Between(from, until)];
            TimerSchedule? schedule = TimerSchedule.Read(text, zone, out _);
            DateTime[] found = schedule is null
                ? []
                : [.. schedule.From(schedule.First(Of(from))).Select(TimeOf).TakeWhile(t => t <= until)];
            found.ShouldBe(expected, $"{text} in {id} from {from:O}");
        }
    }

    /// <summary>The parser forgets that in a later minute the seconds begin anew.</summary>
    [Fact]
    public void In_a_later_minute_the_seconds_begin_anew()
    {
        TimerSchedule schedule = Read("14,20,41 39 * * * *", TimeZoneInfo.Utc);
        TimeOf(schedule.First(Of(Parse("2026-01-01T00:11:33")))).ShouldBe(Parse("2026-01-01T00:39:14"));
        TimeOf(schedule.First(Of(Parse("2026-01-01T00:39:14")))).ShouldBe(Parse("2026-01-01T00:39:20"));
        TimeOf(schedule.First(Of(Parse("2026-01-01T00:39:41")))).ShouldBe(Parse("2026-01-01T01:39:14"));
    }

    [Fact]
    public void Every_occurrence_leads_to_the_next_from_wherever_one_looks()
    {
        TimeZoneInfo zone = Zone("America/New_York");
        foreach (string text in new[] { "0 30 1,2 * * *", "*/20 15 2 * * *", "0 0 */6 * * *", "0 30 1 * * SUN" })
        {
            TimerSchedule schedule = Read(text, zone);
            long from = Of(new DateTime(2026, 3, 6, 0, 0, 0, DateTimeKind.Utc));
            long[] all = [.. schedule.From(schedule.First(from)).TakeWhile(t => t < from + 300 * 86_400_000L)];
            all.ShouldBe((long[])[.. all.Distinct().Order()], text);
            for (int i = 0; i + 1 < all.Length; i += 7)
            {
                schedule.First(all[i]).ShouldBe(all[i + 1]);
                schedule.First(all[i + 1] - 1).ShouldBe(all[i + 1]);
                schedule.First((all[i] + all[i + 1]) / 2000 * 1000).ShouldBe(all[i + 1]);
            }
        }
    }

    [Fact]
    public void The_last_of_february_comes_in_leap_years_and_not_in_2100()
    {
        TimerSchedule schedule = Read("0 0 12 29 2 *", Zone("Europe/Berlin"));
        schedule.From(schedule.First(Of(Parse("2088-03-01T00:00")))).Take(4).Select(t => TimeOf(t).Year)
            .ShouldBe([2092, 2096, 2104, 2108]);
        TimeOf(Read("0 0 0 29 2 1", TimeZoneInfo.Utc).First(Of(Parse("2026-01-01T00:00")))).ShouldBe(
            Parse("2044-02-29T00:00"));
    }

    [Fact]
    public void A_time_span_counts_from_the_time_before_however_late_it_is()
    {
        TimerSchedule schedule = Read("00:00:07", TimeZoneInfo.Utc);
        schedule.First(1_999).ShouldBe(8_000);
        schedule.After(8_000, 0).ShouldBe(15_000);
        schedule.After(8_000, 8_000).ShouldBe(15_000);
        schedule.After(8_000, 14_999).ShouldBe(15_000);
        schedule.After(8_000, 15_000).ShouldBe(22_000);
        schedule.After(8_000, 8_000 + (7_000L * 100_000)).ShouldBe(8_000 + (7_000L * 100_001));
    }

    [Theory]
    [InlineData("0 0 25 * * *", "in the hour field, at character 5: 25 is more than 23. An hour is a number from 0")]
    [InlineData("0 60 * * * *", "in the minute field, at character 3: 60 is more than 59")]
    [InlineData("60 * * * *", "in the minute field, at character 1: 60 is more than 59")]
    [InlineData("0 0 0 0 * *", "in the day field, at character 7: 0 is less than 1. A day is a number from 1 to 31")]
    [InlineData("0 0 0 1 13 *", "in the month field, at character 9: 13 is more than 12")]
    [InlineData("0 0 0 * * 7", "in the day of week field, at character 11: 7 is more than 6")]
    [InlineData("0 0 0 L * *", "in the day field, at character 7: 'L' is not allowed here")]
    [InlineData("0 0 12# * * *", "in the hour field, at character 7: '#' is not allowed here")]
    [InlineData("0 0 0 ? * *", "in the day field, at character 7: '?' is not allowed here")]
    [InlineData("0 0 0 * * MO", "in the day of week field, at character 11: 'MO' is no name of a day of week")]
    [InlineData("0 0 0 * FOO *", "in the month field, at character 9: 'FOO' is no name of a month")]
    [InlineData("0 0 22-2 * * *", "at character 5: the range '22-2' runs backwards; a range goes from the smaller")]
    [InlineData("0 0 0 * * FRI-MON", "write two, with a comma: 'FRI-6,0-MON'")]
    [InlineData("0 1,*/0 * * * *", "in the minute field, at character 7: '0' is not a step, which is a number from 1")]
    [InlineData("0 */70 * * * *", "in the minute field, at character 5: '70' is not a step")]
    [InlineData("0 0 1,,2 * * *", "in the hour field, at character 7: a value is missing")]
    [InlineData("0 0 1- * * *", "in the hour field, at character 7: a value is missing")]
    [InlineData("0 0 -1 * * *", "in the hour field, at character 5: a value is missing")]
    [InlineData("0 0 1-2-3 * * *", "in the hour field, at character 8: '-' is not allowed here")]
    [InlineData("* * * *", "it has 4 fields; it has 6 (second, minute, hour, day, month, day of week) or 5")]
    [InlineData("0 0 0 1 1 * 2020", "it has 7 fields")]
    [InlineData("", "it has 0 fields")]
    [InlineData("every day", "it has 2 fields")]
    [InlineData("0 0 0 30 2 *", "no day of any year is like that")]
    [InlineData("00:x", "with a ':' it is a time span, such as 00:05:00")]
    [InlineData("00:00:00", "a time span is of whole seconds, from one second to 3650 days")]
    [InlineData("00:00:01.5", "a time span is of whole seconds")]
    [InlineData("-00:01:00", "a time span is of whole seconds")]
    [InlineData("3651.00:00:00", "a time span is of whole seconds")]
    public void Mistakes_are_found_where_they_are(string text, string problem)
    {
        TimerSchedule.Read(text, TimeZoneInfo.Utc, out string? found).ShouldBeNull();
        found.ShouldNotBeNull().ShouldContain(problem);
    }

    /// <summary>What is let through must be what the parser takes, and mean what it says.</summary>
    [Fact]
    public void Whatever_is_drawn_is_read()
    {
        Dice dice = new(5);
        for (int i = 0; i < 3_000; i++)
        {
            string text = Draw(dice);
            TimerSchedule? schedule = TimerSchedule.Read(text, TimeZoneInfo.Utc, out string? problem);
            (schedule is not null || problem == "no day of any year is like that").ShouldBeTrue($"{text}: {problem}");
            char strange = (char)Between(dice, 32, 90);
            string broken = text.Remove(dice.Below(text.Length), 1).Insert(dice.Below(text.Length), $"{strange}");
            Should.NotThrow(() => TimerSchedule.Read(broken, TimeZoneInfo.Utc, out _), broken);
        }
    }

    private static int Between(Dice dice, int min, int max) => min + dice.Below(max - min + 1);

    private static TimerSchedule Read(string text, TimeZoneInfo zone) =>
        TimerSchedule.Read(text, zone, out string? problem) ?? throw new InvalidOperationException(problem);

    private static TimeZoneInfo Zone(string id) => TimeZoneInfo.FindSystemTimeZoneById(id);

    private static string Draw(Dice dice)
    {
        string[] fields =
        [
            dice.Below(3) == 0 ? Field(dice, 0, 59) : "0", Field(dice, 0, 59), Field(dice, 0, 23),
            dice.Below(3) == 0 ? Field(dice, 1, 31) : "*", dice.Below(6) == 0 ? Field(dice, 1, 12) : "*",
            dice.Below(4) == 0 ? Field(dice, 0, 6) : "*",
        ];
        return string.Join(' ', dice.Below(5) == 0 ? fields[1..] : fields);
    }

    private static string Field(Dice dice, int min, int max)
    {
        int from = Between(dice, min, max);
        return dice.Below(6) switch
        {
            0 => "*",
            1 => $"*/{Between(dice, 1, (max - min) / 2)}",
            2 => $"{from}-{Between(dice, from, max)}",
            3 => $"{from}-{Between(dice, from, max)}/{Between(dice, 1, max - min)}",
            4 => $"{from},{Between(dice, min, max)},{Between(dice, min, max)}",
            _ => $"{from}",
        };
    }

    /// <summary>When clocks are set, found by the hour.</summary>
    private static IEnumerable<DateTime> Shifts(TimeZoneInfo zone)
    {
        DateTime hour = new(2009, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (; hour.Year < 2031; hour = hour.AddHours(1))
        {
            if (zone.GetUtcOffset(hour) != zone.GetUtcOffset(hour.AddHours(-1)))
                yield return hour;
        }
    }

    private static DateTime Parse(string text) => DateTime.Parse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static long Of(DateTime time) => new DateTimeOffset(time).ToUnixTimeMilliseconds();

    private static DateTime TimeOf(long time) => DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime;
}
