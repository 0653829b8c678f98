using System.Collections.Concurrent;
using Perdure.Functions;

namespace Perdure.Runtime.Concurrency;

/// <summary>The limits that functions of this node share, by name.</summary>
internal sealed class SharedLimits(WorkScheduler scheduler)
{
    private readonly ConcurrentDictionary<string, SharedLimit> _limits = new(StringComparer.Ordinal);

    public SharedLimit Of(NamedLimit limit) => _limits.GetOrAdd(limit.Name, _ => new SharedLimit(limit.Max, scheduler));
}
