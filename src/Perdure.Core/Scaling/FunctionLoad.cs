namespace Perdure.Core.Scaling;

/// <summary>What waits for a function, and how much of it has been done, at one moment, on the whole hub.</summary>
/// <param name="Name">Of the function.</param>
/// <param name="At">When it was looked at, in milliseconds since 1970.</param>
/// <param name="Backlog">Messages or events that are not done.</param>
/// <param name="Done">How many were done since some time in the past: only differences mean something.</param>
internal sealed record FunctionLoad(string Name, long At, long Backlog, long Done)
{
    /// <summary>When the oldest of them came, in milliseconds since 1970; null when nothing waits.</summary>
    public long? OldestAt { get; init; }

    /// <summary>How much an instance has in hand at a time: what it needs no help with.</summary>
    public required int Target { get; init; }

    /// <summary>How many instances can share the work at most.</summary>
    public required int Partitions { get; init; }

    /// <summary>
    /// Whether its partitions should split evenly: one partition too many on one instance holds up the whole stream.
    /// </summary>
    public bool IsStream { get; init; }

    public ScaleGate Gate { get; init; }
}

/// <summary>Whether a function may run what waits for it.</summary>
internal enum ScaleGate
{
    /// <summary>It may.</summary>
    Open,

    /// <summary>It is held, as behind an open circuit: more instances would do nothing.</summary>
    Held,

    /// <summary>It is tried with little work, as by a half-open circuit.</summary>
    Probing,

    /// <summary>Somebody has switched it off.</summary>
    Disabled,
}
