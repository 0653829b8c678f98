namespace Perdure;

/// <summary>
/// What an orchestration can do, durably: call functions and entities, wait for time and for events. Everything that it
/// awaits here is recorded in its history, and after a restart its code runs again with the same answers.
/// </summary>
/// <remarks>
/// <para>
/// The code of an orchestration must be deterministic: the same history must make it ask for the same things in the
/// same order. So it takes time, ids and results from this context only, does no I/O of its own, and awaits nothing but
/// tasks of this context and combinations of them (<see cref="Task.WhenAll(Task[])"/>,
/// <see cref="Task.WhenAny(Task[])"/>).
/// </para>
/// <para>
/// The context belongs to the thread that runs the turn. Every member called from another thread throws
/// <see cref="InvalidOperationException"/>. A value that does not become JSON, or is larger than the limit of the host
/// (1 MiB of UTF-8 by default), throws <see cref="PayloadException"/>. Types are written as what they are, not as what
/// the caller declares them to be.
/// </para>
/// </remarks>
public partial interface IDurableOrchestrationContext
{
    /// <summary>The name of the orchestration, as it was registered.</summary>
    string Name { get; }

    /// <summary>The id of this instance.</summary>
    string InstanceId { get; }

    /// <summary>The id of the orchestration that started this one, or null if a client did.</summary>
    string? ParentInstanceId { get; }

    /// <summary>
    /// The version that the instance was started with, or null. It stays the same as long as the instance lives, unless
    /// it starts afresh with <see cref="ContinueAsNewOptions.NewVersion"/>. Code that has changed asks for it with
    /// <see cref="DurableOrchestrationContextExtensions.CompareVersionTo"/>.
    /// </summary>
    string? Version { get; }

    /// <summary>
    /// The time at which the current turn began, in UTC and whole milliseconds. It does not move between two awaits, it
    /// never goes back, and it is the same when the code runs again.
    /// </summary>
    DateTime CurrentUtcDateTime { get; }

    /// <summary>
    /// Whether the code is running again over what its history already holds. For logging only
    /// (<see cref="DurableOrchestrationContextExtensions.CreateReplaySafeLogger"/>): code that asks for something
    /// depending on it is not deterministic.
    /// </summary>
    bool IsReplaying { get; }

    /// <summary>
    /// The input of the orchestration, or the default of <typeparamref name="TInput"/> when there was none; say
    /// <c>GetInput&lt;string?&gt;()</c> where that can happen.
    /// </summary>
    /// <typeparam name="TInput">Any type that the JSON of the input fits, value tuples included.</typeparam>
    /// <exception cref="PayloadException">The JSON of the input does not fit <typeparamref name="TInput"/>.</exception>
    TInput GetInput<TInput>();

    /// <summary>Sets the output of the orchestration in place of its return value.</summary>
    /// <param name="output">The output; null leaves it to the return value.</param>
    /// <exception cref="InvalidOperationException">An output was set before.</exception>
    void SetOutput(object? output);

    /// <summary>
    /// Sets what the status of the instance shows as its custom status from the end of this turn on. The last value of
    /// a turn counts; it survives <see cref="ContinueAsNew(object?, bool)"/> until it is set again.
    /// </summary>
    /// <param name="customStatusObject">The new custom status; null clears it.</param>
    /// <exception cref="ArgumentException">
    /// Its JSON is longer than 16 KB in UTF-16, which is 8,192 characters.
    /// </exception>
    void SetCustomStatus(object? customStatusObject);

    /// <summary>
    /// Starts the orchestration afresh under the same instance id when the code returns: with a new input and an empty
    /// history, so that it can go on for ever. Tasks that are still open are forgotten. The last call wins; if the code
    /// throws after it, the instance fails instead.
    /// </summary>
    /// <param name="input">The input of the new execution.</param>
    /// <param name="preserveUnprocessedEvents">
    /// Whether events that nobody has waited for yet are handed to the new execution, in their order. False by default:
    /// they are dropped. Events that arrive after this call are kept in both cases.
    /// </param>
    void ContinueAsNew(object? input, bool preserveUnprocessedEvents = false);

