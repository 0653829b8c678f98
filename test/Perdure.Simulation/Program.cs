using Perdure.Simulation.Runs;
using Perdure.Simulation.Teeth;

namespace Perdure.Simulation;

/// <summary>The command line. See README.md beside this file.</summary>
internal static class Program
{
    private const int BugsWhenQuick = 3;

    public static int Main(string[] args)
    {
        Options options;
        try
        {
            options = Options.Parse(args);
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine($"{e.Message}\n\n{Options.Usage}");
            return 2;
        }
        if (options.Help)
        {
            Console.WriteLine(Options.Usage);
            return 0;
        }
        if (options.Replay is { } seed)
            return Replay(seed, options);
        Verdict verdict = new();
        if (options.Seeds > 0)
        {
            SeedRuns runs = new(options.From, options.Seeds, options.Turns, options.Workers, options.StopAtFirst);
            runs.Run(Console.Out);
            new Report(runs, options, verdict).Print(Console.Out);
        }
        if (options.Bugs || options.Quick)
        {
            (int caught, int missed) = new BugHunt(Console.Out).Run(
                options.Bugs ? null : BugsWhenQuick, options.Bug, options.Third);
            verdict.Figure($"{caught} of {caught + missed} planted bugs caught");
            verdict.Check(Console.Out, "the planted bugs are caught", missed == 0);
        }
        Console.WriteLine(verdict);
        return verdict.ExitCode;
    }

    private static int Replay(long seed, Options options)
    {
        using var listener = Measurements.Listen();
        Simulation run = new SeedRuns(seed, 1, options.Turns, 1, true).Live(seed, tracing: true);
        foreach (string line in options.Verbose ? run.Tail : run.Tail.TakeLast(60))
            Console.WriteLine(line);
        Console.WriteLine(
            run.Violation is null
                ? $"Seed {seed} passes, hash {run.World.Hash:x16}."
                : $"Seed {seed}: {run.Violation}");
        return run.Violation is null ? 0 : 1;
    }
}
