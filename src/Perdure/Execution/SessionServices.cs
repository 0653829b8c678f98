using Microsoft.Extensions.Logging;
using Perdure.Json;

namespace Perdure.Execution;

/// <summary>What every session of a host shares.</summary>
internal sealed record SessionServices(PayloadSerializer Serializer, ILogger Logger, bool ParkNonDeterministic)
{
    /// <summary>How long a durable HTTP call waits before it asks again, when the answer does not say.</summary>
    public TimeSpan HttpPollInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The newest version in which other nodes have some code; null for none.</summary>
    public Func<string, string?> NewestElsewhere { get; init; } = static _ => null;
}
