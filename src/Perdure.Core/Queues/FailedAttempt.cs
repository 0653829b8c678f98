namespace Perdure.Core.Queues;

/// <summary>One run of a function that did not end well.</summary>
/// <param name="At">When it began, in milliseconds since 1970.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Node">Where it ran.</param>
/// <param name="Failure">What was thrown.</param>
internal sealed record FailedAttempt(long At, long Milliseconds, long Node, FailureDetails Failure);