    /// <summary>Runs an activity at least once, and returns when its result is durable.</summary>
    /// <param name="functionName">The name of the activity, in any case.</param>
    /// <param name="input">Its input.</param>
    /// <exception cref="FunctionFailedException">
    /// The activity threw, or this host has none of this name; thrown by the task.
    /// </exception>
    Task CallActivityAsync(string functionName, object? input = null);

    /// <inheritdoc cref="CallActivityAsync(string, object?)"/>
    /// <typeparam name="TResult">Any type that the JSON of the result fits.</typeparam>
    /// <returns>
    /// The result of the activity; the default of <typeparamref name="TResult"/> when it returned none.
    /// </returns>
    /// <exception cref="PayloadException">
    /// The JSON of the result does not fit <typeparamref name="TResult"/>; thrown by the task.
    /// </exception>
    Task<TResult> CallActivityAsync<TResult>(string functionName, object? input = null);

    /// <summary>
    /// Runs an activity, and after a failure again, as <paramref name="retryOptions"/> say. The waits are durable
    /// timers.
    /// </summary>
    /// <param name="functionName">The name of the activity, in any case.</param>
    /// <param name="retryOptions">When, and how often, it is tried again.</param>
    /// <param name="input">Its input, the same for every attempt.</param>
    /// <exception cref="ArgumentNullException"><paramref name="retryOptions"/> is null.</exception>
    /// <exception cref="FunctionFailedException">
    /// The last attempt threw, or this host has no activity of this name; thrown by the task.
    /// </exception>
    Task CallActivityWithRetryAsync(string functionName, RetryOptions retryOptions, object? input = null);

    /// <inheritdoc cref="CallActivityWithRetryAsync(string, RetryOptions, object?)"/>
    /// <typeparam name="TResult">Any type that the JSON of the result fits.</typeparam>
    /// <returns>The result of the attempt that succeeded.</returns>
    Task<TResult> CallActivityWithRetryAsync<TResult>(
        string functionName, RetryOptions retryOptions, object? input = null);

    /// <summary>Runs another orchestration as a child, and returns when it has completed.</summary>
    /// <param name="functionName">The name of the orchestration, in any case.</param>
    /// <param name="input">Its input.</param>
    /// <exception cref="FunctionFailedException">
    /// The child failed or was terminated, or this host has no orchestration of this name; thrown by the task.
    /// </exception>
    Task CallSubOrchestratorAsync(string functionName, object? input = null) =>
        CallSubOrchestratorAsync(functionName, null, input);

    /// <summary>
    /// Runs another orchestration as a child with an instance id of its own, and returns when it has completed.
    /// </summary>
    /// <param name="functionName">The name of the orchestration, in any case.</param>
    /// <param name="instanceId">
    /// The id of the child. Null: the execution id of this orchestration, a colon and the number of the task. An id
    /// whose instance has ended is replaced.
    /// </param>
    /// <param name="input">Its input.</param>
    /// <exception cref="ArgumentException">
    /// The id is not allowed: 1 to 100 characters, no leading <c>@</c>, none of <c>/ \ # ?</c>, no control characters,
    /// and neither this instance's id nor its parent's.
    /// </exception>
    /// <exception cref="FunctionFailedException">
    /// The child failed or was terminated, this host has no orchestration of this name, or an instance with its id is
    /// alive already; thrown by the task.
    /// </exception>
    Task CallSubOrchestratorAsync(string functionName, string? instanceId, object? input);

    /// <inheritdoc cref="CallSubOrchestratorAsync(string, object?)"/>
    /// <typeparam name="TResult">Any type that the JSON of the child's output fits.</typeparam>
    /// <returns>The output of the child.</returns>
    Task<TResult> CallSubOrchestratorAsync<TResult>(string functionName, object? input = null) =>
        CallSubOrchestratorAsync<TResult>(functionName, null, input);

    /// <inheritdoc cref="CallSubOrchestratorAsync(string, string?, object?)"/>
    /// <typeparam name="TResult">Any type that the JSON of the child's output fits.</typeparam>
    /// <returns>The output of the child.</returns>
    Task<TResult> CallSubOrchestratorAsync<TResult>(string functionName, string? instanceId, object? input);

