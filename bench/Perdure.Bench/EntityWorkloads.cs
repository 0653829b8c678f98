using System.Diagnostics;

namespace Perdure.Bench;

/// <summary>
/// Entities: signals of clients, calls of orchestrations, one entity that everybody wants, and critical sections. Each
/// is a fixed amount of work; its limit is the same rows in the same batches through the bare store.
/// </summary>
internal static class EntityWorkloads
{
    private const int Keys = 100;
    private const int Count = 10_000;
    private const int CallsEach = 10;
    private const int Repeats = 5;

    public static Task<Measurement> SignalsAsync(BenchOptions options) =>
        RunAsync("entity-signals", options, client => SignalAsync(client, options.Outstanding, Keys));

    /// <summary>Everything for one entity, so much at a time that turns take batches.</summary>
    public static Task<Measurement> HotAsync(BenchOptions options) =>
        RunAsync("entity-hot", options, client => SignalAsync(client, 8 * options.Outstanding, 1));

    public static Task<Measurement> CallsAsync(BenchOptions options) =>
        RunAsync("entity-calls", options, client => OrchestrateAsync(client, "Calls", options.Outstanding));

    public static Task<Measurement> LocksAsync(BenchOptions options) =>
        RunAsync("locks", options, client => OrchestrateAsync(client, "Sections", options.Outstanding));

    private static async Task<Measurement> RunAsync(
        string workload, BenchOptions options, Func<IDurableClient, Task<List<double>>> work)
    {
        List<double> seconds = [];
        List<double> latencies = [];
        double cpu = 0, peak = 0;
        for (int i = 0; i <= Repeats; i++)
        {
            await using BenchHost host = await BenchHost.StartAsync(options, workload);
            // The first one is for the compiler.
            await work(host.Client);
            Meter meter = new();
            List<double> one = await work(host.Client);
            double took = meter.Seconds;
            Measurement measured = meter.Finish(workload, options, options.Outstanding, one, Count);
            if (i == 0)
                continue;
            seconds.Add(took);
            latencies.AddRange(one);
            (cpu, peak) = (cpu + measured.CpuSecondsPer1000, measured.PeakMemoryMb);
        }
        seconds.Sort();
        double median = Meter.At(seconds, 0.5);
        (double replayed, string rows) = await ReplayAsync(workload, options, work);
        latencies.Sort();
        return new Measurement(
            workload, options.Store, options.Outstanding, Count / median, Meter.At(latencies, 0.5),
            Meter.At(latencies, 0.99), cpu / Repeats, peak)
        {
            RatioToLimit = Math.Round(replayed / median, 3),
            Note = $"ratio: to the same rows replayed, {Count / replayed:N0}/s; {rows}",
        };
    }

    /// <summary>Seconds for the rows of the second run, which the first one has warmed up for.</summary>
    private static async Task<(double Seconds, string Rows)> ReplayAsync(
        string workload, BenchOptions options, Func<IDurableClient, Task<List<double>>> work)
    {
        Recording first = new(), second = new();
        WrittenRows written = new();
        Recording? current = first;
        await using (BenchHost host = await BenchHost.StartAsync(options, $"{workload}-recorded", look: batch =>
        {
            Recording? into = Volatile.Read(ref current);
            into?.Add(batch);
            if (into == second)
                written.Add(batch);
        }))
        {
            await work(host.Client);
            Volatile.Write(ref current, second);
            await work(host.Client);
            // What the last releases still write belongs to nobody.
            Volatile.Write(ref current, null);
        }
        await using BareStore store = await BareStore.OpenAsync(options, $"{workload}-replayed");
        await first.ReplayAsync(store);
        double seconds = await second.ReplayAsync(store);
        return (seconds, $"{(double)written.Rows / Count:N2} rows each in {second.Batches:N0} batches");
    }

    private static async Task<List<double>> SignalAsync(IDurableClient client, int outstanding, int keys)
    {
        long before = await SumAsync(client);
        int next = 0;
        List<double>[] all = await Task.WhenAll(Enumerable.Range(0, outstanding).Select(_ => Task.Run(async () =>
        {
            List<double> latencies = [];
            for (int i = Interlocked.Increment(ref next); i <= Count; i = Interlocked.Increment(ref next))
            {
                long start = Stopwatch.GetTimestamp();
                await client.SignalEntityAsync(new EntityId("Counter", $"{i % keys}"), "Add", 1);
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            return latencies;
        })));
        await CheckAsync(client, before);
        return [.. all.SelectMany(l => l)];
    }

    private static async Task<List<double>> OrchestrateAsync(IDurableClient client, string function, int outstanding)
    {
        long before = await SumAsync(client);
        int next = -1;
        List<double>[] all = await Task.WhenAll(Enumerable.Range(0, outstanding).Select(_ => Task.Run(async () =>
        {
            List<double> latencies = [];
            for (int i = Interlocked.Increment(ref next); i < Count / CallsEach; i = Interlocked.Increment(ref next))
            {
                long start = Stopwatch.GetTimestamp();
                string id = await client.StartNewAsync(function, new Calls(i * CallsEach % Keys, CallsEach));
                await client.WaitForCompletionAsync(id);
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / CallsEach);
            }
            return latencies;
        })));
        await CheckAsync(client, before);
        return [.. all.SelectMany(l => l)];
    }

    private static async Task CheckAsync(IDurableClient client, long before)
    {
        long added = await SumAsync(client) - before;
        // What was acknowledged is durable, though it may be run a moment later.
        for (int i = 0; added != Count && i < 1_000; i++)
        {
            await Task.Delay(1);
            added = await SumAsync(client) - before;
        }
        if (added != Count)
            throw new InvalidOperationException($"{Count} operations came to {added}.");
    }

    private static async Task<long> SumAsync(IDurableClient client)
    {
        EntityQueryResult page = await client.ListEntitiesAsync(
            new EntityQuery { EntityName = "Counter", FetchState = true, PageSize = 1000 });
        return page.Entities.Sum(e => e.State.GetInt64());
    }

    /// <summary>Which keys an orchestration calls: so many, one after the other, from the first on.</summary>
    public sealed record Calls(int First, int Count);
}
