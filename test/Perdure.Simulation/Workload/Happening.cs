namespace Perdure.Simulation.Workload;

/// <summary>What an event or a message does to its function.</summary>
public sealed record Happening
{
    /// <summary>How often it fails before it succeeds; more than there are retries means for ever.</summary>
    public int Fails { get; init; }

    public int Milliseconds { get; init; }

    /// <summary>It gives up when it is told to.</summary>
    public bool Obeys { get; init; }

    /// <summary>How many events its function appends; of messages only.</summary>
    public int Echoes { get; init; }

    /// <summary>Its function does not throw for it, but names it as failed; of events only.</summary>
    public bool IsNamed { get; init; }
}
