namespace Perdure;

/// <summary>
/// A function of a queue or stream throws it when what it depends on is away: the circuit opens at once. What the
/// function was called with has not failed; it runs again when the circuit lets it.
/// </summary>
/// <param name="reason">Why, for those who are told.</param>
/// <param name="circuit">
/// Which circuit of the function: the name that <see cref="CircuitAttribute"/> has; null for all that it has.
/// </param>
/// <param name="retryAfter">
/// After this time the circuit tries by itself; null for what its settings say. More than zero.
/// </param>
public sealed class OpenCircuitException(string reason, string? circuit = null, TimeSpan? retryAfter = null)
    : Exception(reason)
{
    /// <summary>Which circuit; null for all of the function.</summary>
    public string? Circuit => circuit;

    /// <summary>When it tries by itself; null for what its settings say.</summary>
    public TimeSpan? RetryAfter => retryAfter is { } after && after <= TimeSpan.Zero
        ? null
        : retryAfter;
}
