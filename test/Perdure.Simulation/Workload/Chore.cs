namespace Perdure.Simulation.Workload;

/// <summary>The input of an operation: who it is, and what it does besides its own.</summary>
public sealed record Chore
{
    /// <summary>Unique in the run: it finds the operation wherever it is.</summary>
    public string Token { get; init; } = "";

    /// <summary>It throws, after it has done everything.</summary>
    public bool Fails { get; init; }

    public int Milliseconds { get; init; }

    /// <summary>Whether its wait listens to the host that stops.</summary>
    public bool Obeys { get; init; }

    /// <summary>It says that it has changed the state, instead of leaving that to be found out.</summary>
    public bool Sets { get; init; }

    public List<Tell> Tells { get; init; } = [];

    /// <summary>An orchestration that it starts.</summary>
    public Errand? Starts { get; init; }

    /// <summary>Holds what the store refuses, or only makes the body long.</summary>
    public string Text { get; init; } = "";
}

/// <summary>A signal that an operation sends.</summary>
public sealed record Tell
{
    public string Entity { get; init; } = "";
    public string Operation { get; init; } = "";
    public Chore Chore { get; init; } = new();
    public int? DueIn { get; init; }
}

/// <summary>The state of an entity: the tokens of the operations that have changed it, in order.</summary>
public sealed class Doings
{
    public List<string> Log { get; set; } = [];
}
