using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Clients;

internal sealed partial class DurableClient
{
    private async Task SendSignalAsync(
        string entityInstanceId, string operation, Payload input, long? dueAt, CancellationToken cancellationToken)
    {
        RequestOutcome outcome = await AskAsync(
            entityInstanceId, request => new Message.Operation(operation, input) { DueAt = dueAt, Ticket = request },
            cancellationToken);
        if (outcome == RequestOutcome.Busy)
            throw new InvalidOperationException("busy");
    }

    private async Task<(bool Exists, Payload State)> ReadEntityAsync(
        string entityInstanceId, CancellationToken cancellationToken)
    {
        EntityRow? row = await node.OpenStore.ReadEntityAsync(entityInstanceId, cancellationToken);
        return row is null or { State.IsNone: true } ? (false, default) : (true, row.State);
    }

    private Task<EntityQueryResult> ListAsync(EntityQuery query, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("This host does not list entities yet.");

    private Task<CleanEntityStorageResult> CleanAsync(
        bool removeEmptyEntities, bool releaseOrphanedLocks, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This host does not clean up entities yet.");
}
