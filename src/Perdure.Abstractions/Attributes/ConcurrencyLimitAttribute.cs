namespace Perdure;

/// <summary>
/// Limits how many runs are under way at once in one node, of all functions that name the same limit: activities and
/// functions of queues and streams. Further ones wait for their turn, without holding up others.
/// </summary>
/// <remarks>
/// For what they share: a database, an API with a quota. It stands beside <c>[Concurrency]</c>, which is about one
/// function. The values are checked when the host starts.
/// </remarks>
/// <param name="name">The name of the limit, in any case.</param>
/// <param name="limit">
/// How many at most; 1 or more. 0, the default: as <see cref="PerdureOptions.ConcurrencyLimits"/> says, or another
/// function that names it.
/// </param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class ConcurrencyLimitAttribute(string name, int limit = 0) : Attribute
{
    /// <summary>The name of the limit.</summary>
    public string Name { get; } = name;

    /// <summary>How many runs at most are under way at once in one node; 0 when it is said elsewhere.</summary>
    public int Limit { get; } = limit;
}
