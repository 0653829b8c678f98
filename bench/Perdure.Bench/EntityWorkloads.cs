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

    public static Task<Measurement> SignalsAsync(BenchOptions options) =>
        RunAsync("entity-signals", options, client => SignalAsync(client, options.Outstanding, Keys));

    /// <summary>Everything for one entity, so much at a time that turns take batches.</summary>
    public static Task<Measurement> HotAsync(BenchOptions options) =>
        RunAsync("entity-hot", options, client => SignalAsync(client, 8 * options.Outstanding, 1));

    public static Task<Measurement> CallsAsync(BenchOptions options) =>
        RunAsync("entity-calls", options, client => OrchestrateAsync(client, "Calls", options.Outstanding));

    public static Task<Measurement> LocksAsync(BenchOptions options) =>
        RunAsync("locks", options, client => OrchestrateAsync(client, "Sections", options.Outstanding));

    private static Task<Measurement> RunAsync(
        string workload, BenchOptions options, Func<IDurableClient, Task<List<double>>> work) =>
        FixedWork.RunAsync(workload, options, Count, host => work(host.Client));

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
