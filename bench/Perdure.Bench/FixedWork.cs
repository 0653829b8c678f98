namespace Perdure.Bench;

/// <summary>
/// A workload that is a fixed amount of work: its median over several runs, and its limit, which is the same rows in
/// the same batches through the bare store.
/// </summary>
internal static class FixedWork
{
    private const int Repeats = 5;

    public static async Task<Measurement> RunAsync(
        string workload, BenchOptions options, int count, Func<BenchHost, Task<List<double>>> work)
    {
        List<double> seconds = [];
        List<double> latencies = [];
        double cpu = 0, peak = 0;
        for (int i = 0; i <= Repeats; i++)
        {
            await using BenchHost host = await BenchHost.StartAsync(options, workload);
            // The first one is for the compiler.
            await work(host);
            Meter meter = new();
            List<double> one = await work(host);
            double took = meter.Seconds;
            Measurement measured = meter.Finish(workload, options, options.Outstanding, one, count);
            if (i == 0)
                continue;
            seconds.Add(took);
            latencies.AddRange(one);
            (cpu, peak) = (cpu + measured.CpuSecondsPer1000, measured.PeakMemoryMb);
        }
        seconds.Sort();
        double median = Meter.At(seconds, 0.5);
        (double replayed, string rows) = await ReplayAsync(workload, options, count, work);
        latencies.Sort();
        return new Measurement(
            workload, options.Store, options.Outstanding, count / median, Meter.At(latencies, 0.5),
            Meter.At(latencies, 0.99), cpu / Repeats, peak)
        {
            RatioToLimit = Math.Round(replayed / median, 3),
            Note = $"ratio: to the same rows replayed, {count / replayed:N0}/s; {rows}",
        };
    }

    /// <summary>Seconds for the rows of the second run, which the first one has warmed up for.</summary>
    private static async Task<(double Seconds, string Rows)> ReplayAsync(
        string workload, BenchOptions options, int count, Func<BenchHost, Task<List<double>>> work)
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
            await work(host);
            Volatile.Write(ref current, second);
            await work(host);
            // What the last releases still write belongs to nobody.
            Volatile.Write(ref current, null);
        }
        await using BareStore store = await BareStore.OpenAsync(options, $"{workload}-replayed");
        await first.ReplayAsync(store);
        double seconds = await second.ReplayAsync(store);
        return (seconds, $"{(double)written.Rows / count:N2} rows each in {second.Batches:N0} batches");
    }
}
