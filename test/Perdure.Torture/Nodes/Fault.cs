namespace Perdure.Torture.Nodes;

/// <summary>What can happen to a cluster.</summary>
internal enum FaultKind
{
    /// <summary>A node is killed, and started again.</summary>
    Kill,

    /// <summary>A node stands still for longer than its lease.</summary>
    Stop,

    /// <summary>As before, in the middle of a commit.</summary>
    StopInCommit,

    /// <summary>The server is restarted without being asked.</summary>
    Restart,

    /// <summary>The server ends one session of the hub.</summary>
    Terminate,

    /// <summary>The connection breaks before a commit reaches the server.</summary>
    CutBeforeServer,

    /// <summary>The connection breaks while the server is at a commit.</summary>
    CutInDoubt,

    /// <summary>The connection breaks before the answer to a commit reaches the node.</summary>
    CutBeforeAnswer,
}

/// <summary>One thing that happens.</summary>
/// <param name="Kind">What.</param>
/// <param name="Draw">Decides on whom.</param>
/// <param name="After">How long after the one before is over.</param>
/// <param name="Overlaps">Whether the next one comes without waiting for the hub to go on.</param>
internal readonly record struct Fault(FaultKind Kind, int Draw, TimeSpan After, bool Overlaps);

/// <summary>What happens in a campaign of a seed, and in which order.</summary>
internal static class FaultPlan
{
    private const int PauseMaxMilliseconds = 1500;

    /// <param name="seed">Decides the order.</param>
    /// <param name="count">How many kills; of the other kinds there are as many for each.</param>
    public static IReadOnlyList<Fault> Of(int seed, int count)
    {
        Random random = new(seed);
        FaultKind[] kinds =
        [
            .. Enumerable.Repeat(FaultKind.Kill, count),
            .. Enumerable.Repeat(FaultKind.Restart, count),
            .. Enumerable.Repeat(FaultKind.Terminate, count * 5 / 2),
            .. Halves(count / 2, FaultKind.Stop, FaultKind.StopInCommit),
            .. Halves(count, FaultKind.CutBeforeServer, FaultKind.CutBeforeAnswer),
        ];
        random.Shuffle(kinds);
        // Half of those that reach the server break while it is at it.
        int late = 0;
        return [.. kinds.Select(k => new Fault(
            k == FaultKind.CutBeforeAnswer && late++ % 2 == 1 ? FaultKind.CutInDoubt : k,
            random.Next(1 << 20), TimeSpan.FromMilliseconds(random.Next(PauseMaxMilliseconds)), random.Next(5) == 0))];
    }

    /// <summary>Only restarts of the server, each when there is something to lose.</summary>
    public static IReadOnlyList<Fault> Restarts(int count) =>
        [.. Enumerable.Repeat(new Fault(FaultKind.Restart, 0, TimeSpan.FromSeconds(3), Overlaps: true), count)];

    private static IEnumerable<FaultKind> Halves(int count, FaultKind one, FaultKind other) =>
        Enumerable.Range(0, count).Select(i => i % 2 == 0 ? one : other);
}
