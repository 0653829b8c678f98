using System.Diagnostics;
using System.Runtime;

namespace Perdure.Bench;

/// <summary>The workloads by name. Each checks its results: a fast wrong answer is no measurement.</summary>
internal static class Workloads
{
    /// <summary>Of every workload: code that has never run is slow, and so is a log file that still grows.</summary>
    public const double WarmUpSeconds = 3;

    /// <summary>So many methods are compiled in a round at most when nothing is left to do.</summary>
    private const int CompiledWhileWarm = 10;

    private static readonly TimeSpan s_warmUpMax = TimeSpan.FromMinutes(1);

    public static Task<Measurement> RunAsync(string workload, BenchOptions options) => workload switch
    {
        "hello" => HelloAsync("hello", options, options.Outstanding),
        "latency" => HelloAsync("latency", options, 1),
        "fanout-1000" => FanOutAsync(options, 1_000),
        "fanout-10000" => FanOutAsync(options, 10_000),
        "children" => ChildrenAsync(options),
        "timers" => TimersAsync(options),
        "events" => EventsAsync(options),
        "waiting" => WaitingWorkload.RunAsync(options),
        "entity-signals" => EntityWorkloads.SignalsAsync(options),
        "entity-calls" => EntityWorkloads.CallsAsync(options),
        "entity-hot" => EntityWorkloads.HotAsync(options),
        "locks" => EntityWorkloads.LocksAsync(options),
        "queue" => EventWorkloads.QueueAsync(options),
        "stream" => EventWorkloads.StreamAsync(options),
        "stream-orders" => EventWorkloads.OrdersAsync(options),
        "http-start" => HttpStartWorkload.RunAsync(options),
        "limit-store" => LimitWorkload.StoreAsync(options),
        "limit-file" => LimitWorkload.FileAsync(options),
        _ => throw new ArgumentException($"There is no workload '{workload}'."),
    };

    private static async Task<Measurement> HelloAsync(string workload, BenchOptions options, int outstanding)
    {
        await using BenchHost host = await BenchHost.StartAsync(options, workload, keep: options.Place is not null);
        await Nodes.TogetherAsync(options);
        await WarmUpAsync(host.Client, outstanding);
        await Nodes.TogetherAsync(options);
        long allocated = GC.GetTotalAllocatedBytes();
        Meter meter = new();
        List<double> latencies = await HelloLoopAsync(host.Client, options.Seconds, outstanding);
        Measurement measured = meter.Finish(workload, options, outstanding, latencies, latencies.Count);
        long each = (GC.GetTotalAllocatedBytes() - allocated) / latencies.Count;
        if (options.Place is not null)
            return measured;
        string written = workload == "hello"
            ? await WrittenWorkload.DescribeAsync() + ", "
            : await FourCommitsAsync(options, measured.P50Ms);
        return measured with { Note = $"{written}{each:N0} bytes allocated each" };
    }

    /// <summary>
    /// Until the compiler has done what it does for code that runs often: a service runs for months, and with several
    /// processes on few cores that takes longer than a measurement.
    /// </summary>
    private static async Task WarmUpAsync(IDurableClient client, int outstanding)
    {
        Stopwatch clock = Stopwatch.StartNew();
        long before;
        do
        {
            before = JitInfo.GetCompiledMethodCount();
            await HelloLoopAsync(client, WarmUpSeconds, outstanding);
        } while (JitInfo.GetCompiledMethodCount() - before > CompiledWhileWarm && clock.Elapsed < s_warmUpMax);
    }

    private static async Task<string> FourCommitsAsync(BenchOptions options, double p50Ms)
    {
        double four = 4 * await LimitWorkload.OneTurnCommitMsAsync(options);
        return $"p50 is {p50Ms / four:N2} × four commits ({four:N2} ms), ";
    }