    /// <summary>
    /// Runs another orchestration as a child, and after a failure again, as <paramref name="retryOptions"/> say.
    /// </summary>
    /// <param name="functionName">The name of the orchestration, in any case.</param>
    /// <param name="retryOptions">When, and how often, it is tried again.</param>
    /// <param name="input">Its input, the same for every attempt.</param>
    /// <exception cref="ArgumentNullException"><paramref name="retryOptions"/> is null.</exception>
    /// <exception cref="FunctionFailedException">
    /// The last attempt failed or was terminated, or this host has no orchestration of this name; thrown by the task.
    /// </exception>
    Task CallSubOrchestratorWithRetryAsync(string functionName, RetryOptions retryOptions, object? input = null) =>
        CallSubOrchestratorWithRetryAsync(functionName, retryOptions, null, input);

    /// <inheritdoc cref="CallSubOrchestratorWithRetryAsync(string, RetryOptions, object?)"/>
    /// <param name="instanceId">The id of the child in every attempt; null: a new one for each.</param>
    Task CallSubOrchestratorWithRetryAsync(
        string functionName, RetryOptions retryOptions, string? instanceId, object? input);

    /// <inheritdoc cref="CallSubOrchestratorWithRetryAsync(string, RetryOptions, object?)"/>
    /// <typeparam name="TResult">Any type that the JSON of the child's output fits.</typeparam>
    /// <returns>The output of the attempt that succeeded.</returns>
    Task<TResult> CallSubOrchestratorWithRetryAsync<TResult>(
        string functionName, RetryOptions retryOptions, object? input = null) =>
        CallSubOrchestratorWithRetryAsync<TResult>(functionName, retryOptions, null, input);

    /// <inheritdoc cref="CallSubOrchestratorWithRetryAsync(string, RetryOptions, string?, object?)"/>
    /// <typeparam name="TResult">Any type that the JSON of the child's output fits.</typeparam>
    /// <returns>The output of the attempt that succeeded.</returns>
    Task<TResult> CallSubOrchestratorWithRetryAsync<TResult>(
        string functionName, RetryOptions retryOptions, string? instanceId, object? input);

    /// <summary>Starts another orchestration and forgets it: it answers nobody, and outlives this one.</summary>
    /// <param name="functionName">The name of the orchestration, in any case.</param>
    /// <param name="input">Its input.</param>
    /// <param name="instanceId">Its id; null: a new one, as <see cref="NewGuid"/> gives.</param>
    /// <returns>The id of the new instance.</returns>
    /// <exception cref="ArgumentException">The id is not allowed.</exception>
    string StartNewOrchestration(string functionName, object? input = null, string? instanceId = null);

    /// <summary>
    /// Waits until a moment, durably: never early, and after a restart as if it had not happened. There is no limit to
    /// the wait. A moment that has passed fires at once.
    /// </summary>
    /// <param name="fireAt">The moment, in UTC: <see cref="CurrentUtcDateTime"/> plus the wait.</param>
    /// <param name="cancelToken">
    /// Cancels the wait. A timer that is still open when the orchestration ends goes with it.
    /// </param>
    /// <exception cref="TaskCanceledException">The wait was cancelled; thrown by the task.</exception>
    Task CreateTimer(DateTime fireAt, CancellationToken cancelToken = default);

    /// <inheritdoc cref="CreateTimer(DateTime, CancellationToken)"/>
    /// <param name="state">What the task returns in the end.</param>
    /// <returns><paramref name="state"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="state"/> is a <see cref="CancellationToken"/>.</exception>
    Task<T> CreateTimer<T>(DateTime fireAt, T state, CancellationToken cancelToken = default);

    /// <summary>
    /// Waits for an event from outside. Events that came before anybody waited are kept in their order; of several
    /// waiters for one name, the newest gets the next event.
    /// </summary>
    /// <param name="name">The name of the event, in any case.</param>
    Task WaitForExternalEvent(string name);

    /// <inheritdoc cref="WaitForExternalEvent(string)"/>
    /// <typeparam name="T">
    /// Any type that the JSON of the event's data fits; the same for all waits for one name.
    /// </typeparam>
    /// <returns>The data of the event.</returns>
    /// <exception cref="ArgumentException">Another wait for this name, still open, expects another type.</exception>
    /// <exception cref="PayloadException">
    /// The JSON of the data does not fit <typeparamref name="T"/>; thrown by the task.
    /// </exception>
    Task<T> WaitForExternalEvent<T>(string name);

