using System.Diagnostics;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Runtime;

namespace Perdure.Clients;

/// <summary>How what concerns entities reaches their partitions and the store.</summary>
internal sealed partial class DurableClient
{
    private const int LockedPage = 200;

    /// <summary>A release that is on its way to the entity has arrived by then.</summary>
    private static readonly TimeSpan ReleaseTime = TimeSpan.FromMilliseconds(200);

    private async Task SendSignalAsync(
        string entityInstanceId, string operation, Payload input, long? dueAt, CancellationToken cancellationToken)
    {
        if (node.IsOverloaded)
            await WaitForRoomAsync(cancellationToken);
        using Activity? span = EntitySpans.StartSignal(entityInstanceId, operation, dueAt);
        string? trace = (span ?? Activity.Current)?.Id;
        RequestOutcome outcome = await AskAsync(
            entityInstanceId, request => new Message.Operation(operation, input)
            {
                DueAt = dueAt,
                TraceParent = trace,
                Ticket = request,
            }, cancellationToken);
        if (outcome == RequestOutcome.Busy)
            throw new InvalidOperationException(
                $"The entity '{entityInstanceId}' is busy: {node.Settings.Limits.WaitingForEntityMax:N0} messages wait "
                + "for it. Signal it later, or find out what keeps it locked.");
    }

    private async Task<(bool Exists, Payload State)> ReadEntityAsync(
        string entityInstanceId, CancellationToken cancellationToken)
    {
        EntityRow? row = await node.OpenStore.ReadEntityAsync(entityInstanceId, cancellationToken);
        return row is { State: { IsNone: false } state } ? (true, state) : default;
    }

    /// <summary>The name in the query is in lower case, and its token is as the caller gave it.</summary>
    private async Task<EntityQueryResult> ListAsync(EntityQuery query, CancellationToken cancellationToken)
    {
        EntityPage page = await node.OpenStore.QueryEntitiesAsync(
            new EntityRowQuery
            {
                Name = query.EntityName,
                LastFrom = Milliseconds(query.LastOperationFrom),
                LastTo = Milliseconds(query.LastOperationTo),
                WithoutState = query.IncludeDeleted,
                WithState = query.FetchState,
                After = CheckedToken(query.ContinuationToken),
                PageSize = query.PageSize,
            },
            cancellationToken);
        return new EntityQueryResult
        {
            // The engine's own are nobody's business.
            Entities = [.. page.Entities.Where(row => !row.Name.StartsWith('$')).Select(row => new DurableEntityStatus
            {
                EntityId = new EntityId(row.Name, row.Key),
                LastOperationTime = StatusView.ToTime(row.Last),
                State = StatusView.ToJson(row.State),
            })],
            ContinuationToken = page.Continuation,
        };
    }

    /// <summary>
    /// There is nothing to find: an entity without state has no row, and an ending releases its locks in its own
    /// commit. It is looked for all the same, because whoever asks wants to know.
    /// </summary>
    private async Task<CleanEntityStorageResult> CleanAsync(
        bool removeEmptyEntities, bool releaseOrphanedLocks, CancellationToken cancellationToken)
    {
        int released = 0;
        EntityRowQuery query = new() { Locked = true, WithoutState = true, PageSize = LockedPage };
        while (releaseOrphanedLocks)
        {
            EntityPage page = await node.OpenStore.QueryEntitiesAsync(query, cancellationToken);
            foreach (EntityRow entity in page.Entities)
                released += await ReleaseAsync(entity.Id, entity.Holder!, cancellationToken) ? 1 : 0;
            if (page.Continuation is null)
                break;
            query = query with { After = page.Continuation };
        }
        return new CleanEntityStorageResult(0, released);
    }

    /// <summary>Releases the lock if its holder is over and has not released it.</summary>
    private async Task<bool> ReleaseAsync(string entityId, EntityCaller holder, CancellationToken cancellationToken)
    {
        InstanceRow? row = await node.OpenStore.ReadInstanceAsync(holder.InstanceId, cancellationToken);
        bool lives = row is { Status.IsTerminal: false }
            && new ExecutionKey(row.Key, row.Generation) == holder.Task.Execution;
        if (lives)
            return false;
        await Task.Delay(ReleaseTime, node.Time, cancellationToken);
        if ((await node.OpenStore.ReadEntityAsync(entityId, cancellationToken))?.Holder != holder)
            return false;
        RequestOutcome outcome = await AskAsync(
            entityId, request => new Message.Release(holder.Task) { Ticket = request }, cancellationToken);
        return outcome == RequestOutcome.Accepted;
    }

    private static string? CheckedToken(string? token)
    {
        try
        {
            if (token is not null)
                EntityInstanceIds.Split(token);
            return token;
        }
        catch (FormatException e)
        {
            throw new ArgumentException(
                $"'{token}' is not a continuation token of this hub; pass the one of the previous page unchanged.",
                nameof(token), e);
        }
    }
}
