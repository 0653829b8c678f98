using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.DeadLetters;
using Perdure.Core.Queues;
using Perdure.Functions.Queues;
using Shouldly;
using Xunit;

namespace Perdure.Tests.Functions;

/// <summary>What the attributes of queue functions come to, and what is wrong with some.</summary>
public class QueueDiscoveryTests
{
    private const string Here = "Perdure.Tests.Functions.QueueDiscoveryTests.";

    public static TheoryData<Type, string> Problems => new()
    {
        {
            typeof(BadName),
            "BadName.Run: 'not_good' cannot be the name of a queue: it contains '_' at position 3; only a to z, 0 to 9 "
            + "and '-' are allowed."
        },
        { typeof(NoSetting), "NoSetting.Run: the queue '%nowhere%' names the setting 'nowhere', which there is not." },
        {
            typeof(LostResult),
            "LostResult.Run returns System.Int32, and nobody takes it; return void, Task or ValueTask, or say with "
            + "[return: Queue(\"name\")] or [return: EventHub(\"name\")] where it goes."
        },
        { typeof(NothingToReturn), "NothingToReturn.Run returns nothing that could go to the queue 'out'." },
        {
            typeof(OddOutput),
            "OddOutput.Run: its parameter 'output' has the type System.String; [Queue] and [EventHub] go with "
            + "out parameters, ICollector<T>, IAsyncCollector<T> and return values."
        },
        {
            typeof(TwoPolicies),
            "TwoPolicies.Run has [FixedDelayRetry] and [ExponentialBackoffRetry]; a function has one."
        },
        {
            typeof(BadDelay),
            "BadDelay.Run: DelayInterval = \"5\" is not a time of zero or more, such as 00:00:30."
        },
        { typeof(BadCount), "BadCount.Run: -2 retries; it is 0 or more, or -1 for no end." },
        {
            typeof(BadGrowth),
            "BadGrowth.Run: [ExponentialBackoffRetry] waits from 00:00:05 to 00:00:01; the first is more than zero, "
            + "and the longest not less than it."
        },
        { typeof(BadLimits), "BadLimits.Run: BatchSize = -1; it is 1 or more." },
        { typeof(BadDequeueCount), "BadDequeueCount.Run: MaxDequeueCount = -1; it is 1 or more." },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void What_cannot_work_is_said_when_the_host_starts(Type type, string problem)
    {
        using TestHost host = new();
        host.Problems(type).ShouldContain(Here + problem);
    }

    [Fact]
    public void A_queue_has_one_function()
    {
        using TestHost host = new();
        host.Problems(typeof(Plain), typeof(SameQueue)).ShouldBe(
            ["The queue 'items' triggers Plain and SameQueue; a queue has one function."]);
    }

    [Fact]
    public void The_attribute_has_the_last_word_over_the_host_and_a_retry_attribute_over_both()
    {
        using TestHost host = new();
        (RetryPolicy Retries, int Max) Of(Type type)
        {
            QueueFunction function = host.Discover(type).Queues.ShouldHaveSingleItem();
            return (function.Consumer.Retries, function.InHandMax);
        }

        Of(typeof(Plain)).ShouldBe((Fixed(4, 0), 16 + (8 * Environment.ProcessorCount)));
        Of(typeof(OwnSettings)).ShouldBe((Fixed(1, 30), 5));
        Of(typeof(OwnRetries)).ShouldBe((Fixed(7, 1), 3));
        Of(typeof(GrowingRetries)).Retries.ShouldBe(new RetryPolicy
        {
            RetriesMax = -1,
            First = TimeSpan.FromSeconds(1),
            Longest = TimeSpan.FromMinutes(1),
        });
    }

    [Fact]
    public void A_name_may_be_a_setting()
    {
        using TestHost host = new(services => services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection([new("where", "Orders")]).Build()));
        QueueFunction function = host.Discover(typeof(FromSetting)).Queues.ShouldHaveSingleItem();
        (function.Consumer.Queue, function.Returns?.Name).ShouldBe(("in-orders", "out-orders"));
    }

    private static RetryPolicy Fixed(int retries, int seconds) =>
        new() { RetriesMax = retries, First = TimeSpan.FromSeconds(seconds) };

    private static class Plain
    {
        [FunctionName("Plain")]
        public static void Run([QueueTrigger("items", Connection = "Elsewhere")] string item) => _ = item;
    }

    private static class SameQueue
    {
        [FunctionName("SameQueue")]
        public static void Run([QueueTrigger("Items")] string item) => _ = item;
    }

    private static class OwnSettings
    {
        public static void Run(
            [QueueTrigger(
                "items", MaxDequeueCount = 2, VisibilityTimeout = "00:00:30", BatchSize = 4, NewBatchThreshold = 1)]
            string item) => _ = item;
    }

    [FixedDelayRetry(7, "00:00:01")]
    private static class OwnRetries
    {
        [Concurrency(3)]
        public static void Run([QueueTrigger("items", MaxDequeueCount = 2)] string item) => _ = item;
    }

    [FixedDelayRetry(7, "00:00:01")]
    private static class GrowingRetries
    {
        [ExponentialBackoffRetry(-1, "00:00:01", "00:01:00")]
        public static void RunGrowing([QueueTrigger("items")] string item) => _ = item;
    }

    private static class FromSetting
    {
        [return: Queue("out-%where%")]
        public static string Run([QueueTrigger("in-%where%")] string item) => item;
    }

    private static class BadName
    {
        public static void Run([QueueTrigger("not_good")] string item) => _ = item;
    }

    private static class NoSetting
    {
        public static void Run([QueueTrigger("%nowhere%")] string item) => _ = item;
    }

    private static class LostResult
    {
        public static int Run([QueueTrigger("items")] string item) => item.Length;
    }

    private static class NothingToReturn
    {
        [return: Queue("out")]
        public static void Run([QueueTrigger("items")] string item) => _ = item;
    }

    private static class OddOutput
    {
        public static void Run([QueueTrigger("items")] string item, [Queue("out")] string output) => _ = item + output;
    }

    private static class TwoPolicies
    {
        [FixedDelayRetry(1, "00:00:01")]
        [ExponentialBackoffRetry(1, "00:00:01", "00:00:02")]
        public static void Run([QueueTrigger("items")] string item) => _ = item;
    }

    private static class BadDelay
    {
        [FixedDelayRetry(1, "5")]
        public static void Run([QueueTrigger("items")] string item) => _ = item;
    }

    private static class BadCount
    {
        [FixedDelayRetry(-2, "00:00:01")]
        public static void Run([QueueTrigger("items")] string item) => _ = item;
    }

    private static class BadGrowth
    {
        [ExponentialBackoffRetry(1, "00:00:05", "00:00:01")]
        public static void Run([QueueTrigger("items")] string item) => _ = item;
    }

    private static class BadLimits
    {
        public static void Run([QueueTrigger("items", BatchSize = -1)] string item) => _ = item;
    }

    private static class BadDequeueCount
    {
        public static void Run([QueueTrigger("items", MaxDequeueCount = -1)] string item) => _ = item;
    }
}
