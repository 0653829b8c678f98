using System.Diagnostics;

namespace Perdure.Bench;

/// <summary>
/// One row of the result. Times are milliseconds; <c>cpuSecondsPer1000</c> is for 1,000 units of the workload.
/// </summary>
internal sealed record Measurement(
    string Workload, string Store, int Outstanding, double PerSecond, double P50Ms, double P99Ms,
    double CpuSecondsPer1000, double PeakMemoryMb)
{
    public double? RatioToLimit { get; set; }

    public string? Note { get; init; }
}

/// <summary>Clock, CPU and memory of this process over a run.</summary>
internal sealed class Meter
{
    private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private readonly long _start = Stopwatch.GetTimestamp();

    public double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    public Measurement Finish(
        string workload, BenchOptions options, int outstanding, List<double> latenciesMs, double units)
    {
        double seconds = Seconds;
        double cpu = (Environment.CpuUsage.TotalTime - _cpu).TotalSeconds;
        latenciesMs.Sort();
        using Process process = Process.GetCurrentProcess();
        return new Measurement(
            workload, options.Store, outstanding, units / seconds, At(latenciesMs, 0.5), At(latenciesMs, 0.99),
            cpu / units * 1000, process.PeakWorkingSet64 / 1e6);
    }

    public static double At(List<double> sorted, double quantile) =>
        sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * quantile))];
}