    /// <inheritdoc cref="WaitForExternalEvent(string)"/>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="cancelToken">Cancels the wait.</param>
    /// <exception cref="TimeoutException">The event did not come in time; thrown by the task.</exception>
    /// <exception cref="TaskCanceledException">The wait was cancelled; thrown by the task.</exception>
    Task WaitForExternalEvent(string name, TimeSpan timeout, CancellationToken cancelToken = default);

    /// <inheritdoc cref="WaitForExternalEvent{T}(string)"/>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="cancelToken">Cancels the wait.</param>
    /// <exception cref="TimeoutException">The event did not come in time; thrown by the task.</exception>
    /// <exception cref="TaskCanceledException">The wait was cancelled; thrown by the task.</exception>
    Task<T> WaitForExternalEvent<T>(string name, TimeSpan timeout, CancellationToken cancelToken = default);

    /// <inheritdoc cref="WaitForExternalEvent{T}(string)"/>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="defaultValue">What the task returns when the event did not come in time.</param>
    /// <param name="cancelToken">Cancels the wait.</param>
    /// <returns>The data of the event, or <paramref name="defaultValue"/>.</returns>
    /// <exception cref="TaskCanceledException">The wait was cancelled; thrown by the task.</exception>
    Task<T> WaitForExternalEvent<T>(
        string name, TimeSpan timeout, T defaultValue, CancellationToken cancelToken = default);

    /// <summary>Runs an operation of an entity, and returns when its outcome is durable.</summary>
    /// <param name="entityId">The entity. It need not exist.</param>
    /// <param name="operationName">The name of the operation.</param>
    /// <param name="operationInput">Its input.</param>
    /// <exception cref="ArgumentException">The name of the operation is empty, or the id names no entity.</exception>
    /// <exception cref="FunctionFailedException">
    /// The operation threw, or this host has no entity of this name; thrown by the task.
    /// </exception>
    /// <exception cref="LockingRulesViolationException">
    /// In a critical section: the entity is not one of the locked ones, or another call of it is under way.
    /// </exception>
    Task CallEntityAsync(EntityId entityId, string operationName, object? operationInput = null);

    /// <inheritdoc cref="CallEntityAsync(EntityId, string, object?)"/>
    /// <typeparam name="TResult">Any type that the JSON of the result fits.</typeparam>
    /// <returns>The result; the default of <typeparamref name="TResult"/> when the operation returned none.</returns>
    Task<TResult> CallEntityAsync<TResult>(EntityId entityId, string operationName, object? operationInput = null);

    /// <summary>
    /// Sends an operation to an entity and waits for nothing: what it returns or throws, nobody hears. What an
    /// orchestration sends to one entity arrives in its order.
    /// </summary>
    /// <param name="entity">The entity. It need not exist.</param>
    /// <param name="operationName">The name of the operation.</param>
    /// <param name="operationInput">Its input.</param>
    /// <exception cref="ArgumentException">The name of the operation is empty, or the id names no entity.</exception>
    /// <exception cref="LockingRulesViolationException">The critical section has locked this entity.</exception>
    void SignalEntity(EntityId entity, string operationName, object? operationInput = null);

    /// <summary>Sends an operation that is to run at a later time, never before it.</summary>
    /// <inheritdoc cref="SignalEntity(EntityId, string, object?)"/>
    /// <param name="scheduledTimeUtc">The time, in UTC; one that has passed means at once.</param>
    void SignalEntity(EntityId entity, DateTime scheduledTimeUtc, string operationName, object? operationInput = null);

