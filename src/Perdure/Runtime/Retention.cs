using Microsoft.Extensions.Logging;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Telemetry;

namespace Perdure.Runtime;

/// <summary>
/// Deletes what ended long enough ago: in rounds, each from the oldest instance on, a page at a time with pauses
/// between them, because the writer is shared with everybody. What is deleted is asked of the partition that owns it,
/// under the key that the round has seen: an instance that has taken the id since stays.
/// </summary>
internal sealed class Retention(Node node)
{
    private const int Page = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs until the node stops.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (node.Settings.Retention.Count == 0)
            return;
        node.Logger.RetentionIsOn(Describe());
        try
        {
            while (true)
            {
                await RoundAsync(cancellationToken);
                await Task.Delay(node.Settings.RetentionEvery, node.Time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops: the next start begins a new round.
        }
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        int purged = 0;
        try
        {
            foreach ((InstanceStatus status, TimeSpan kept) in node.Settings.Retention)
                purged += await PurgeAsync(status, node.Now - (long)kept.TotalMilliseconds, cancellationToken);
        }
        catch (StoreException e)
        {
            node.Logger.RetentionFailed(e);
        }
        if (purged == 0)
            return;
        node.Meters.Expired.Add(purged);
        node.Logger.RetentionPurged(purged);
    }

    private async Task<int> PurgeAsync(InstanceStatus status, long endedBy, CancellationToken cancellationToken)
    {
        int purged = 0;
        InstanceQuery query = new() { Statuses = [status], CreatedTo = endedBy, PageSize = Page, WithPayloads = false };
        while (true)
        {
            InstancePage page = await node.Store.QueryAsync(query, cancellationToken);
            Request[] requests = [.. page.Instances
                .Where(i => i.Row.Ended <= endedBy && !node.Partition(i.Row.Partition).IsElsewhere)
                .Select(i => Purge(i.Row))];
            foreach (Request request in requests)
                purged += await OutcomeAsync(request, cancellationToken) == RequestOutcome.Accepted ? 1 : 0;
            if (page.Continuation is null)
                return purged;
            query = query with { Continuation = page.Continuation };
            await Task.Delay(Pause, node.Time, cancellationToken);
        }
    }

    private Request Purge(InstanceRow row)
    {
        Request request = new();
        node.PartitionOf(row.Id).Submit(row.Id, new Message.Purge { Key = row.Key, Ticket = request });
        return request;
    }

    /// <summary>Null when it could not be done now; the next round tries again.</summary>
    private static async Task<RequestOutcome?> OutcomeAsync(Request request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.Outcome.WaitHereAsync(cancellationToken);
        }
        catch (Exception e) when (e is StoreException or InvalidOperationException)
        {
            return null;
        }
    }

    private string Describe() =>
        string.Join(", ", node.Settings.Retention.OrderBy(r => r.Key).Select(r => $"{r.Key} after {r.Value}"));
}
