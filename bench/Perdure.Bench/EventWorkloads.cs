using System.Diagnostics;

namespace Perdure.Bench;

/// <summary>
/// Queues and streams, from the sender to the end of the function: a message at a time, events in batches, and events
/// that start orchestrations.
/// </summary>
internal static class EventWorkloads
{
    private const int Messages = 10_000;
    private const int Events = 200_000;
    private const int Orders = 10_000;
    private const int EventsPerAppend = 100;
    private const int Producers = 8;
    private const int Singles = 500;

    /// <summary>With its JSON around it an event has 200 bytes.</summary>
    private static readonly string s_text = new('x', 176);

    public static Task<Measurement> QueueAsync(BenchOptions options) =>
        FixedWork.RunAsync("queue", options, Messages, host => SendAsync(host, options.Outstanding));

    public static async Task<Measurement> StreamAsync(BenchOptions options)
    {
        Measurement measured = await FixedWork.RunAsync(
            "stream", options, Events, host => AppendAsync(host, "numbers", Events, EventFunctions.Numbers));
        return measured with { Note = $"{measured.Note}; {await OneAtATimeAsync(options)}" };
    }

    public static Task<Measurement> OrdersAsync(BenchOptions options) =>
        FixedWork.RunAsync(
            "stream-orders", options, Orders, host => AppendAsync(host, "orders", Orders, EventFunctions.Ordered));

    private static async Task<List<double>> SendAsync(BenchHost host, int outstanding)
    {
        Tally done = EventFunctions.Messages;
        long target = done.Count + Messages;
        int next = 0;
        List<double>[] all = await Task.WhenAll(Enumerable.Range(0, outstanding).Select(_ => Task.Run(async () =>
        {
            List<double> latencies = [];
            for (int i = Interlocked.Increment(ref next); i <= Messages; i = Interlocked.Increment(ref next))
            {
                long start = Stopwatch.GetTimestamp();
                await host.Queues.SendAsync("messages", i);
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            return latencies;
        })));
        await done.ReachesAsync(target);
        return [.. all.SelectMany(l => l)];
    }

    private static async Task<List<double>> AppendAsync(BenchHost host, string stream, int count, Tally done)
    {
        long target = done.Count + count;
        int next = -1;
        int last = (count / EventsPerAppend) - 1;
        List<double>[] all = await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
        {
            List<double> latencies = [];
            for (int i = Interlocked.Increment(ref next); i <= last; i = Interlocked.Increment(ref next))
            {
                int first = i * EventsPerAppend;
                long start = Stopwatch.GetTimestamp();
                await host.Streams.AppendAsync(stream, Enumerable.Range(first, EventsPerAppend).Select(
                    n => new StreamEntry(new Number(n, s_text)) { PartitionKey = $"producer {producer}" }));
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            return latencies;
        })));
        await done.ReachesAsync(target);
        return [.. all.SelectMany(l => l)];
    }

    /// <summary>How much later than its append an event reaches its function, when nothing else happens.</summary>
    private static async Task<string> OneAtATimeAsync(BenchOptions options)
    {
        await using BenchHost host = await BenchHost.StartAsync(options, "stream-one");
        List<double> appends = [], arrivals = [];
        for (int i = 0; i < 2 * Singles; i++)
        {
            long target = EventFunctions.Numbers.Count + 1;
            long start = Stopwatch.GetTimestamp();
            await host.Streams.AppendAsync("numbers", new Number(i, s_text), "one");
            double appended = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            await EventFunctions.Numbers.ReachesAsync(target);
            if (i < Singles)
                continue;
            appends.Add(appended);
            arrivals.Add(Stopwatch.GetElapsedTime(start, EventFunctions.Numbers.LastAt).TotalMilliseconds);
        }
        appends.Sort();
        arrivals.Sort();
        return $"one at a time: appended after {Meter.At(appends, 0.5):N2} ms, in its function after "
            + $"{Meter.At(arrivals, 0.5):N2} ms";
    }

    public sealed record Number(int Value, string Text);
}

/// <summary>Counts what functions have done, and tells when it is enough.</summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _reached;
    private long _target;

    public long Count { get; private set; }

    /// <summary>When the last one was counted.</summary>
    public long LastAt { get; private set; }

    public void Add(int count)
    {
        lock (_gate)
        {
            Count += count;
            LastAt = Stopwatch.GetTimestamp();
            if (Count >= _target)
                _reached?.TrySetResult();
        }
    }

    public Task ReachesAsync(long target)
    {
        lock (_gate)
        {
            (_target, _reached) = (target, new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (Count >= target)
                _reached.TrySetResult();
            return _reached.Task.WaitAsync(TimeSpan.FromMinutes(2));
        }
    }
}

/// <summary>What runs for messages and events.</summary>
public static class EventFunctions
{
    internal static Tally Messages { get; } = new();
    internal static Tally Numbers { get; } = new();
    internal static Tally Ordered { get; } = new();

    [FunctionName("Take")]
    public static void Take([QueueTrigger("messages")] int number) => Messages.Add(number > 0 ? 1 : 0);

    [FunctionName("Count")]
    public static void Sum([EventHubTrigger("numbers", MaxEventBatchSize = 100)] NumberEvent[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        Numbers.Add(numbers.Length);
    }

    [FunctionName("StartOrders")]
    public static async Task StartOrders(
        [EventHubTrigger("orders", MaxEventBatchSize = 100)] NumberEvent[] orders,
        [DurableClient] IDurableClient client)
    {
        ArgumentNullException.ThrowIfNull(orders);
        ArgumentNullException.ThrowIfNull(client);
        foreach (NumberEvent order in orders)
            await client.StartNewAsync("Order", null, order.Value);
    }

    [FunctionName("Order")]
    public static int Order([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Ordered.Add(1);
        return context.GetInput<int>();
    }

    public sealed record NumberEvent(int Value, string Text);
}