    private static async Task<List<double>> HelloLoopAsync(IDurableClient client, double seconds, int outstanding)
    {
        Stopwatch clock = Stopwatch.StartNew();
        List<double>[] all = await Task.WhenAll(Enumerable.Range(0, outstanding).Select(_ => Task.Run(async () =>
        {
            List<double> latencies = [];
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                long start = Stopwatch.GetTimestamp();
                string id = await client.StartNewAsync("HelloCities");
                DurableOrchestrationStatus status = await client.WaitForCompletionAsync(id);
                Check(status.Output[2].GetString() == "Hello London!", status);
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            return latencies;
        })));
        return [.. all.SelectMany(l => l)];
    }

    private static async Task<Measurement> FanOutAsync(BenchOptions options, int width)
    {
        await using BenchHost host = await BenchHost.StartAsync(options, "fanout");
        await RepeatAsync(() => OneAsync(host.Client, "FanOut", width, (long)width * (width - 1)), 3);
        Meter meter = new();
        List<double> latencies = await RepeatAsync(
            () => OneAsync(host.Client, "FanOut", width, (long)width * (width - 1)), width > 1000 ? 5 : 11);
        return meter.Finish(
            $"fanout-{width}", options, 1, latencies,
            (double)latencies.Count * width) with { Note = "per second: activities; times: one fan-out" };
    }

    private static async Task<Measurement> ChildrenAsync(BenchOptions options)
    {
        await using BenchHost host = await BenchHost.StartAsync(options, "children");
        await RepeatAsync(() => OneAsync(host.Client, "Children", 100, 4950), 10);
        Meter meter = new();
        List<double> latencies = await RepeatAsync(() => OneAsync(host.Client, "Children", 100, 4950), 20);
        return meter.Finish(
            "children", options, 1, latencies,
            latencies.Count * 100) with { Note = "per second: children; times: one parent with 100" };
    }

    private static async Task<Measurement> TimersAsync(BenchOptions options)
    {
        const int Count = 2_000;
        await using BenchHost host = await BenchHost.StartAsync(options, "timers");
        DateTime due = DateTime.UtcNow.AddSeconds(3);
        string[] ids =
            await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => host.Client.StartNewAsync("Timer", due)));
        TimeSpan ahead = due - DateTime.UtcNow;
        if (ahead > TimeSpan.Zero)
            await Task.Delay(ahead);
        Meter meter = new();
        List<double> late = [.. await Task.WhenAll(ids.Select(async id =>
        {
            await host.Client.WaitForCompletionAsync(id);
            return (DateTime.UtcNow - due).TotalMilliseconds;
        }))];
        return meter.Finish("timers", options, Count, late, Count) with { Note = "times: after the due time" };
    }

    private static async Task<Measurement> EventsAsync(BenchOptions options)
    {
        const int Count = 5_000;
        await using BenchHost host = await BenchHost.StartAsync(options, "events");
        string[] ids = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => host.Client.StartNewAsync("Event")));
        Meter meter = new();
        List<double> latencies = [.. await Task.WhenAll(ids.Select(async id =>
        {
            long start = Stopwatch.GetTimestamp();
            await host.Client.RaiseEventAsync(id, "go", id);
            Check((await host.Client.WaitForCompletionAsync(id)).Output.GetString() == id, id);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }))];
        return meter.Finish("events", options, Count, latencies, Count);
    }

    private static async Task<double> OneAsync(IDurableClient client, string function, int input, long expected)
    {
        long start = Stopwatch.GetTimestamp();
        string id = await client.StartNewAsync(function, input);
        DurableOrchestrationStatus status = await client.WaitForCompletionAsync(id);
        Check(status.RuntimeStatus == OrchestrationRuntimeStatus.Completed && status.Output.GetInt64() == expected,
            status);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<List<double>> RepeatAsync(Func<Task<double>> one, int times)
    {
        List<double> latencies = [];
        for (int i = 0; i < times; i++)
            latencies.Add(await one());
        return latencies;
    }

    private static void Check(bool good, object what)
    {
        if (!good)
            throw new InvalidOperationException(
                $"Wrong result: "
                + $"{(what is DurableOrchestrationStatus s ? $"{s.InstanceId} {s.RuntimeStatus} {s.Output}" : what)}");
    }
}
