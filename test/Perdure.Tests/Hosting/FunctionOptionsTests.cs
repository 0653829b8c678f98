using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.DeadLetters;
using Perdure.Functions;
using Perdure.Functions.Queues;
using Perdure.Functions.Streams;
using Perdure.Hosting;

namespace Perdure.Tests.Hosting;

/// <summary>Settings of single functions: which one counts, and what is said of wrong ones.</summary>
public sealed class FunctionOptionsTests
{
    private const string Place = "Perdure.Tests.Hosting.FunctionOptionsTests.";

    [Fact]
    public async Task Of_a_queue_the_attribute_counts_before_its_section_and_that_before_the_host()
    {
        (string, string)[] host =
        [
            ("Queues:MaxDequeueCount", "2"), ("Queues:BatchSize", "3"), ("Queues:NewBatchThreshold", "0"),
            ("Queues:VisibilityTimeout", "00:00:02"),
        ];
        (string, string)[] section =
        [
            ("Functions:plain:MaxDequeueCount", "7"), ("Functions:plain:BatchSize", "8"),
            ("Functions:plain:NewBatchThreshold", "1"), ("Functions:plain:VisibilityTimeout", "00:00:09"),
            ("Functions:plain:Timeout", "00:01:00"),
        ];
        (string, string)[] own = [.. section.Select(s => (s.Item1.Replace("plain", "Said"), s.Item2))];
        await CheckAsync(host, "Plain", 1, 2, 3, null);
        await CheckAsync([.. host, .. section], "Plain", 6, 9, 9, TimeSpan.FromMinutes(1));
        await CheckAsync([.. host, .. own], "Said", 10, 11, 25, TimeSpan.FromHours(1));

        static async Task CheckAsync(
            (string, string)[] settings, string name, int retries, int seconds, int inHand, TimeSpan? timeout)
        {
            QueueFunction function = (await FunctionsAsync(settings, typeof(PlainQueue), typeof(SaidQueue)))
                .Queues.Single(f => f.Consumer.Name == name);
            function.Consumer.Retries.ShouldBe(
                new RetryPolicy { RetriesMax = retries, First = TimeSpan.FromSeconds(seconds) });
            (function.InHandMax, function.Code.Timeout).ShouldBe((inHand, timeout));
        }
    }

    [Fact]
    public async Task Of_a_stream_the_attribute_counts_before_its_section_and_that_before_the_host()
    {
        (string, string)[] host =
        [
            ("Streams:MaxEventBatchSize", "50"), ("Streams:MaxRetryCount", "2"), ("Streams:RetryDelay", "00:00:03"),
            ("Streams:FailurePolicy", "Advance"), ("Streams:InitialOffset", "fromEnd"),
        ];
        (string, string)[] section =
        [
            ("Functions:Events:MaxEventBatchSize", "60"), ("Functions:Events:MaxRetryCount", "5"),
            ("Functions:Events:RetryDelay", "00:00:06"), ("Functions:Events:FailurePolicy", "HoldPartition"),
            ("Functions:Events:InitialOffset", "1970-01-01T00:00:07Z"), ("Functions:Events:Concurrency", "1"),
        ];
        (string, string)[] own =
        [
            .. section.Where(s => !s.Item1.Contains("Retry", StringComparison.Ordinal))
                .Select(s => (s.Item1.Replace("Events:", "SaidEvents:"), s.Item2)),
        ];
        StreamFunction function = await OneAsync("Events", []);
        (function.BatchMax, function.Consumer.Policy, function.Start)
            .ShouldBe((100, EventFailurePolicy.DeadLetterAndAdvance, new StreamStart(false, 0)));
        function = await OneAsync("Events", host);
        (function.BatchMax, function.Consumer.Policy, function.Start)
            .ShouldBe((50, EventFailurePolicy.Advance, new StreamStart(true, 0)));
        (function.Consumer.Retries.RetriesMax, function.Consumer.Retries.First)
            .ShouldBe((2, TimeSpan.FromSeconds(3)));
        function = await OneAsync("Events", [.. host, .. section]);
        (function.BatchMax, function.Consumer.Policy, function.Start)
            .ShouldBe((60, EventFailurePolicy.HoldPartition, new StreamStart(false, 7_000)));
        (function.Consumer.Retries.RetriesMax, function.Consumer.Retries.First, function.Code.Concurrency)
            .ShouldBe((5, TimeSpan.FromSeconds(6), 1));
        // The attribute says what would be so anyway, and still has the last word.
        function = await OneAsync("SaidEvents", [.. host, .. own]);
        (function.BatchMax, function.Consumer.Policy, function.Start)
            .ShouldBe((20, EventFailurePolicy.DeadLetterAndAdvance, new StreamStart(false, 0)));

        static async Task<StreamFunction> OneAsync(string name, (string, string)[] settings) =>
            (await FunctionsAsync(settings, typeof(PlainStream), typeof(SaidStream)))
                .Streams.Single(f => f.Consumer.Name == name);
    }

