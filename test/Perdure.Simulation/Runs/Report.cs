namespace Perdure.Simulation.Runs;

/// <summary>What a batch of seeds came to, for people and for scripts.</summary>
internal sealed class Report(SeedRuns runs, Options options, Verdict verdict)
{
    /// <summary>With fewer seeds a rare event may honestly be missing.</summary>
    private const int SeedsForCounters = 1_000;

    private const int TailLines = 40;

    public void Print(TextWriter to)
    {
        Counters total = runs.Total;
        double seconds = runs.Elapsed.TotalSeconds;
        double processor = Environment.CpuUsage.TotalTime.TotalSeconds;
        to.WriteLine(
            $"{runs.Done:N0} seeds in {seconds:N1} s ({processor:N1} s of processor time): {runs.Done / seconds:N1} "
            + "seeds/s, "
            + $"{total.Turns / Math.Max(1.0, runs.Done):N0} turns and {total.Faults / Math.Max(1.0, runs.Done):N1} "
            + "faults a seed");
        to.WriteLine(
            $"{total.Steps:N0} steps, {total.Commits:N0} commits, {total.Turns:N0} turns, {total.Instances:N0} "
            + $"instances, {total.Requests:N0} requests, {total.Activities:N0} activity runs, "
            + $"{total.EntityTurns:N0} turns of entities, {total.Operations:N0} operation runs");
        foreach (Rare rare in Enum.GetValues<Rare>())
            to.WriteLine($"  {rare,-28} {total[rare],14:N0}");
        foreach ((long seed, string text, IReadOnlyCollection<string> tail) in runs.Violations.OrderBy(v => v.Seed))
        {
            to.WriteLine($"VIOLATION seed {seed}: {text}");
            foreach (string line in options.Verbose || runs.Violations.Count == 1 ? tail.TakeLast(TailLines) : [])
                to.WriteLine($"    {line}");
            to.WriteLine(
                $"    replay: dotnet run -c Release --project test/Perdure.Simulation -- --replay {seed} --turns "
                + $"{options.Turns} --verbose");
        }
        Rare rarest = Enum.GetValues<Rare>().MinBy(r => total[r]);
        verdict.Figure(
            $"{runs.Done:N0} seeds from {options.From:N0}, {runs.Violations.Count} violations, "
            + $"{runs.Repeated} run twice, {runs.Unequal} unequal, {total.Turns:N0} turns (at least "
            + $"{total.FewestTurns} "
            + $"each), {total.Faults:N0} faults (at least {total.FewestFaults} each), rarest event {rarest} "
            + $"{total[rarest]:N0} times, {seconds:N0} s");
        verdict.Check(to, "no guarantee is violated", runs.Violations.Count == 0);
        if (runs.Repeated == 0)
            Verdict.Skip(to, "no seed was run twice: every thousandth is");
        else
            verdict.Check(to, $"{runs.Repeated} seeds run twice gave the same trace", runs.Unequal == 0);
        Rare[] missing = [.. Enum.GetValues<Rare>().Where(r => total[r] == 0)];
        if (runs.Done < SeedsForCounters)
            Verdict.Skip(to, $"rare events are counted over {SeedsForCounters:N0} seeds and more");
        else
            verdict.Check(
                to, missing.Length == 0
                    ? "every rare event happened" : $"these never happened: {string.Join(", ", missing)}",
                    missing.Length == 0);
    }
}
