namespace Perdure.Testing;

/// <summary>What a <see cref="ReplayChecker"/> says of one instance.</summary>
public sealed record ReplayVerdict
{
    /// <summary>The instance.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The name of its orchestrator.</summary>
    public required string Orchestrator { get; init; }

    /// <summary>What becomes of it.</summary>
    public required ReplayOutcome Outcome { get; init; }

    /// <summary>Why, in a sentence; null when it fits.</summary>
    public string? Reason { get; init; }

    /// <summary>The number of the turn in which code and history part, from 0; null when they do not.</summary>
    public int? Turn { get; init; }

    /// <summary>What the history holds there; null when there is nothing, or no such place.</summary>
    public string? Expected { get; init; }

    /// <summary>What the code asks for there; null when it asks for nothing, or there is no such place.</summary>
    public string? Actual { get; init; }

    /// <summary>Whether it can go on: it fits, or would once it is resumed.</summary>
    public bool IsGood => Outcome is ReplayOutcome.Fits or ReplayOutcome.WouldGoOn;

    internal string Text { get; init; } = "";

    /// <summary>All of it, on one line.</summary>
    public override string ToString() => Text;
}
