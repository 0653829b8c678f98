using Perdure.Simulation.Runs;

namespace Perdure.Simulation;

/// <summary>The command line. See README.md beside this file.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        Options options = Options.Parse(args);
        if (options.Replay is { } seed)
            return Replay(seed, options);
        SeedRuns runs = new(options.From, options.Seeds, options.Turns, options.Workers, options.StopAtFirst);
        runs.Run(Console.Out);
        return new Report(runs, options).Print(Console.Out);
    }

    private static int Replay(long seed, Options options)
    {
        using var listener = Measurements.Listen();
        Simulation run = new SeedRuns(seed, 1, options.Turns, 1, true).Live(seed, tracing: true);
        foreach (string line in options.Verbose ? run.Tail : run.Tail.TakeLast(60))
            Console.WriteLine(line);
        Console.WriteLine(run.Violation is null ? $"Seed {seed} passes, hash {run.World.Hash:x16}." : $"Seed {seed}: {run.Violation}");
        return run.Violation is null ? 0 : 1;
    }
}
