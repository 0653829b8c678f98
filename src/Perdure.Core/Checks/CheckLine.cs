namespace Perdure.Core.Checks;

/// <summary>
/// A line of what a program reports while it is checked: first where it looks and how much there is, then a verdict for
/// each instance, then that this was all; or what kept it from that. Of the four, one is set.
/// </summary>
internal sealed record CheckLine
{
    public CheckBegin? Begin { get; init; }

    public CheckVerdict? Verdict { get; init; }

    /// <summary>How many were checked, at the very end.</summary>
    public long? Checked { get; init; }

    /// <summary>Why there is no more to come.</summary>
    public string? Error { get; init; }
}

/// <summary>What is about to be checked.</summary>
/// <param name="Perdure">The version that the program runs with.</param>
/// <param name="Place">Where the histories are.</param>
/// <param name="Total">How many there are.</param>
internal sealed record CheckBegin(string Perdure, string Place, long Total);
