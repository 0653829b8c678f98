using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Functions;

namespace Perdure.Clients;

/// <summary>What is read rather than asked for.</summary>
internal sealed partial class DurableClient
{
    public async Task<DurableOrchestrationStatus?> GetStatusAsync(
        string instanceId, bool showHistory = false, bool showHistoryOutput = false, bool showInput = true,
        CancellationToken cancellationToken = default)
    {
        CheckedId(instanceId);
        InstanceSnapshot? snapshot = await node.OpenStore.ReadSnapshotAsync(instanceId, cancellationToken);
        if (snapshot is null)
            return null;
        bool isHeld = snapshot.Row is { Held: Held.Suspended or Held.Parked, Status.IsTerminal: false };
        if (!showHistory && !isHeld)
            return StatusView.Of(snapshot, showInput);
        IReadOnlyList<HistoryRow> history = await node.OpenStore.ReadHistoryAsync(
            new ExecutionKey(snapshot.Row.Key, snapshot.Row.Generation), cancellationToken);
        return StatusView.Of(
            snapshot,
            showInput,
            showHistory ? HistoryView.Of(history, showInput, showHistoryOutput) : null,
            isHeld ? history.Select(row => StatusView.ReasonOf(row.Events)).LastOrDefault(reason => reason is not null)
                : null);
    }

    public async Task<IList<DurableOrchestrationStatus?>> GetStatusAsync(
        IEnumerable<string> instanceIds, bool showHistory = false, bool showHistoryOutput = false,
        bool showInput = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instanceIds);
        List<DurableOrchestrationStatus?> statuses = [];
        foreach (string id in instanceIds)
            statuses.Add(await GetStatusAsync(id, showHistory, showHistoryOutput, showInput, cancellationToken));
        return statuses;
    }

    public async Task<OrchestrationStatusQueryResult> ListInstancesAsync(
        OrchestrationStatusQueryCondition condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        CheckContinuation(condition);
        InstancePage page = await QueryAsync(condition, cancellationToken);
        return new OrchestrationStatusQueryResult
        {
            DurableOrchestrationState = [.. page.Instances.Select(i => StatusView.Of(i, condition.ShowInput))],
            ContinuationToken = page.Continuation,
        };
    }

    public async Task<long> CountInstancesAsync(
        OrchestrationStatusQueryCondition condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return await node.OpenStore.CountAsync(QueryOf(condition, withPayloads: false), cancellationToken);
    }

    private ValueTask<InstancePage> QueryAsync(
        OrchestrationStatusQueryCondition condition, CancellationToken cancellationToken, bool withPayloads = true) =>
        node.OpenStore.QueryAsync(QueryOf(condition, withPayloads), cancellationToken);

    private InstanceQuery QueryOf(OrchestrationStatusQueryCondition condition, bool withPayloads)
    {
        OrchestrationRuntimeStatus[]? statuses = condition.RuntimeStatus?.ToArray() is { Length: > 0 } some
            ? some
            : null;
        bool suspended = statuses?.Contains(OrchestrationRuntimeStatus.Suspended) ?? false;
        return new InstanceQuery
        {
            Statuses = statuses is null || (suspended && statuses.Length == 1)
                ? null
                : [.. statuses.Select(StatusView.ToStored).OfType<InstanceStatus>()],
            Suspended = statuses is null ? null : suspended,
            Name = condition.Name is { } name
                && functions.TryGetOrchestration(name, out OrchestrationFunction? function)
                ? function.Name
                : condition.Name,
            Version = condition.Version,
            IdPrefix = condition.InstanceIdPrefix,
            CreatedFrom = Milliseconds(condition.CreatedTimeFrom),
            CreatedTo = Milliseconds(condition.CreatedTimeTo),
            Tag = condition.Tag,
            Continuation = condition.ContinuationToken,
            PageSize = condition.PageSize,
            WithPayloads = withPayloads,
        };
    }

    private static void CheckContinuation(OrchestrationStatusQueryCondition condition)
    {
        try
        {
            if (condition.ContinuationToken is { } token)
                PageEnd.Parse(token);
        }
        catch (FormatException e)
        {
            throw new ArgumentException(e.Message, nameof(condition), e);
        }
    }

    private static long? Milliseconds(DateTime? time) => time is not { } t || t == default
        ? null
        : (long)((t.Kind == DateTimeKind.Local ? t.ToUniversalTime() : t) - DateTime.UnixEpoch).TotalMilliseconds;
}
