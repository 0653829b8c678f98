namespace Perdure.Core.Checks;

/// <summary>What a check says of one instance.</summary>
internal sealed record CheckVerdict
{
    public required string InstanceId { get; init; }

    /// <summary>The name of its orchestrator.</summary>
    public required string Orchestrator { get; init; }

    public string? Version { get; init; }

    /// <summary>As people say it: <c>Running</c>, <c>Suspended</c>, <c>Parked</c>…</summary>
    public required string Status { get; init; }

    public required CheckOutcome Outcome { get; init; }

    /// <summary>Why, in a sentence without the id, so that what is alike can be counted; null when it fits.</summary>
    public string? Reason { get; init; }

    /// <summary>Where code and history part: the number of the turn.</summary>
    public int? Turn { get; init; }

    /// <summary>And which of the things that the code asked for in that turn, from 0.</summary>
    public int? Position { get; init; }

    /// <summary>What the history holds there.</summary>
    public string? Expected { get; init; }

    /// <summary>What the code asks for there.</summary>
    public string? Actual { get; init; }

    /// <summary>What the code threw, if that is why.</summary>
    public string? Exception { get; init; }

    /// <summary>Whether the instance is as well off with the build as without.</summary>
    public bool IsGood => Outcome is CheckOutcome.Fits or CheckOutcome.WouldGoOn;

    /// <summary>All of it for people, on one line.</summary>
    public string Describe()
    {
        string version = Version is null ? "" : $" version '{Version}'";
        string position = Position is null ? "" : $", position {Position}";
        string where = Turn is null ? "" : $" (turn {Turn}{position})";
        return $"'{InstanceId}' of '{Orchestrator}'{version}, {Status}: {Reason ?? "it fits"}{where}";
    }
}
