namespace Perdure.Core.Scaling;

/// <summary>How many instances each function needs.</summary>
/// <param name="DrainTarget">Within which time what waits should be done.</param>
/// <param name="InstancesMax">How many there may be.</param>
internal sealed record ScaleRules(TimeSpan DrainTarget, int InstancesMax)
{
    public const string CapPartitions = "partitions";
    public const string CapMax = "max";
    public const string CapCircuit = "circuit";
    public const string CapDisabled = "disabled";

    /// <summary>So that 3 times a third is not more than one.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>
    /// Enough for what comes and for what waits, if it is known how fast an instance is; otherwise so many that each
    /// has its target of what waits.
    /// </summary>
    /// <param name="load">What waits.</param>
    /// <param name="rates">What is known of it; null for nothing.</param>
    /// <param name="current">How many instances there are.</param>
    public FunctionDemand Of(FunctionLoad load, LearntRates? rates, int current)
    {
        (int desired, string? cap) = load.Gate switch
        {
            ScaleGate.Disabled => (0, CapDisabled),
            ScaleGate.Held => (current, CapCircuit),
            ScaleGate.Probing => (1, CapCircuit),
            _ => Open(load, rates),
        };
        return new FunctionDemand(load.Name, desired)
        {
            Backlog = load.Backlog,
            OldestAgeSec = load.OldestAt is { } at ? Math.Max(0, load.At - at) / 1_000.0 : 0,
            ArrivalPerSec = rates?.ArrivalPerSec ?? 0,
            PerInstancePerSec = rates?.PerInstancePerSec,
            Cap = cap,
        };
    }

    private (int Desired, string? Cap) Open(FunctionLoad load, LearntRates? rates)
    {
        double needed = rates?.PerInstancePerSec is { } rate and > 0
            ? (rates.Value.ArrivalPerSec + (load.Backlog / DrainTarget.TotalSeconds)) / rate
            : load.Backlog / (double)load.Target;
        int desired = (int)Math.Ceiling(Math.Min(needed - Tolerance, int.MaxValue / 2));
        string? cap = null;
        if (desired > load.Partitions)
            (desired, cap) = (load.Partitions, CapPartitions);
        else if (load.IsStream)
            desired = Even(desired, load.Partitions);
        return desired > InstancesMax ? (InstancesMax, CapMax) : (Math.Max(0, desired), cap);
    }

    /// <summary>
    /// The next number of instances on which partitions split so that fewer instances would make somebody slower: of 8
    /// partitions 1, 2, 3, 4 and 8, but not 5, which is no faster than 4.
    /// </summary>
    private static int Even(int desired, int partitions)
    {
        if (desired <= 1)
            return Math.Max(0, desired);
        // The most partitions on each with which at least as many instances as desired have one.
        int each = (partitions - 1) / (desired - 1);
        return (partitions + each - 1) / each;
    }
}

/// <summary>How many instances a function needs, and why.</summary>
/// <param name="Name">Of the function.</param>
/// <param name="Desired">How many.</param>
internal sealed record FunctionDemand(string Name, int Desired)
{
    public long Backlog { get; init; }

    /// <summary>How long the oldest of it has waited.</summary>
    public double OldestAgeSec { get; init; }

    public double ArrivalPerSec { get; init; }

    /// <summary>Null while it is not known.</summary>
    public double? PerInstancePerSec { get; init; }

    /// <summary>What keeps it from having more; null for nothing.</summary>
    public string? Cap { get; init; }
}
