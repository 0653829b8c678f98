using System.Runtime.CompilerServices;

namespace Perdure;

/// <summary>
/// Starts, addresses and watches the orchestrations of one task hub. What a call of this interface has acknowledged is
/// durable. Instances are safe to use from many threads at once.
/// </summary>
/// <remarks>
/// Cancelling a call stops the waiting for its answer; whether it took effect is then not known. Instance ids are
/// compared exactly, names of functions and events in any case.
/// </remarks>
public interface IDurableOrchestrationClient
{
    /// <summary>The name of the task hub.</summary>
    string TaskHubName { get; }

    /// <summary>
    /// Starts an orchestration. When this returns, the start is durable, whether or not its code has run yet.
    /// </summary>
    /// <param name="orchestratorFunctionName">The name of the orchestration, in any case.</param>
    /// <param name="instanceId">
    /// The id of the new instance: 1 to 100 characters, no leading <c>@</c>, none of <c>/ \ # ?</c>, no control
    /// characters. Null or empty draws a new one. If the instance that has the id has ended, it is replaced.
    /// </param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <returns>The id of the new instance.</returns>
    /// <exception cref="ArgumentException">No orchestration has this name, or the id is not allowed.</exception>
    /// <exception cref="OrchestrationAlreadyExistsException">An instance with this id is alive.</exception>
    // The priority decides for this overload in StartNewAsync(name, null), as Durable Functions' templates write it.
    [OverloadResolutionPriority(1)]
    Task<string> StartNewAsync(
        string orchestratorFunctionName, string? instanceId = null, CancellationToken cancellationToken = default) =>
        StartNewAsync(orchestratorFunctionName, new StartOptions { InstanceId = instanceId }, null, cancellationToken);

    /// <inheritdoc cref="StartNewAsync(string, string?, CancellationToken)"/>
    /// <param name="input">
    /// The input. A text in this place is taken as the instance id; give both to say which is which.
    /// </param>
    /// <typeparam name="T">The type of the input.</typeparam>
    /// <exception cref="PayloadException">The input does not become JSON, or is over the limit.</exception>
    Task<string> StartNewAsync<T>(
        string orchestratorFunctionName, T input, CancellationToken cancellationToken = default) =>
        StartNewAsync(orchestratorFunctionName, new StartOptions(), input, cancellationToken);

    /// <inheritdoc cref="StartNewAsync(string, string?, CancellationToken)"/>
    /// <param name="input">The input.</param>
    /// <typeparam name="T">The type of the input.</typeparam>
    /// <exception cref="PayloadException">The input does not become JSON, or is over the limit.</exception>
    [OverloadResolutionPriority(1)]
    Task<string> StartNewAsync<T>(
        string orchestratorFunctionName, string? instanceId, T input, CancellationToken cancellationToken = default) =>
        StartNewAsync(orchestratorFunctionName, new StartOptions { InstanceId = instanceId }, input, cancellationToken);

    /// <summary>
    /// Starts an orchestration with all that can be said about a start. When this returns, the start is durable.
    /// </summary>
    /// <param name="orchestratorFunctionName">The name of the orchestration, in any case.</param>
    /// <param name="options">Id, time, version and tags of the new instance.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <returns>The id of the new instance.</returns>
    /// <exception cref="ArgumentException">No orchestration has this name, or the id is not allowed.</exception>
    /// <exception cref="OrchestrationAlreadyExistsException">An instance with this id is alive.</exception>
    // Without an input of its own, or overload resolution could take the options or the token for the input.
    Task<string> StartNewAsync(
        string orchestratorFunctionName, StartOptions options, CancellationToken cancellationToken = default) =>
        StartNewAsync(orchestratorFunctionName, options, null, cancellationToken);

