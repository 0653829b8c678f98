using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Functions.Streams;
using Shouldly;
using Xunit;

namespace Perdure.Tests.Functions;

/// <summary>What a host reads from the functions of streams, and what it says of those that cannot work.</summary>
public sealed class StreamDiscoveryTests
{
    [Fact]
    public void A_trigger_needs_no_more_than_a_name()
    {
        using TestHost host = new();
        StreamFunction function = host.Discover(typeof(Plain)).Streams.ShouldHaveSingleItem();
        (function.Consumer.Stream, function.Consumer.Group, function.Consumer.Name, function.Consumer.Policy)
            .ShouldBe(("items", "$default", "Plain", EventFailurePolicy.DeadLetterAndAdvance));
        (function.BatchMax, function.Start).ShouldBe((1, new StreamStart(IsEnd: false, Time: 0)));
        (function.Consumer.Retries.RetriesMax, function.Consumer.Retries.First).ShouldBe((4, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Everything_can_be_said_at_the_trigger()
    {
        using TestHost host = new(services => services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection([new("where", "Orders")]).Build()));
        StreamFunction function = host.Discover(typeof(All)).Streams.ShouldHaveSingleItem();
        (function.Consumer.Stream, function.Consumer.Group, function.Consumer.Policy, function.BatchMax)
            .ShouldBe(("in-orders", "mine", EventFailurePolicy.HoldPartition, 7));
        function.Start.ShouldBe(new StreamStart(IsEnd: false, Time: 1_000));
        function.Consumer.Retries.RetriesMax.ShouldBe(2);
        function.Returns!.Name.ShouldBe("out");
        host.Discover(typeof(All)).KnownStreams.ShouldBe(["in-orders", "out"]);
        host.Discover(typeof(FromEnd)).Streams[0].Start.IsEnd.ShouldBeTrue();
        host.Discover(typeof(Names)).Streams[0].NamesFailures.ShouldBeTrue();
    }

    public static TheoryData<Type, string> Problems => new()
    {
        { typeof(BadName), "BadName.Run: 'not_good' cannot be the name of a stream: it contains '_' at position 3" },
        { typeof(BadGroup), "BadGroup.Run: 'a b' cannot be the name of a consumer group, which has 1 to 50 letters" },
        { typeof(BadBatch), "BadBatch.Run: MaxEventBatchSize = -1; it is from 1 to 10,000." },
        { typeof(BadStart), "BadStart.Run: InitialOffset = \"yesterday\" is neither fromStart nor fromEnd" },
        { typeof(BadPolicy), "BadPolicy.Run: FailurePolicy = 9 is none of DeadLetterAndAdvance, Advance" },
        { typeof(BadOrdering), "BadOrdering.Run: Ordering = 7 is none of Partition, Key." },
        { typeof(BadKeys), "BadKeys.Run: MaxConcurrentKeys = 1001; it is from 1 to 1,000." },
        { typeof(HeldKeys), "HeldKeys.Run: Ordering = Key does not go with FailurePolicy = HoldPartition" },
        { typeof(BadEvent), "[EventHubTrigger] goes with string, byte[], StreamEvent or a type that can be read" },
        { typeof(NamesOfOne), "NamesOfOne.Run returns BatchResult and takes one event at a time; it is for batches." },
        { typeof(LostResult), "LostResult.Run returns System.Int32, and nobody takes it" },
        { typeof(BadParameter), "A stream function takes its trigger, partitionKey, sequenceNumber" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void What_cannot_work_is_said_when_the_host_starts(Type type, string problem)
    {
        using TestHost host = new();
        string.Join('\n', host.Problems(type)).ShouldContain(problem);
    }

    [Fact]
    public void Two_functions_of_one_group_are_refused()
    {
        using TestHost host = new();
        host.Problems(typeof(Plain), typeof(Same)).ShouldHaveSingleItem().ShouldBe(
            "The stream 'items' triggers Plain and Same in the consumer group '$default'; each function has a group "
            + "of its own.");
        host.Discover(typeof(Plain), typeof(OtherGroup)).Streams.Count.ShouldBe(2);
    }

    private static class Plain
    {
        [FunctionName("Plain")]
        public static void Run([EventHubTrigger("Items", Connection = "Elsewhere")] string item) => _ = item;
    }

    private static class Same
    {
        [FunctionName("Same")]
        public static void Run([EventHubTrigger("items", ConsumerGroup = "$DEFAULT")] string item) => _ = item;
    }

    private static class OtherGroup
    {
        [FunctionName("OtherGroup")]
        public static void Run([EventHubTrigger("items", ConsumerGroup = "other")] string item) => _ = item;
    }

    private static class All
    {
        [FixedDelayRetry(2, "00:00:01")]
        [return: EventHub("out")]
        public static string Run(
            [EventHubTrigger(
                "in-%where%", ConsumerGroup = "Mine", MaxEventBatchSize = 7,
                FailurePolicy = EventFailurePolicy.HoldPartition, InitialOffset = "1970-01-01T00:00:01Z")]
            string[] items) => items[0];
    }

    private static class FromEnd
    {
        public static void Run([EventHubTrigger("items", InitialOffset = "fromEnd")] string item) => _ = item;
    }

    private static class Names
    {
        public static BatchResult Run([EventHubTrigger("items")] string[] items) =>
            items.Length > 0 ? BatchResult.Ok : BatchResult.Fail(0);
    }

    private static class BadName
    {
        public static void Run([EventHubTrigger("not_good")] string item) => _ = item;
    }

    private static class BadGroup
    {
        public static void Run([EventHubTrigger("items", ConsumerGroup = "a b")] string item) => _ = item;
    }

    private static class BadBatch
    {
        public static void Run([EventHubTrigger("items", MaxEventBatchSize = -1)] string[] items) => _ = items;
    }

    private static class BadStart
    {
        public static void Run([EventHubTrigger("items", InitialOffset = "yesterday")] string item) => _ = item;
    }

    private static class BadOrdering
    {
        public static void Run([EventHubTrigger("items", Ordering = (EventOrdering)7)] string item) => _ = item;
    }

    private static class BadKeys
    {
        public static void Run([EventHubTrigger("items", MaxConcurrentKeys = 1001)] string item) => _ = item;
    }

    private static class HeldKeys
    {
        public static void Run(
            [EventHubTrigger(
                "items", Ordering = EventOrdering.Key, FailurePolicy = EventFailurePolicy.HoldPartition)]
            string item) => _ = item;
    }

    private static class BadPolicy
    {
        public static void Run([EventHubTrigger("items", FailurePolicy = (EventFailurePolicy)9)] string item) =>
            _ = item;
    }

    private static class BadEvent
    {
        public static void Run([EventHubTrigger("items")] Action[] items) => _ = items;
    }

    private static class NamesOfOne
    {
        public static BatchResult Run([EventHubTrigger("items")] string item) =>
            item.Length > 0 ? BatchResult.Ok : BatchResult.Fail(0);
    }

    private static class LostResult
    {
        public static int Run([EventHubTrigger("items")] string item) => item.Length;
    }

    private static class BadParameter
    {
        public static void Run([EventHubTrigger("items")] string[] items, long sequenceNumber) =>
            _ = items[sequenceNumber];
    }
}
