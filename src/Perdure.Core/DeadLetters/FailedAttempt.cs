namespace Perdure.Core.DeadLetters;

/// <summary>One run of a function that did not end well.</summary>
/// <param name="At">When it began, in milliseconds since 1970.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Node">Where it ran.</param>
/// <param name="Failure">What was thrown.</param>
internal sealed record FailedAttempt(long At, long Milliseconds, long Node, FailureDetails Failure)
{
    /// <summary>Failures that are kept: the first and the latest.</summary>
    public const int Max = 20;

    /// <summary>With one more; of many the first and the latest stay.</summary>
    public static IReadOnlyList<FailedAttempt> Add(IReadOnlyList<FailedAttempt> attempts, FailedAttempt attempt) =>
        attempts.Count < Max ? [.. attempts, attempt] : [attempts[0], .. attempts.Skip(2), attempt];
}