    [Fact]
    public async Task So_does_the_order_of_its_events()
    {
        (string, string)[] host = [("Streams:Ordering", "Key"), ("Streams:MaxConcurrentKeys", "5")];
        (await KeysMaxAsync([])).ShouldBe((0, 4));
        (await KeysMaxAsync(host)).ShouldBe((5, 4));
        (await KeysMaxAsync([.. host, ("Functions:Events:MaxConcurrentKeys", "6")])).ShouldBe((6, 4));
        (await KeysMaxAsync([.. host, ("Functions:Events:Ordering", "Partition")])).ShouldBe((0, 4));
        (await KeysMaxAsync([("Functions:Events:Ordering", "Key")])).ShouldBe((16, 4));
        (await KeysMaxAsync([("Functions:KeyedEvents:Ordering", "Partition")])).ShouldBe((0, 4));

        static async Task<(int, int)> KeysMaxAsync((string, string)[] settings)
        {
            IReadOnlyList<StreamFunction> streams =
                (await FunctionsAsync(settings, typeof(PlainStream), typeof(KeyedStream))).Streams;
            return (streams.Single(f => f.Consumer.Name == "Events").KeysMax,
                streams.Single(f => f.Consumer.Name == "KeyedEvents").KeysMax);
        }
    }

    [Theory]
    [InlineData("Functions:Shop:BatchSize", "5",
        "Perdure:Functions:Shop names no function of this host. Known: Plain.")]
    [InlineData("Functions:Plain:BatchSiz", "5",
        "Perdure:Functions:Plain:BatchSiz is no setting of a function; those are BatchSize, Concurrency, "
        + "ConcurrencyLimit, Disabled, FailurePolicy, InitialOffset, MaxConcurrentKeys, MaxDequeueCount, "
        + "MaxEventBatchSize, MaxRetryCount, NewBatchThreshold, Ordering, RetryDelay, Timeout, VisibilityTimeout.")]
    [InlineData("Functions:Plain:MaxEventBatchSize", "5",
        "Perdure:Functions:Plain:MaxEventBatchSize is set, but a function with [QueueTrigger] has only Timeout, "
        + "Concurrency, ConcurrencyLimit, Disabled, MaxDequeueCount, VisibilityTimeout, BatchSize, NewBatchThreshold.")]
    [InlineData("Functions:Plain:BatchSize", "0", "Perdure:Functions:Plain:BatchSize is 0; it is from 1 to 10000.")]
    [InlineData("Functions:Plain:Timeout", "-00:01:00",
        "Perdure:Functions:Plain:Timeout is -00:01:00; it is from 00:00:00.0010000 to 49.00:00:00.")]
    [InlineData("Functions:Plain:ConcurrencyLimit", "payments",
        Place + "PlainQueue.Run shares the limit 'payments', and nobody says how many that lets run; set "
        + "Perdure:ConcurrencyLimits:payments, or a number in [ConcurrencyLimit(\"payments\", 5)].")]
    public async Task A_wrong_setting_is_said_with_its_key(string key, string value, string problem)
    {
        FunctionDiscoveryException e = await Should.ThrowAsync<FunctionDiscoveryException>(
            () => FunctionsAsync([(key, value)], typeof(PlainQueue)));
        e.Problems.ShouldBe([problem]);
    }

    [Theory]
    [InlineData("Functions:Plain:BatchSize", "many")]
    [InlineData("Functions:Plain:VisibilityTimeout", "soon")]
    [InlineData("ConcurrencyLimits:payments", "few")]
    public async Task A_value_that_cannot_be_read_is_said_with_its_key(string key, string value)
    {
        FunctionDiscoveryException e = await Should.ThrowAsync<FunctionDiscoveryException>(
            () => FunctionsAsync([(key, value)], typeof(PlainQueue)));
        e.Problems.ShouldHaveSingleItem().ShouldContain($"'{value}' at 'Perdure:{key}'");
    }

