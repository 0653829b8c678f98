using Perdure.Core.Stores;
using Perdure.Runtime.DeadLetters;
using Perdure.Telemetry;

namespace Perdure.Runtime.Streams;

/// <summary>
/// Lets go of events that their streams have kept long enough. What a reader has not done yet stays, however old it is.
/// </summary>
internal sealed class StreamRetention(Node node)
{
    /// <summary>Runs until the node stops.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(node.Settings.RetentionEvery, node.Time, cancellationToken);
                await RoundAsync(cancellationToken);
                await new DeadLetterRetention(node).RoundAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops: the next start goes on.
        }
    }

    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        long now = node.Now;
        try
        {
            for (int i = 0; i < node.Partitions; i++)
            {
                await node.Partition(i).TrimLogsAsync(
                    stream => node.Settings.StreamRetention(stream) is { } kept
                        ? now - (long)kept.TotalMilliseconds
                        : null,
                    cancellationToken);
            }
        }
        catch (StoreException e)
        {
            node.Logger.RetentionFailed(e);
        }
    }
}
