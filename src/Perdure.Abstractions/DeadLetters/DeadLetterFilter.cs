namespace Perdure;

/// <summary>Which dead letters are meant; what is null means any. Conditions are joined by "and".</summary>
public sealed class DeadLetterFilter
{
    /// <summary>For example <c>queue orders</c>.</summary>
    public string? Source { get; set; }

    /// <summary>The function.</summary>
    public string? FunctionName { get; set; }

    /// <summary>The fingerprint.</summary>
    public string? Fingerprint { get; set; }

    /// <summary>What has become of them.</summary>
    public DeadLetterState? State { get; set; }

    /// <summary>Put aside at this time or later.</summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>Put aside at this time or earlier.</summary>
    public DateTimeOffset? To { get; set; }
}

/// <summary>A page of dead letters, oldest first.</summary>
/// <param name="DeadLetters">Those of the page.</param>
/// <param name="ContinuationToken">Where the next page begins; null on the last one.</param>
public sealed record DeadLetterQueryResult(IReadOnlyList<DeadLetter> DeadLetters, string? ContinuationToken);
