namespace Perdure;

/// <summary>
/// Runs the function again for what it failed with, after waits that double, with a spread of a fifth. The waits and
/// the count survive the process.
/// </summary>
/// <param name="maxRetryCount">How many runs there are beyond the first; 0 or more, or −1 for no end.</param>
/// <param name="minimumInterval">The first wait, for example <c>00:00:04</c>; more than zero.</param>
/// <param name="maximumInterval">The longest wait; not less than the first.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class ExponentialBackoffRetryAttribute(
    int maxRetryCount, string minimumInterval, string maximumInterval) : Attribute
{
    /// <summary>How many runs there are beyond the first; −1 for no end.</summary>
    public int MaxRetryCount { get; } = maxRetryCount;

    /// <summary>The first wait.</summary>
    public string MinimumInterval { get; } = minimumInterval;

    /// <summary>The longest wait.</summary>
    public string MaximumInterval { get; } = maximumInterval;
}
