namespace Perdure;

/// <summary>
/// What one operation of an entity can see and do: its input, the state of the entity, messages to others.
/// </summary>
/// <remarks>
/// <para>
/// Operations of one entity run one at a time. Each is a transaction: if it throws, or if its state does not become
/// JSON, the state is what it was before and nothing is sent or started. The code may do I/O; an operation whose
/// outcome was not durable yet when the process died runs again.
/// </para>
/// <para>
/// The context is for the operation alone: after it, every member throws <see cref="InvalidOperationException"/>. It is
/// not safe to use from several threads at once.
/// </para>
/// </remarks>
public interface IDurableEntityContext
{
    /// <summary>The name of the entity, in lower case.</summary>
    string EntityName { get; }

    /// <summary>The key of the entity.</summary>
    string EntityKey { get; }

    /// <summary>The entity.</summary>
    EntityId EntityId { get; }

    /// <summary>The name of the operation, as the sender spelled it.</summary>
    string OperationName { get; }

    /// <summary>Whether the entity has a state now; without one it does not exist.</summary>
    bool HasState { get; }

    /// <summary>How many operations were waiting when this run of the entity began, at least 1.</summary>
    int BatchSize { get; }

    /// <summary>The place of this operation among them, from 0.</summary>
    int BatchPosition { get; }

    /// <summary>
    /// The state of the entity. An object that is changed afterwards is written back at the end of the operation, also
    /// without <see cref="SetState"/>; the same object is returned again during the operation.
    /// </summary>
    /// <typeparam name="TState">Any type that the JSON of the state fits.</typeparam>
    /// <param name="initializer">
    /// Makes the first state when there is none; null makes the default of <typeparamref name="TState"/>. A value that
    /// is not null becomes the state: the first look at it creates the entity.
    /// </param>
    /// <exception cref="PayloadException">
    /// The JSON of the state does not fit <typeparamref name="TState"/>.
    /// </exception>
    TState GetState<TState>(Func<TState>? initializer = null);

    /// <summary>Sets the state; it is written at the end of the operation.</summary>
    /// <param name="state">The new state; null deletes it.</param>
    void SetState(object? state);

    /// <summary>Deletes the state: from then on the entity does not exist, until it gets a new one.</summary>
    void DeleteState();

    /// <summary>
    /// The input of the operation, or the default of <typeparamref name="TInput"/> when there was none.
    /// </summary>
    /// <typeparam name="TInput">Any type that the JSON of the input fits, value tuples included.</typeparam>
    /// <exception cref="PayloadException">
    /// The JSON of the input does not fit <typeparamref name="TInput"/>.
    /// </exception>
    TInput GetInput<TInput>();

    /// <summary>The input of the operation as a type that is known when the code runs only.</summary>
    /// <param name="inputType">Any type that the JSON of the input fits.</param>
    /// <returns>The input; null, or the default of a value type, when there was none.</returns>
    /// <exception cref="PayloadException">The JSON of the input does not fit the type.</exception>
    object? GetInput(Type inputType);

    /// <summary>
    /// Answers the orchestration that called; after a signal nobody hears it. The last answer counts.
    /// </summary>
    /// <param name="result">The result.</param>
    /// <exception cref="PayloadException">The result does not become JSON, or is over the limit.</exception>
    void Return(object? result);

    /// <summary>
    /// Sends an operation to an entity, also to this one, when this operation is durable, and waits for nothing.
    /// Signals from one entity to another arrive in their order.
    /// </summary>
    /// <param name="entity">The entity.</param>
    /// <param name="operationName">The name of the operation.</param>
    /// <param name="operationInput">Its input.</param>
    /// <exception cref="ArgumentException">
    /// The name of the operation is empty, or this host has no entity of this name.
    /// </exception>
    /// <exception cref="PayloadException">The input does not become JSON, or is over the limit.</exception>
    void SignalEntity(EntityId entity, string operationName, object? operationInput = null);

    /// <summary>Sends an operation that is to run at a later time, never before it.</summary>
    /// <inheritdoc cref="SignalEntity(EntityId, string, object?)"/>
    /// <param name="scheduledTimeUtc">The time, in UTC; one that has passed means at once.</param>
    void SignalEntity(EntityId entity, DateTime scheduledTimeUtc, string operationName, object? operationInput = null);

    /// <summary>Sends an operation, written as a call of a method of the entity's interface.</summary>
    /// <typeparam name="TEntityInterface">
    /// An interface whose only members are methods with at most one parameter that return nothing or a task. One class
    /// of its assembly implements it; the name of this class is the name of the entity.
    /// </typeparam>
    /// <param name="entityKey">The key of the entity.</param>
    /// <param name="operation">Calls exactly one method.</param>
    /// <exception cref="InvalidOperationException">
    /// The interface is none of this kind, or the action called no method or several.
    /// </exception>
    void SignalEntity<TEntityInterface>(string entityKey, Action<TEntityInterface> operation);

    /// <inheritdoc cref="SignalEntity{TEntityInterface}(string, Action{TEntityInterface})"/>
    /// <param name="scheduledTimeUtc">Not before this time, in UTC.</param>
    void SignalEntity<TEntityInterface>(
        string entityKey, DateTime scheduledTimeUtc, Action<TEntityInterface> operation);

    /// <inheritdoc cref="SignalEntity{TEntityInterface}(string, Action{TEntityInterface})"/>
    /// <typeparam name="TEntityInterface">
    /// An interface whose only members are methods with at most one parameter that return nothing or a task.
    /// </typeparam>
    /// <param name="entityId">The entity.</param>
    void SignalEntity<TEntityInterface>(EntityId entityId, Action<TEntityInterface> operation);

    /// <inheritdoc cref="SignalEntity{TEntityInterface}(EntityId, Action{TEntityInterface})"/>
    /// <param name="scheduledTimeUtc">Not before this time, in UTC.</param>
    void SignalEntity<TEntityInterface>(
        EntityId entityId, DateTime scheduledTimeUtc, Action<TEntityInterface> operation);

    /// <summary>Starts an orchestration when this operation is durable, and waits for nothing.</summary>
    /// <param name="functionName">The name of the orchestration, in any case.</param>
    /// <param name="input">Its input.</param>
    /// <param name="instanceId">
    /// Its id; null draws a new one. If an instance with this id is alive then, nothing is started.
    /// </param>
    /// <returns>The id of the new instance.</returns>
    /// <exception cref="ArgumentException">No orchestration has this name, or the id is not allowed.</exception>
    /// <exception cref="PayloadException">The input does not become JSON, or is over the limit.</exception>
    string StartNewOrchestration(string functionName, object? input = null, string? instanceId = null);

    /// <summary>
    /// Runs the operation as a method of an object that holds the state: made by the services of the host, filled from
    /// the stored state, and written back at the end.
    /// </summary>
    /// <remarks>
    /// The method is found by the name of the operation in any case, among the methods of the class, public or not, and
    /// then of its interfaces. It takes the input as its only parameter, if it has one, and returns nothing, a value or
    /// a task. When there is none, the operation <c>delete</c> deletes the state.
    /// </remarks>
    /// <typeparam name="T">The class of the state.</typeparam>
    /// <param name="constructorParameters">Arguments of its constructor that no service gives.</param>
    /// <exception cref="InvalidOperationException">
    /// The class has no such operation, or one that cannot be called; thrown by the task.
    /// </exception>
    Task DispatchAsync<T>(params object[] constructorParameters) where T : class;
}
