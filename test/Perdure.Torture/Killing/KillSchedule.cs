namespace Perdure.Torture.Killing;

/// <summary>When a process dies.</summary>
/// <param name="DuringRecovery">Counted from the moment it begins to open the hub, else from when it is under
/// load.</param>
/// <param name="After">How long after that.</param>
internal readonly record struct Kill(bool DuringRecovery, TimeSpan After);

/// <summary>The kills of a seed: every fourth falls into the first moments after a start.</summary>
internal static class KillSchedule
{
    private const int RecoveryMilliseconds = 120;
    private const int LoadMilliseconds = 2500;

    public static IReadOnlyList<Kill> Of(int seed, int count)
    {
        Random random = new(seed);
        // The first two runs must come under load, or there is nothing to recover.
        return [.. Enumerable.Range(0, count).Select(i => i % 4 == 3
            ? new Kill(true, TimeSpan.FromMilliseconds(random.Next(RecoveryMilliseconds)))
            : new Kill(false, TimeSpan.FromMilliseconds(100 + random.Next(LoadMilliseconds))))];
    }
}