    /// <inheritdoc cref="StartNewAsync(string, StartOptions, CancellationToken)"/>
    /// <param name="input">The input.</param>
    /// <exception cref="PayloadException">The input does not become JSON, or is over the limit.</exception>
    Task<string> StartNewAsync(
        string orchestratorFunctionName,
        StartOptions options,
        object? input,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Raises an event for an orchestration. When this returns, the event is durable and will be handed to the
    /// orchestration once, also if it does not wait for it yet.
    /// </summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="eventName">The name of the event.</param>
    /// <param name="eventData">The data of the event.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentNullException"><paramref name="eventName"/> is null or empty.</exception>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The instance has ended.</exception>
    /// <exception cref="PayloadException">The data do not become JSON, or are over the limit.</exception>
    Task RaiseEventAsync(
        string instanceId, string eventName, object? eventData = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends an orchestration, whatever it is doing. When this returns, the end is durable and its locks are released;
    /// activities that are running are cancelled, and their results do not count.
    /// </summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">Why; it becomes the output.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The instance has ended.</exception>
    Task TerminateAsync(string instanceId, string? reason, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends an orchestration like the call without <paramref name="recursive"/>, and with it, if that is true, the
    /// sub-orchestrations that it waits for, those that they wait for, and so on. When this returns the end of the
    /// first is durable, and so is the order to end the others, which follow. Children that were started and forgotten
    /// are orchestrations of their own and go on.
    /// </summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">Why; it becomes the output of all of them.</param>
    /// <param name="recursive">Whether sub-orchestrations end as well.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The instance has ended.</exception>
    Task TerminateAsync(
        string instanceId, string? reason, bool recursive, CancellationToken cancellationToken = default);

    /// <summary>
    /// This client for requests that somebody has asked for: what it terminates, suspends, resumes and rewinds is kept
    /// with their name. The history shows it, and so does <see cref="ExplainAsync"/> while an instance is suspended.
    /// </summary>
    /// <param name="author">Who asks: up to 256 characters, for people to read; nothing depends on it.</param>
    /// <returns>A client of the same task hub. An implementation that keeps no names returns itself.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long or not well-formed Unicode.</exception>
    /// <example>
    /// <code>
    /// await client.OnBehalfOf("Ada").SuspendAsync(id, "lunch");
    /// </code>
    /// </example>
    IDurableOrchestrationClient OnBehalfOf(string author) => this;

    /// <summary>
    /// Stops running an orchestration until it is resumed. What arrives meanwhile is kept; timers go on, and activities
    /// that were started finish.
    /// </summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">Why; its status shows it.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The instance has ended or is suspended.</exception>
    Task SuspendAsync(string instanceId, string? reason, CancellationToken cancellationToken = default);

    /// <summary>Lets a suspended orchestration go on, also one that the engine parked.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">Why; its history shows it.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The instance is not suspended.</exception>
    Task ResumeAsync(string instanceId, string? reason, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets a failed orchestration go on from before its failure. Activities and sub-orchestrations that failed run
    /// again, with all attempts that their retry policies allow; what succeeded is kept and not run again. When this
    /// returns, the rewind is durable and the orchestration is running.
    /// </summary>
    /// <remarks>
    /// The code goes back to where it learned of the first failure that no later attempt made good, also if it caught
    /// that failure then; what it does from there on it does anew, with what is known already. Timers that it creates
    /// there wait again, and what it signals or starts without waiting it may signal or start twice. Failed
    /// sub-orchestrations are rewound in the same way; one that is gone or was terminated is started anew. An
    /// orchestration that failed by an exception of its own runs its last turn again, and may fail again.
    /// </remarks>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">Why; its history shows it.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">
    /// The instance has not failed; or its code, where it would go on, was in a critical section.
    /// </exception>
    Task RewindAsync(string instanceId, string? reason, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets an orchestration that has ended, in whatever way, go on from one of its turns: what it did before is kept,
    /// and from that turn on its code runs anew. Unlike <see cref="RewindAsync"/> it runs activities and
    /// sub-orchestrations again that had succeeded there. When this returns, that is durable and the orchestration is
    /// running.
    /// </summary>
    /// <remarks>
    /// Events that were raised and results of calls that the code made before the turn are kept, whenever they came;
    /// calls among them that failed run again. What the code did in the turn and behind it stays done, but is no longer
    /// part of the history. Whoever waited for the orchestration has had an answer, and gets no other one. An
    /// orchestration that runs or is held is terminated first.
    /// </remarks>
    /// <param name="instanceId">The instance.</param>
    /// <param name="turn">
    /// The first one whose doings are void, as <see cref="DurableHistoryEvent.Turn"/> of its history says; 0: all.
    /// </param>
    /// <param name="reason">Why; its history shows it.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">
    /// There is no such instance, or its code did not run in the turn or later.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The instance has not ended; or its code, where it would go on, was in a critical section.
    /// </exception>
    Task RewindToTurnAsync(
        string instanceId, int turn, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>The status of an orchestration, or null when there is no such instance.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="showHistory">Whether the status carries the history.</param>
    /// <param name="showHistoryOutput">Whether that history carries inputs and results.</param>
    /// <param name="showInput">Whether the status carries the input.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    Task<DurableOrchestrationStatus?> GetStatusAsync(
        string instanceId,
        bool showHistory = false,
        bool showHistoryOutput = false,
        bool showInput = true,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// The status of each of these orchestrations, in their order; null in the place of each that does not exist.
    /// </summary>
    /// <param name="instanceIds">The instances.</param>
    /// <param name="showHistory">Whether each status carries the history.</param>
    /// <param name="showHistoryOutput">Whether those histories carry inputs and results.</param>
    /// <param name="showInput">Whether each status carries the input.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    Task<IList<DurableOrchestrationStatus?>> GetStatusAsync(
        IEnumerable<string> instanceIds,
        bool showHistory = false,
        bool showHistoryOutput = false,
        bool showInput = true,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Why an orchestration does not go on, in a sentence for people: the activities, timers, sub-orchestrations and
    /// events that it waits for and since when, or what holds it. The sentence may change from version to version. To
    /// find the events the code is replayed over its history, which costs as much as bringing it back into memory.
    /// </summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <returns>The sentence; null if the orchestration has ended.</returns>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    Task<string?> ExplainAsync(string instanceId, CancellationToken cancellationToken = default);

    /// <summary>Waits until an orchestration has ended, in whatever way, and returns its status.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="timeout">How long to wait at most; null, the default, waits until the token is cancelled.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The status, with input and output.</returns>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="TimeoutException">It has not ended in time.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<DurableOrchestrationStatus> WaitForCompletionAsync(
        string instanceId, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Starts an orchestration once more: same function, input, version and tags. With the same id it takes the place
    /// of the ended one, whose history goes; with a new id, the default, both exist.
    /// </summary>
    /// <param name="instanceId">The instance, which may still run if the new one gets a new id.</param>
    /// <param name="restartWithNewInstanceId">Whether the new instance gets a generated id.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <returns>The id of the new instance.</returns>
    /// <exception cref="ArgumentException">There is no such instance, or this host has no such
    /// orchestration.</exception>
    /// <exception cref="OrchestrationAlreadyExistsException">It shall keep its id and still runs.</exception>
    Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = true, CancellationToken cancellationToken = default);

    /// <summary>One page of the orchestrations that fit a condition, oldest first.</summary>
    /// <param name="condition">Which ones, and where the page begins.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ArgumentException">The continuation token is not one.</exception>
    Task<OrchestrationStatusQueryResult> ListInstancesAsync(
        OrchestrationStatusQueryCondition condition, CancellationToken cancellationToken = default);

    /// <summary>
    /// How many orchestrations fit a condition, over all its pages: exact for one moment. It looks at each of them, so
    /// it takes longer the more there are.
    /// </summary>
    /// <param name="condition">Which ones; page size and continuation do not matter.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    Task<long> CountInstancesAsync(
        OrchestrationStatusQueryCondition condition, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes an orchestration that has ended, with its history. One that does not exist does not count.
    /// </summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="InvalidOperationException">The instance has not ended.</exception>
    Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        string instanceId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes an orchestration that has ended like the call without <paramref name="recursive"/>, and before it, if
    /// that is true, the sub-orchestrations that it called or started, those that they did, and so on, as far as they
    /// have ended. Only the children of the last generation of an orchestration that continued as new are known.
    /// </summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="recursive">Whether sub-orchestrations are deleted as well.</param>
    /// <param name="cancellationToken">Stops after the instance that is being deleted.</param>
    /// <exception cref="InvalidOperationException">The instance has not ended.</exception>
    Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        string instanceId, bool recursive, CancellationToken cancellationToken = default);

    /// <summary>Deletes those of these orchestrations that have ended, with their histories.</summary>
    /// <param name="instanceIds">The instances.</param>
    /// <param name="cancellationToken">Stops after the instance that is being deleted.</param>
    Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        IEnumerable<string> instanceIds, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes all orchestrations that were started in a span of time and have ended, with their histories.
    /// </summary>
    /// <param name="createdTimeFrom">Started at this time or later, in UTC.</param>
    /// <param name="createdTimeTo">Started at this time or earlier, in UTC; null: until now.</param>
    /// <param name="runtimeStatus">Only those that ended in one of these ways; null: in any way.</param>
    /// <param name="cancellationToken">Stops after the instance that is being deleted.</param>
    Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        DateTime createdTimeFrom,
        DateTime? createdTimeTo,
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus,
        CancellationToken cancellationToken = default);
}
