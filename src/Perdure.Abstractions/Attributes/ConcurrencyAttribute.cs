namespace Perdure;

/// <summary>
/// Limits how many runs of an activity are under way at once in one node. Further calls wait for their turn, without
/// holding up other activities.
/// </summary>
/// <remarks>
/// Without this attribute only the limit of the node applies. The value is checked when the host starts.
/// </remarks>
/// <param name="limit">How many at most; 1 or more.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConcurrencyAttribute(int limit) : Attribute
{
    /// <summary>How many runs at most are under way at once in one node.</summary>
    public int Limit { get; } = limit;
}
