namespace Perdure;

/// <summary>
/// Runs the function again for what it failed with, after the same wait each time. The waits and the count survive the
/// process.
/// </summary>
/// <param name="maxRetryCount">How many runs there are beyond the first; 0 or more, or −1 for no end.</param>
/// <param name="delayInterval">The wait, for example <c>00:00:10</c>; zero or more.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class FixedDelayRetryAttribute(int maxRetryCount, string delayInterval) : Attribute
{
    /// <summary>How many runs there are beyond the first; −1 for no end.</summary>
    public int MaxRetryCount { get; } = maxRetryCount;

    /// <summary>The wait before each of them.</summary>
    public string DelayInterval { get; } = delayInterval;
}
