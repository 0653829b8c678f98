namespace Perdure.Checks;

/// <summary>What bounds a check.</summary>
internal sealed record CheckSettings
{
    /// <summary>How long the code of one instance may take.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many instances are replayed at a time.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>
    /// So many threads are left to the instances of an orchestrator that hang; the rest of them is not tried.
    /// </summary>
    public int HangsMax { get; init; } = 2;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
