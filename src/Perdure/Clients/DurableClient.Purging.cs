using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Clients;

/// <summary>
/// Deleting what has ended. Each instance is asked of the partition that owns it; where it was found by a search, under
/// the key that the search saw.
/// </summary>
internal sealed partial class DurableClient
{
    private const int PurgePage = 200;

    public async Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        string instanceId, CancellationToken cancellationToken = default)
    {
        CheckedId(instanceId);
        RequestOutcome outcome = await PurgeAsync(instanceId, cancellationToken);
        if (outcome == RequestOutcome.StillRunning)
            throw new InvalidOperationException(
                $"The orchestration '{instanceId}' has not ended; only what has ended can be purged. Terminate it "
                + "first.");
        return new PurgeHistoryResult(outcome == RequestOutcome.Accepted ? 1 : 0);
    }

    public async Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        string instanceId, bool recursive, CancellationToken cancellationToken = default)
    {
        CheckedId(instanceId);
        InstanceRow? row = recursive ? await node.OpenStore.ReadInstanceAsync(instanceId, cancellationToken) : null;
        if (row is not { Status.IsTerminal: true })
            return await PurgeInstanceHistoryAsync(instanceId, cancellationToken);
        List<InstanceRow> family = await FamilyAsync(row, cancellationToken);
        int purged = 0;
        // The youngest first: whoever is interrupted can ask again, because the parent still knows its children.
        for (int i = family.Count - 1; i >= 0; i--)
            purged += await PurgeAllAsync([(family[i].Id, family[i].Key)], cancellationToken);
        return new PurgeHistoryResult(purged);
    }

    /// <summary>An ended instance and all that descends from it and has ended; parents before their children.</summary>
    private async Task<List<InstanceRow>> FamilyAsync(InstanceRow first, CancellationToken cancellationToken)
    {
        List<InstanceRow> family = [first];
        for (int i = 0; i < family.Count; i++)
        {
            ExecutionKey parent = new(family[i].Key, family[i].Generation);
            IReadOnlyList<HistoryRow> history = await node.OpenStore.ReadHistoryAsync(parent, cancellationToken);
            foreach (string child in ChildrenIn(history))
            {
                InstanceSnapshot? snapshot = await node.OpenStore.ReadSnapshotAsync(child, cancellationToken);
                // The id may be that of a later instance, which is nobody's child or another's.
                if (snapshot is { Row.Status.IsTerminal: true } && StatusView.StartOf(snapshot).Parent is { } link
                    && link.Key == parent.Key)
                    family.Add(snapshot.Row);
            }
        }
        return family;
    }

    private static IEnumerable<string> ChildrenIn(IReadOnlyList<HistoryRow> history) =>
        HistoryReader.ReadTurns(history).SelectMany(t => t.Events)
            .OfType<HistoryEvent.SubOrchestrationInstanceCreated>().Select(c => c.InstanceId).Distinct();

    public async Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        IEnumerable<string> instanceIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instanceIds);
        string[] ids = [.. instanceIds.Select(CheckedId)];
        int purged = 0;
        foreach (string[] chunk in ids.Chunk(PurgePage))
            purged += await PurgeAllAsync(chunk.Select(id => (id, (long?)null)), cancellationToken);
        return new PurgeHistoryResult(purged);
    }

    public async Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        DateTime createdTimeFrom, DateTime? createdTimeTo, IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus,
        CancellationToken cancellationToken = default)
    {
        OrchestrationStatusQueryCondition condition = new()
        {
            CreatedTimeFrom = createdTimeFrom,
            CreatedTimeTo = createdTimeTo,
            RuntimeStatus = runtimeStatus?.ToArray()
                ?? [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed,
                OrchestrationRuntimeStatus.Terminated],
            PageSize = PurgePage,
        };
        int purged = 0;
        do
        {
            InstancePage page = await QueryAsync(condition, cancellationToken, withPayloads: false);
            IEnumerable<InstanceRow> ended = page.Instances.Select(i => i.Row).Where(r => r.Status.IsTerminal);
            // Under the key that was seen: what has taken the id since was not asked for.
            purged += await PurgeAllAsync(ended.Select(r => (r.Id, (long?)r.Key)), cancellationToken);
            condition.ContinuationToken = page.Continuation;
        }
        while (condition.ContinuationToken is not null);
        return new PurgeHistoryResult(purged);
    }

    private async Task<int> PurgeAllAsync(
        IEnumerable<(string Id, long? Key)> instances, CancellationToken cancellationToken)
    {
        RequestOutcome[] outcomes = await Task.WhenAll(
            instances.Select(i => PurgeAsync(i.Id, cancellationToken, i.Key)));
        return outcomes.Count(o => o == RequestOutcome.Accepted);
    }

    private Task<RequestOutcome> PurgeAsync(string instanceId, CancellationToken cancellationToken, long? key = null) =>
        AskAsync(instanceId, request => new Message.Purge { Key = key, Ticket = request }, cancellationToken);
}
