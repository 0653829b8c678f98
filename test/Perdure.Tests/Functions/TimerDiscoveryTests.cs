using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Functions.Timers;
using Shouldly;
using Xunit;

namespace Perdure.Tests.Functions;

/// <summary>What a host reads from the functions of timers, and what it says of those that cannot work.</summary>
public sealed class TimerDiscoveryTests
{
    [Fact]
    public void A_trigger_needs_no_more_than_a_schedule()
    {
        using TestHost host = new();
        TimerFunction function = host.Discover(typeof(Plain)).Timers.ShouldHaveSingleItem();
        (function.Consumer.Name, function.Consumer.Schedule.Text, function.Consumer.Schedule.TimeZone)
            .ShouldBe(("Plain", "*/5 * * * *", "UTC"));
        (function.Consumer.Misfire, function.Consumer.Overlap, function.Consumer.CatchUpMax)
            .ShouldBe((TimerMisfire.FireOnce, TimerOverlap.Skip, 100));
        (function.Consumer.RunsOnStartup, function.Consumer.Retries.RetriesMax).ShouldBe((false, 0));
        host.Discover(typeof(Plain)).TimerFunction("PLAIN").ShouldNotBeNull();
        host.Discover(typeof(Plain)).Offered.ShouldBe(["timer PLAIN"]);
        host.Discover(typeof(Plain)).OfferedRuns.ShouldBeEmpty();
    }

    [Fact]
    public void Everything_can_be_said_at_the_trigger()
    {
        using TestHost host = new(services => services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection(
                [new("when", "00:05:00"), new("where", "Europe/Berlin")]).Build()));
        TimerFunction function = host.Discover(typeof(All)).Timers.ShouldHaveSingleItem();
        (function.Consumer.Schedule.Text, function.Consumer.Schedule.TimeZone).ShouldBe(("00:05:00", "Europe/Berlin"));
        (function.Consumer.Misfire, function.Consumer.Overlap, function.Consumer.CatchUpMax)
            .ShouldBe((TimerMisfire.FireAll, TimerOverlap.Queue, 7));
        (function.Consumer.RunsOnStartup, function.Consumer.Retries.RetriesMax).ShouldBe((true, 2));
        function.Returns!.Name.ShouldBe("out");
        host.Discover(typeof(All)).KnownStreams.ShouldBe(["out"]);
        host.Discover(typeof(NoMonitor)).Timers[0].Consumer.Misfire.ShouldBe(TimerMisfire.Skip);
    }

    public static TheoryData<Type, string> Problems => new()
    {
        {
            typeof(BadHour), "BadHour.Run: the schedule \"0 0 25 * * *\" cannot be read: in the hour field, at "
                + "character 5: 25 is more than 23."
        },
        { typeof(BadSetting), "BadSetting.Run: the schedule '%no%' names the setting 'no', which there is not." },
        {
            typeof(BadZone), "BadZone.Run: this machine knows no time zone 'Europe/Atlantis'; TimeZone is an IANA id "
                + "such as Europe/Berlin."
        },
        { typeof(BadMisfire), "BadMisfire.Run: Misfire = 9 is none of FireOnce, FireAll, Skip." },
        { typeof(BadOverlap), "BadOverlap.Run: Overlap = 9 is none of Skip, Queue." },
        { typeof(BadCatchUp), "BadCatchUp.Run: MaxCatchUp = 0; it is from 1 to 10,000." },
        { typeof(Forgetful), "UseMonitor = false forgets what was missed, and Misfire = FireAll runs it" },
        { typeof(BadInfo), "has the type System.String; [TimerTrigger] goes with TimerInfo" },
        { typeof(Limited), "Limited.Run: a timer runs one occurrence at a time; [Concurrency] says nothing here." },
        { typeof(LostResult), "LostResult.Run returns System.Int32, and nobody takes it" },
        { typeof(BadParameter), "A timer function takes its trigger, occurrenceId and occurrenceTime by name" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void What_cannot_work_is_said_when_the_host_starts(Type type, string problem)
    {
        using TestHost host = new();
        string.Join('\n', host.Problems(type)).ShouldContain(problem);
    }

    private static class Plain
    {
        [FunctionName("Plain")]
        public static void Run([TimerTrigger("*/5 * * * *")] TimerInfo timer) => _ = timer;
    }

    private static class All
    {
        [FixedDelayRetry(2, "00:00:01")]
        [return: EventHub("out")]
        public static string Run(
            [TimerTrigger(
                "%when%", TimeZone = "%where%", Misfire = TimerMisfire.FireAll, Overlap = TimerOverlap.Queue,
                MaxCatchUp = 7, RunOnStartup = true)]
            TimerInfo timer,
            string occurrenceId, DateTime occurrenceTime, CancellationToken cancellationToken) =>
            $"{timer} {occurrenceId} {occurrenceTime} {cancellationToken}";
    }

    private static class NoMonitor
    {
        public static void Run([TimerTrigger("* * * * *", UseMonitor = false)] TimerInfo timer) => _ = timer;
    }

    private static class BadHour
    {
        public static void Run([TimerTrigger("0 0 25 * * *")] TimerInfo timer) => _ = timer;
    }

    private static class BadSetting
    {
        public static void Run([TimerTrigger("%no%")] TimerInfo timer) => _ = timer;
    }

    private static class BadZone
    {
        public static void Run([TimerTrigger("* * * * *", TimeZone = "Europe/Atlantis")] TimerInfo timer) => _ = timer;
    }

    private static class BadMisfire
    {
        public static void Run([TimerTrigger("* * * * *", Misfire = (TimerMisfire)9)] TimerInfo timer) => _ = timer;
    }

    private static class BadOverlap
    {
        public static void Run([TimerTrigger("* * * * *", Overlap = (TimerOverlap)9)] TimerInfo timer) => _ = timer;
    }

    private static class BadCatchUp
    {
        public static void Run([TimerTrigger("* * * * *", MaxCatchUp = 0)] TimerInfo timer) => _ = timer;
    }

    private static class Forgetful
    {
        public static void Run(
            [TimerTrigger("* * * * *", UseMonitor = false, Misfire = TimerMisfire.FireAll)] TimerInfo timer) =>
            _ = timer;
    }

    private static class BadInfo
    {
        public static void Run([TimerTrigger("* * * * *")] string timer) => _ = timer;
    }

    private static class Limited
    {
        [Concurrency(2)]
        public static void Run([TimerTrigger("* * * * *")] TimerInfo timer) => _ = timer;
    }

    private static class LostResult
    {
        public static int Run([TimerTrigger("* * * * *")] TimerInfo timer) => timer.OccurrenceId.Length;
    }

    private static class BadParameter
    {
        public static void Run([TimerTrigger("* * * * *")] TimerInfo timer, int occurrenceId) =>
            _ = $"{timer} {occurrenceId}";
    }
}
