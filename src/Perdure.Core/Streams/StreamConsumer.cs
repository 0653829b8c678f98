using Perdure.Core.DeadLetters;

namespace Perdure.Core.Streams;

/// <summary>The function of a stream, as the core knows it.</summary>
/// <param name="Stream">The name of the stream, in lower case.</param>
/// <param name="Group">The consumer group.</param>
/// <param name="Name">The name of the function.</param>
/// <param name="Retries">How often it may try.</param>
/// <param name="Policy">What becomes of what it gives up.</param>
internal sealed record StreamConsumer(
    string Stream, string Group, string Name, RetryPolicy Retries, EventFailurePolicy Policy)
{
    /// <summary>What dead letters call the stream.</summary>
    public string Source => $"stream {Stream}";
}
