namespace Perdure;

/// <summary>
/// Signals, reads and lists the entities of one task hub. What a call of this interface has acknowledged is durable.
/// Instances are safe to use from many threads at once.
/// </summary>
/// <remarks>
/// Cancelling a call stops the waiting for its answer; whether it took effect is then not known. A client has no order
/// towards an entity: two signals that are not awaited one after the other may arrive in either order.
/// </remarks>
public interface IDurableEntityClient
{
    /// <summary>The name of the task hub.</summary>
    string TaskHubName { get; }

    /// <summary>
    /// Sends an operation to an entity. When this returns, the signal is durable and will be run once; what the
    /// operation returns or throws, nobody hears.
    /// </summary>
    /// <param name="entityId">The entity. It need not exist.</param>
    /// <param name="operationName">The name of the operation.</param>
    /// <param name="operationInput">Its input.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">
    /// The name of the operation is empty, or this host has no entity of this name.
    /// </exception>
    /// <exception cref="PayloadException">The input does not become JSON, or is over the limit.</exception>
    Task SignalEntityAsync(
        EntityId entityId,
        string operationName,
        object? operationInput = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends an operation that is to run at a later time, never before it. When this returns, the signal is durable.
    /// </summary>
    /// <inheritdoc cref="SignalEntityAsync(EntityId, string, object?, CancellationToken)"/>
    /// <param name="scheduledTimeUtc">The time, in UTC; one that has passed means at once.</param>
    Task SignalEntityAsync(
        EntityId entityId,
        DateTime scheduledTimeUtc,
        string operationName,
        object? operationInput = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends an operation, written as a call of a method of the entity's interface. When this returns, the signal is
    /// durable.
    /// </summary>
    /// <typeparam name="TEntityInterface">
    /// An interface whose only members are methods with at most one parameter that return nothing or a task. One class
    /// of its assembly implements it; the name of this class is the name of the entity.
    /// </typeparam>
    /// <param name="entityKey">The key of the entity.</param>
    /// <param name="operation">Calls exactly one method.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">The key is not allowed, or this host has no entity of this name.</exception>
    /// <exception cref="InvalidOperationException">
    /// The interface is none of this kind, or the action called no method or several.
    /// </exception>
    /// <exception cref="PayloadException">The input does not become JSON, or is over the limit.</exception>
    Task SignalEntityAsync<TEntityInterface>(
        string entityKey, Action<TEntityInterface> operation, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SignalEntityAsync{TEntityInterface}(string, Action{TEntityInterface}, CancellationToken)"/>
    /// <param name="scheduledTimeUtc">Not before this time, in UTC.</param>
    Task SignalEntityAsync<TEntityInterface>(
        string entityKey,
        DateTime scheduledTimeUtc,
        Action<TEntityInterface> operation,
        CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SignalEntityAsync{TEntityInterface}(string, Action{TEntityInterface}, CancellationToken)"/>
    /// <typeparam name="TEntityInterface">
    /// An interface whose only members are methods with at most one parameter that return nothing or a task.
    /// </typeparam>
    /// <param name="entityId">The entity.</param>
    Task SignalEntityAsync<TEntityInterface>(
        EntityId entityId, Action<TEntityInterface> operation, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SignalEntityAsync{TEntityInterface}(EntityId, Action{TEntityInterface}, CancellationToken)"/>
    /// <param name="scheduledTimeUtc">Not before this time, in UTC.</param>
    Task SignalEntityAsync<TEntityInterface>(
        EntityId entityId,
        DateTime scheduledTimeUtc,
        Action<TEntityInterface> operation,
        CancellationToken cancellationToken = default);

    /// <summary>Reads the state of an entity as it is durable now, also while the entity runs or is locked.</summary>
    /// <typeparam name="T">Any type that the JSON of the state fits.</typeparam>
    /// <param name="entityId">The entity.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">The id names no entity.</exception>
    /// <exception cref="PayloadException">The JSON of the state does not fit <typeparamref name="T"/>.</exception>
    Task<EntityStateResponse<T>> ReadEntityStateAsync<T>(
        EntityId entityId, CancellationToken cancellationToken = default);

    /// <summary>One page of the entities that fit a query, in the order of name and key.</summary>
    /// <param name="query">Which ones, and where the page begins.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">The continuation token is not one.</exception>
    Task<EntityQueryResult> ListEntitiesAsync(EntityQuery query, CancellationToken cancellationToken = default);

    /// <summary>Removes what entities leave behind.</summary>
    /// <param name="removeEmptyEntities">
    /// Whether entities are removed that have no state, are not locked and have nothing waiting.
    /// </param>
    /// <param name="releaseOrphanedLocks">
    /// Whether locks are released whose orchestration does not run any more. There should be none, because an
    /// orchestration lets go in the same commit in which it ends.
    /// </param>
    /// <param name="cancellationToken">Stops after the entity that is being looked at.</param>
    Task<CleanEntityStorageResult> CleanEntityStorageAsync(
        bool removeEmptyEntities, bool releaseOrphanedLocks, CancellationToken cancellationToken = default);
}