    /// <summary>
    /// Enters a critical section: locks entities one after the other, and returns when all are locked. Until then, and
    /// until the section is left, no one else's operations run on them.
    /// </summary>
    /// <remarks>
    /// While the section lasts, this orchestration may call the locked entities, one call of each at a time, but not
    /// signal them, not call other entities, not wait for sub-orchestrations and not lock again. Activities, timers and
    /// events are allowed. The end of the orchestration, whichever it is, leaves the section as well. The entities need
    /// no function and no state. They are locked in the order of their ids, so that two orchestrations cannot wait for
    /// each other.
    /// </remarks>
    /// <param name="entities">The entities; one that is named twice is locked once.</param>
    /// <returns>What leaves the section when it is disposed of; doing so again does nothing.</returns>
    /// <exception cref="ArgumentException">There is no entity, or an id names none.</exception>
    /// <exception cref="LockingRulesViolationException">
    /// The orchestration is in a critical section, or is about to enter one.
    /// </exception>
    /// <example>
    /// <code>
    /// using (await context.LockAsync(from, to))
    /// {
    ///     await context.CallEntityAsync(from, "withdraw", 10);
    ///     await context.CallEntityAsync(to, "deposit", 10);
    /// }
    /// </code>
    /// </example>
    Task<IDisposable> LockAsync(params EntityId[] entities);

    /// <summary>Whether the orchestration is in a critical section.</summary>
    /// <param name="ownedLocks">
    /// The entities that it has locked, in the order of their ids; empty when it is in none.
    /// </param>
    bool IsLocked(out IReadOnlyList<EntityId> ownedLocks);

    /// <summary>
    /// An object whose methods are the operations of an entity: those that return a task call it, those that return
    /// nothing signal it.
    /// </summary>
    /// <typeparam name="TEntityInterface">
    /// An interface whose only members are methods with at most one parameter that return nothing or a task. One class
    /// of its assembly implements it; the name of this class is the name of the entity.
    /// </typeparam>
    /// <param name="entityKey">The key of the entity.</param>
    /// <exception cref="InvalidOperationException">The interface is none of this kind.</exception>
    TEntityInterface CreateEntityProxy<TEntityInterface>(string entityKey);

    /// <inheritdoc cref="CreateEntityProxy{TEntityInterface}(string)"/>
    /// <typeparam name="TEntityInterface">
    /// An interface whose only members are methods with at most one parameter that return nothing or a task.
    /// </typeparam>
    /// <param name="entityId">The entity.</param>
    TEntityInterface CreateEntityProxy<TEntityInterface>(EntityId entityId);

    /// <summary>
    /// Makes an HTTP request, at least once, and returns when its answer is durable; an answer of any status is
    /// returned. An answer 202 with a <c>Location</c> is followed: its address is asked, as often as
    /// <c>Retry-After</c> says, until the answer is no 202; the waits are durable timers.
    /// </summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="uri">The absolute address, with <c>http</c> or <c>https</c>.</param>
    /// <param name="content">The body, or null; it is sent as <c>text/plain</c>.</param>
    /// <param name="retryOptions">When the request is made again; null makes it once.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ArgumentException">The address is not one that can be called.</exception>
    /// <exception cref="TimeoutException">There was no answer in time; thrown by the task.</exception>
    /// <exception cref="HttpRequestException">
    /// The request did not get through, or its address is one that the host refuses to call, or, with
    /// <paramref name="retryOptions"/>, the last answer was a failure; thrown by the task.
    /// </exception>
    Task<DurableHttpResponse> CallHttpAsync(
        HttpMethod method, Uri uri, string? content = null, HttpRetryOptions? retryOptions = null) =>
        CallHttpAsync(new DurableHttpRequest(method, uri, content: content, httpRetryOptions: retryOptions));

    /// <inheritdoc cref="CallHttpAsync(HttpMethod, Uri, string?, HttpRetryOptions?)"/>
    /// <param name="req">The request.</param>
    /// <exception cref="ArgumentException">
    /// The request cannot be made as it is: its address, a header, its time-out or its token source.
    /// </exception>
    /// <exception cref="TimeoutException">There was no answer in time; thrown by the task.</exception>
    /// <exception cref="HttpRequestException">
    /// The request did not get through, or its address is one that the host refuses to call, or, with
    /// <see cref="DurableHttpRequest.HttpRetryOptions"/>, the last answer was a failure; thrown by the task.
    /// </exception>
    Task<DurableHttpResponse> CallHttpAsync(DurableHttpRequest req);

    /// <summary>
    /// A new GUID that is the same when the code runs again: made of the instance id, the current time and a counter
    /// (version 5 of RFC 9562).
    /// </summary>
    Guid NewGuid();
}
