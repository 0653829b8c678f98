using System.Diagnostics;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Runs;

/// <summary>Many seeds on a few threads; each thread lives its simulations one after the other.</summary>
internal sealed class SeedRuns(long from, long count, int turns, int workers, bool stopAtFirst)
{
    private const int TwiceEvery = 1000;
    private const int ViolationsMax = 20;

    private readonly Lock _gate = new();
    private readonly ProgramUnderTest _program = new();
    private long _next = from;
    private long _taken;

    public Counters Total { get; } = new();

    public List<(long Seed, string Text, IReadOnlyCollection<string> Tail)> Violations { get; } = [];

    public int Repeated { get; private set; }

    public int Unequal { get; private set; }

    public TimeSpan Elapsed { get; private set; }

    public long Done { get; private set; }

    public void Run(TextWriter progress)
    {
        using var listener = Measurements.Listen();
        long started = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, workers).Select(_ => new Thread(Work, 16 * 1024 * 1024))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
        {
            while (!thread.Join(TimeSpan.FromSeconds(30)))
            {
                lock (_gate)
                {
                    progress.WriteLine(
                        $"  {Done:N0} of {count:N0} seeds, "
                        + $"{Done / Stopwatch.GetElapsedTime(started).TotalSeconds:N0}/s, "
                        + $"{Violations.Count} violations {string.Join(' ', Violations.Select(v => v.Seed))}");
                }
            }
        }
        Elapsed = Stopwatch.GetElapsedTime(started);
    }

    private void Work()
    {
        while (Take() is { } seed)
        {
            Simulation run = Live(seed, tracing: false);
            bool repeat = seed % TwiceEvery == 0;
            ulong? again = repeat ? Live(seed, tracing: false).World.Hash : null;
            // Whatever fails is run once more, because now every step is worth writing down.
            Simulation? traced = run.Violation is null ? null : Live(seed, tracing: true);
            lock (_gate)
            {
                Done++;
                Total.Add(run.Counters);
                if (repeat)
                    Repeated++;
                if (again is { } hash && hash != run.World.Hash)
                    Unequal++;
                if (traced is not null)
                {
                    string differs = traced.Violation == run.Violation
                        ? ""
                        : $" (when traced: {traced.Violation ?? "nothing"})";
                    Violations.Add((seed, run.Violation + differs, traced.Tail));
                }
            }
        }
    }

    public Simulation Live(long seed, bool tracing)
    {
        Simulation run = new((ulong)seed, turns, _program, tracing);
        run.Run();
        return run;
    }

    private long? Take()
    {
        lock (_gate)
        {
            bool enough = stopAtFirst ? Violations.Count > 0 : Violations.Count >= ViolationsMax;
            return enough || _taken++ >= count ? null : _next++;
        }
    }
}
