using System.Diagnostics;

namespace Perdure.Bench;

/// <summary>
/// 100,000 instances that wait for an event: what they cost in memory, and how soon a restart serves.
/// </summary>
internal static class WaitingWorkload
{
    private const int Count = 100_000;

    public static async Task<Measurement> RunAsync(BenchOptions options)
    {
        if (options.Store == "memory")
            return new Measurement(
                "waiting", options.Store, Count, 0, 0, 0, 0, 0) { Note = "needs a store that outlives the process" };
        double cached = await MemoryEachAsync(options, keep: false, cache: 2 * Count);
        Meter meter = new();
        long start = Stopwatch.GetTimestamp();
        await using BenchHost host = await BenchHost.StartAsync(options, "waiting", keep: true);
        string id = await host.Client.StartNewAsync("HelloCities");
        await host.Client.WaitForCompletionAsync(id);
        double firstMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        GC.Collect();
        double idle = Math.Max(0, GC.GetTotalMemory(true) - s_before) / Count;
        return meter.Finish("waiting", options, Count, [firstMs], 1) with
        {
            Note = $"{cached:N0} bytes each cached, {idle:N0} not cached; times: restart to the first completed hello",
        };
    }

    private static long s_before;

    private static async Task<double> MemoryEachAsync(BenchOptions options, bool keep, int cache)
    {
        await using BenchHost host = await BenchHost.StartAsync(options, "waiting", keep, cache);
        await host.Client.WaitForCompletionAsync(await host.Client.StartNewAsync("HelloCities"));
        s_before = GC.GetTotalMemory(true);
        foreach (int[] chunk in Enumerable.Range(0, Count).Chunk(1_000))
            await Task.WhenAll(chunk.Select(_ => host.Client.StartNewAsync("Event")));
        return (double)(GC.GetTotalMemory(true) - s_before) / Count;
    }
}
