using Perdure.Core.Identity;

namespace Perdure.Core.DeadLetters;

/// <summary>How often, and how much later, a function runs again for what it failed with.</summary>
internal sealed record RetryPolicy
{
    /// <summary>In <see cref="RetriesMax"/>: without end.</summary>
    public const int Unlimited = -1;

    /// <summary>Runs beyond the first one.</summary>
    public required int RetriesMax { get; init; }

    /// <summary>The wait before the first retry, and before each one when it does not grow.</summary>
    public required TimeSpan First { get; init; }

    /// <summary>The longest wait; null when it does not grow.</summary>
    public TimeSpan? Longest { get; init; }

    /// <summary>
    /// The wait after so many failures, in milliseconds; null when there is no further retry. A growing wait is
    /// <c>first</c>, then <c>first + r·2^k·first</c> with k from 0 and r from 0.8 to 1.2, as in Azure Functions.
    /// </summary>
    /// <param name="failures">How often it has failed, from 1.</param>
    /// <param name="id">Of what has failed: the spread is made of it, so that it is the same everywhere.</param>
    public long? DelayAfter(int failures, string id)
    {
        if (RetriesMax != Unlimited && failures > RetriesMax)
            return null;
        double first = First.TotalMilliseconds;
        if (Longest is not { } longest || failures == 1)
            return (long)first;
        double spread = 0.8 + (0.4 * InstanceIds.Partition($"{id}{failures}", 1024) / 1023);
        double delay = first + (spread * Math.Pow(2, Math.Min(failures - 2, 60)) * first);
        return (long)Math.Min(delay, longest.TotalMilliseconds);
    }
}
