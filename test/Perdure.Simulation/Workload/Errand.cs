namespace Perdure.Simulation.Workload;

/// <summary>
/// The input of an orchestration: the seed of its program, and what it carries from generation to generation.
/// </summary>
public sealed record Errand
{
    public ulong Seed { get; init; }

    /// <summary>Unique in the run: it finds the instance that a start created.</summary>
    public string Nonce { get; init; } = "";

    /// <summary>How deep it may go on with sub-orchestrations.</summary>
    public int Depth { get; init; }

    public int Round { get; init; }

    /// <summary>How often it continues as new.</summary>
    public int Rounds { get; init; }

    /// <summary>What fails in it makes it fail.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether events that nobody waited for go along.</summary>
    public bool Preserve { get; init; }

    /// <summary>The events that earlier generations got: with them the checker can account for every event.</summary>
    public List<string> Seen { get; init; } = [];
}

/// <summary>The input of an activity.</summary>
public sealed record WorkOrder
{
    public string Tag { get; init; } = "";

    /// <summary>Attempts up to this one fail.</summary>
    public int FailUntil { get; init; }

    /// <summary>It does not fail any more when it has failed once in the same call.</summary>
    public bool Mends { get; init; }

    public int Milliseconds { get; init; }

    /// <summary>Whether a wait listens to the token.</summary>
    public bool Obeys { get; init; }

    /// <summary>The result holds this.</summary>
    public string Text { get; init; } = "";
}
