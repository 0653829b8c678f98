using Perdure.Core.History;
using Perdure.Execution;
using Perdure.Execution.Entities;
using Perdure.Json;

namespace Perdure.Clients;

/// <summary>Entities: what is asked for is checked here, and carried by the other half.</summary>
internal sealed partial class DurableClient
{
    public Task SignalEntityAsync(
        EntityId entityId, string operationName, object? operationInput = null,
        CancellationToken cancellationToken = default) =>
        SignalAsync(entityId, null, operationName, operationInput, cancellationToken);

    public Task SignalEntityAsync(
        EntityId entityId, DateTime scheduledTimeUtc, string operationName, object? operationInput = null,
        CancellationToken cancellationToken = default) =>
        SignalAsync(entityId, scheduledTimeUtc, operationName, operationInput, cancellationToken);

    public Task SignalEntityAsync<TEntityInterface>(
        string entityKey, Action<TEntityInterface> operation, CancellationToken cancellationToken = default) =>
        SignalAsync(IdOf<TEntityInterface>(entityKey), null, operation, cancellationToken);

    public Task SignalEntityAsync<TEntityInterface>(
        string entityKey, DateTime scheduledTimeUtc, Action<TEntityInterface> operation,
        CancellationToken cancellationToken = default) =>
        SignalAsync(IdOf<TEntityInterface>(entityKey), scheduledTimeUtc, operation, cancellationToken);

    public Task SignalEntityAsync<TEntityInterface>(
        EntityId entityId, Action<TEntityInterface> operation, CancellationToken cancellationToken = default) =>
        SignalAsync(entityId, null, operation, cancellationToken);

    public Task SignalEntityAsync<TEntityInterface>(
        EntityId entityId, DateTime scheduledTimeUtc, Action<TEntityInterface> operation,
        CancellationToken cancellationToken = default) =>
        SignalAsync(entityId, scheduledTimeUtc, operation, cancellationToken);

    public async Task<EntityStateResponse<T>> ReadEntityStateAsync<T>(
        EntityId entityId, CancellationToken cancellationToken = default)
    {
        EntityChecks.Checked(entityId, nameof(entityId));
        (bool exists, Payload state) = await ReadEntityAsync(entityId.ToString(), cancellationToken);
        return exists
            ? new(true, serializer.Deserialize<T>(state, new(PayloadRole.EntityState, entityId.EntityName)))
            : default;
    }

    public async Task<EntityQueryResult> ListEntitiesAsync(
        EntityQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        // A copy, so that the caller may change its own meanwhile.
        EntityQuery checkedQuery = new()
        {
            EntityName = query.EntityName?.ToLowerInvariant(),
            LastOperationFrom = query.LastOperationFrom,
            LastOperationTo = query.LastOperationTo,
            PageSize = query.PageSize,
            ContinuationToken = query.ContinuationToken,
            FetchState = query.FetchState,
            IncludeDeleted = query.IncludeDeleted,
        };
        return await ListAsync(checkedQuery, cancellationToken);
    }

    public async Task<CleanEntityStorageResult> CleanEntityStorageAsync(
        bool removeEmptyEntities, bool releaseOrphanedLocks, CancellationToken cancellationToken = default) =>
        removeEmptyEntities || releaseOrphanedLocks
            ? await CleanAsync(removeEmptyEntities, releaseOrphanedLocks, cancellationToken)
            : default;

    private static EntityId IdOf<TEntityInterface>(string entityKey) =>
        new(EntityInterface.NameOf(typeof(TEntityInterface)), entityKey);

    private Task SignalAsync<TEntityInterface>(
        EntityId entityId, DateTime? at, Action<TEntityInterface> operation, CancellationToken cancellationToken)
    {
        (string name, object? input) = SingleSignal.Of(EntityChecks.Checked(entityId, nameof(entityId)), operation);
        return SignalAsync(entityId, at, name, input, cancellationToken);
    }

    private async Task SignalAsync(
        EntityId entityId, DateTime? at, string operationName, object? input, CancellationToken cancellationToken)
    {
        EntityChecks.Checked(entityId, nameof(entityId));
        EntityChecks.CheckedOperation(operationName);
        // Nobody would hear that there is no code: so it is said here, as for a start.
        functions.CheckEntity(entityId.EntityName, code => node.Leases.OffersElsewhere(code));
        Payload payload = serializer.Serialize(
            input, new PayloadPlace(PayloadRole.OperationInput, entityId.EntityName, operationName));
        long? dueAt = at is { } time ? DueTime.Milliseconds(time) : null;
        await SendSignalAsync(entityId.ToString(), operationName, payload, dueAt, cancellationToken);
    }
}
