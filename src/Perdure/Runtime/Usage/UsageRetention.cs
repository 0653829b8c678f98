using Perdure.Core.Stores;
using Perdure.Telemetry;

namespace Perdure.Runtime.Usage;

/// <summary>Deletes usage that was kept long enough, an hour of it at a time.</summary>
internal sealed class UsageRetention(Node node)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs until the node stops.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (node.Settings.UsageRetention is not { } kept)
            return;
        try
        {
            while (true)
            {
                await Task.Delay(node.Settings.RetentionEvery, node.Time, cancellationToken);
                await RoundAsync(node.Now - (long)kept.TotalMilliseconds, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops: the next start goes on.
        }
    }

    private async Task RoundAsync(long before, CancellationToken cancellationToken)
    {
        try
        {
            while (await node.Store.DeleteUsageAsync(before, cancellationToken))
                await Task.Delay(s_pause, node.Time, cancellationToken);
        }
        catch (StoreException e)
        {
            node.Logger.RetentionFailed(e);
        }
    }
}
