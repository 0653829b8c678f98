namespace Perdure;

/// <summary>Where a run stands among the retries of what triggered it.</summary>
/// <param name="RetryCount">How many runs have failed before this one; 0 in the first.</param>
/// <param name="MaxRetryCount">How many retries there are at most; −1 for no end.</param>
public sealed record RetryContext(int RetryCount, int MaxRetryCount);