    [Theory]
    [InlineData("FunctionTimeout", "00:00:00",
        "Perdure:FunctionTimeout is 00:00:00; it is longer than zero, or not set.")]
    [InlineData("Streams:MaxConcurrentKeys", "0", "Perdure:Streams:MaxConcurrentKeys is 0; it is from 1 to 1000.")]
    [InlineData("Streams:Ordering", "7", "Perdure:Streams:Ordering is 7; it is one of Partition, Key.")]
    [InlineData("ConcurrencyLimits:payments", "0", "Perdure:ConcurrencyLimits:payments is 0; it is from 1 to 100000.")]
    [InlineData("Scale:MaxInstances", "0", "Perdure:Scale:MaxInstances is 0; it is from 1 to 10000.")]
    [InlineData("Scale:DrainTarget", "00:00:00",
        "Perdure:Scale:DrainTarget is 00:00:00; it is from 00:00:01 to 1.00:00:00.")]
    [InlineData("Usage:PricePerGigabyteSecond", "-1", "Perdure:Usage:PricePerGigabyteSecond is -1; it is 0 or more.")]
    public async Task A_wrong_setting_of_the_host_is_said_with_its_key(string key, string value, string problem)
    {
        var e = await Should.ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => FunctionsAsync([(key, value)], typeof(PlainQueue)));
        e.Failures.ShouldBe([problem]);
    }

    [Fact]
    public async Task A_limit_has_one_number_for_all_that_share_it()
    {
        FunctionRegistry functions = await FunctionsAsync(
            [("ConcurrencyLimits:Other", "3"), ("Functions:Plain:ConcurrencyLimit", "other")],
            typeof(PlainQueue), typeof(Five), typeof(SameFive));
        functions.Queues.Single().Code.SharedLimit.ShouldBe(new NamedLimit("other", 3));
        functions.Activities.Where(a => !a.IsBuiltIn).Select(a => a.SharedLimit)
            .ShouldBe([new NamedLimit("payments", 5), new NamedLimit("payments", 5)]);
        FunctionDiscoveryException e = await Should.ThrowAsync<FunctionDiscoveryException>(
            () => FunctionsAsync([], typeof(Five), typeof(Six)));
        e.Problems.ShouldBe([$"{Place}Five.Run and {Place}Six.Run share the limit 'payments' and say 5 and 6; say it "
            + "in one place."]);
    }

    [Fact]
    public async Task A_function_is_switched_off_by_its_attribute_a_setting_or_its_section()
    {
        (await FunctionsAsync([], typeof(Off), typeof(OffBySetting), typeof(PlainQueue))).Disabled.ShouldBe(["Off"]);
        (await FunctionsAsync(
            [("Functions:plain:Disabled", "true"), ("Switch", "1")],
            typeof(Off), typeof(OffBySetting), typeof(PlainQueue))).Disabled.ShouldBe(["Off", "OffBySetting", "Plain"]);
        FunctionDiscoveryException e = await Should.ThrowAsync<FunctionDiscoveryException>(
            () => FunctionsAsync([], typeof(OffActivity)));
        e.Problems.ShouldBe([$"{Place}OffActivity.Run has [Disable], which is for functions of queues, streams, timers "
            + "and HTTP; one with [ActivityTrigger] runs when it is asked for, so take it away, or do not ask."]);
    }

    private static async Task<FunctionRegistry> FunctionsAsync(
        (string Key, string Value)[] settings, params Type[] types)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Perdure:{s.Key}", (string?)s.Value)))
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Build());
        services.AddPerdure(o =>
        {
            o.UseMemory();
            foreach (Type type in types)
                o.FunctionTypes.Add(type);
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        return provider.GetRequiredService<PerdureHost>().Node.Functions;
    }

    private sealed class PlainQueue
    {
        [FunctionName("Plain")]
        public static void Run([QueueTrigger("plain")] string item) => item.ShouldNotBeNull();
    }

    private sealed class SaidQueue
    {
        [FunctionName("Said")]
        [Timeout("01:00:00")]
        public static void Run(
            [QueueTrigger("said", MaxDequeueCount = 11, VisibilityTimeout = "00:00:11", BatchSize = 20,
                NewBatchThreshold = 5)] string item) => item.ShouldNotBeNull();
    }

    private sealed class PlainStream
    {
        [FunctionName("Events")]
        public static void Run([EventHubTrigger("events")] string[] events) => events.ShouldNotBeEmpty();
    }

    private sealed class SaidStream
    {
        [FunctionName("SaidEvents")]
        [FixedDelayRetry(1, "00:00:01")]
        public static void Run(
            [EventHubTrigger("said", MaxEventBatchSize = 20, InitialOffset = "fromStart",
                FailurePolicy = EventFailurePolicy.DeadLetterAndAdvance)] string[] events) => events.ShouldNotBeEmpty();
    }

    private sealed class KeyedStream
    {
        [FunctionName("KeyedEvents")]
        public static void Run(
            [EventHubTrigger("keyed", Ordering = EventOrdering.Key, MaxConcurrentKeys = 4)] string e) =>
            e.ShouldNotBeEmpty();
    }

    private sealed class Five
    {
        [FunctionName("Five")]
        [ConcurrencyLimit("payments", 5)]
        public static void Run([ActivityTrigger] string input) => input.ShouldNotBeNull();
    }

    private sealed class SameFive
    {
        [FunctionName("SameFive")]
        [ConcurrencyLimit("Payments")]
        public static void Run([ActivityTrigger] string input) => input.ShouldNotBeNull();
    }

    private sealed class Six
    {
        [FunctionName("Six")]
        [ConcurrencyLimit("payments", 6)]
        public static void Run([ActivityTrigger] string input) => input.ShouldNotBeNull();
    }

    private sealed class Off
    {
        [FunctionName("Off")]
        [Disable]
        public static void Run([QueueTrigger("off")] string item) => item.ShouldNotBeNull();
    }

    [Disable("Switch")]
    private sealed class OffBySetting
    {
        [FunctionName("OffBySetting")]
        public static void Run([QueueTrigger("off-by-setting")] string item) => item.ShouldNotBeNull();
    }

    private sealed class OffActivity
    {
        [FunctionName("OffActivity")]
        [Disable]
        public static void Run([ActivityTrigger] string input) => input.ShouldNotBeNull();
    }
}
