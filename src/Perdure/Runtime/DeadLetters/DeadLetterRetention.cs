using Perdure.Core.Stores;
using Perdure.Telemetry;

namespace Perdure.Runtime.DeadLetters;

/// <summary>
/// Deletes dead letters that have been resolved or discarded for long enough: a page at a time with pauses between
/// them, because the writer is shared with everybody. Every node does it; what one has deleted another does not find.
/// </summary>
internal sealed class DeadLetterRetention(Node node)
{
    private const int Page = 500;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        if (node.Settings.DeadLetterRetention is not { } kept)
            return;
        long changedBy = node.Now - (long)kept.TotalMilliseconds;
        int deleted = 0;
        try
        {
            while (true)
            {
                int some = await node.Store.DeleteDeadLettersAsync(changedBy, Page, cancellationToken);
                deleted += some;
                // Of an edited one the next page has what it was made of.
                if (some == 0)
                    break;
                await Task.Delay(s_pause, node.Time, cancellationToken);
            }
        }
        catch (StoreException e)
        {
            node.Logger.RetentionFailed(e);
        }
        if (deleted > 0)
            node.Logger.DeadLettersDeleted(deleted);
    }
}
