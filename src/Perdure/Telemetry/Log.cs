using Microsoft.Extensions.Logging;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Telemetry;

/// <summary>Every log line of the runtime. Event ids are stable: alerts and searches may rest on them.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Task hub {TaskHub} is open as node {Node} with {Partitions} partitions.")]
    public static partial void NodeStarted(this ILogger logger, string taskHub, long node, int partitions);

    [LoggerMessage(2, LogLevel.Information, "Task hub {TaskHub} is closed by node {Node}.")]
    public static partial void NodeStopped(this ILogger logger, string taskHub, long node);

    [LoggerMessage(
        3, LogLevel.Warning,
        "The deadline to stop has passed with {Activities} activities running. They are told to cancel and run again "
        + "at the next start.")]
    public static partial void StopDeadline(this ILogger logger, int activities);

    [LoggerMessage(
        10, LogLevel.Warning, "Batch {Batch} is not certain: {Outcome}: {Detail}. It is tried again until it is.")]
    public static partial void CommitUncertain(this ILogger logger, long batch, CommitOutcome outcome, string? detail);

    [LoggerMessage(
        11, LogLevel.Warning,
        "A batch of {Entries} entries was not written: {Outcome}: {Detail}. What it rested on is loaded again.")]
    public static partial void BatchNotWritten(this ILogger logger, int entries, CommitOutcome outcome, string? detail);

    [LoggerMessage(12, LogLevel.Error, "Partition {Partition} is opened again: {Outcome}: {Detail}.")]
    public static partial void PartitionReopened(
        this ILogger logger, int partition, CommitOutcome outcome, string? detail);

    [LoggerMessage(13, LogLevel.Error, "Partition {Partition} cannot be opened again; it is tried until it can.")]
    public static partial void ReopenFailed(this ILogger logger, int partition, Exception exception);

    [LoggerMessage(
        9, LogLevel.Error,
        "A round of the leases met something that cannot happen. It is tried again; please report this as a bug.")]
    public static partial void RoundBroken(this ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "The store could not be asked about leases or messages; it is tried again.")]
    public static partial void RoundFailed(this ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Error,
        "Node {Node} could not renew its lease in time and has let go of its partitions: another node takes them.")]
    public static partial void LeaseExpired(this ILogger logger, long node);

    [LoggerMessage(8, LogLevel.Critical, "Node {Node} cannot go on and stops its host: {Reason}")]
    public static partial void NodeLost(this ILogger logger, long node, string reason);

    [LoggerMessage(7, LogLevel.Information, "Partition {Partition} was handed over.")]
    public static partial void PartitionHandedOver(this ILogger logger, int partition);

    [LoggerMessage(14, LogLevel.Error, "Recovery could not read the store; it is tried again.")]
    public static partial void RecoveryFailed(this ILogger logger, Exception exception);

    [LoggerMessage(15, LogLevel.Warning,
        "Partition {Partition} was not released cleanly {Unclean} times in a row and is careful: it writes down what "
        + "runs "
        + "before it runs it, a few at a time ({Suspects} suspects).")]
    public static partial void CarefulMode(this ILogger logger, int partition, int unclean, int suspects);

    [LoggerMessage(16, LogLevel.Error, "The timers of partition {Partition} cannot be read; it is tried again.")]
    public static partial void TimersNotRead(this ILogger logger, int partition, Exception exception);

    [LoggerMessage(
        17, LogLevel.Error,
        "The audit found the message {Message} for instance {InstanceId} in the store and not in memory. It is "
        + "delivered; please report this as a bug.")]
    public static partial void MessageFoundByAudit(this ILogger logger, string instanceId, MessageKey message);

    [LoggerMessage(
        18, LogLevel.Critical,
        "Partition {Partition} met something that cannot happen. It drops its memory and begins anew from the store; "
        + "please report this as a bug.")]
    public static partial void Bug(this ILogger logger, int partition, Exception exception);

    [LoggerMessage(50, LogLevel.Information,
        "Ended orchestrations are deleted: {Rules}. The section Perdure:Retention changes that.")]
    public static partial void RetentionIsOn(this ILogger logger, string rules);

    [LoggerMessage(51, LogLevel.Information, "{Instances} orchestrations were deleted: they ended long enough ago.")]
    public static partial void RetentionPurged(this ILogger logger, int instances);

    [LoggerMessage(52, LogLevel.Error, "What ended long ago cannot be looked for; the next round tries again.")]
    public static partial void RetentionFailed(this ILogger logger, Exception exception);

    [LoggerMessage(60, LogLevel.Warning,
        "A durable HTTP call sends the header {Header}, whose value then stands in the history in clear. Use "
        + "TokenSource or SecretHeaders for secrets.")]
    public static partial void SecretInHistory(this ILogger logger, string header);

    [LoggerMessage(20, LogLevel.Error, "Instance {InstanceId} cannot be loaded.")]
    public static partial void LoadFailed(this ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(
        21, LogLevel.Warning,
        "Instance {InstanceId} waits: this program has no orchestrator function {Function}. Register it, or terminate "
        + "the instance.")]
    public static partial void NoCode(this ILogger logger, string instanceId, string function);

    [LoggerMessage(
        90, LogLevel.Warning,
        "Instance {InstanceId} of {Function} waits: no program of the hub runs its version '{Version}'. This one has "
        + "the version '{ProgramVersion}'. Deploy one that does, or terminate the instance.")]
    public static partial void NoCodeOfVersion(
        this ILogger logger, string instanceId, string function, string? version, string? programVersion);

    [LoggerMessage(22, LogLevel.Error, "The executor failed on instance {InstanceId}; what arrived is recorded.")]
    public static partial void ExecutorFailed(this ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(23, LogLevel.Debug, "Instance {InstanceId}: a {Message} was dropped because {Reason}.")]
    public static partial void MessageDropped(this ILogger logger, string instanceId, string message, string reason);

    [LoggerMessage(24, LogLevel.Debug, "Instance {InstanceId}: the result of task {Task} came too late: {Reason}.")]
    public static partial void ResultDropped(this ILogger logger, string instanceId, TaskKey task, string reason);

    [LoggerMessage(25, LogLevel.Warning, "Disposing of what instance {InstanceId} held failed.")]
    public static partial void SessionNotDisposed(this ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(
        26, LogLevel.Warning,
        "Instance {InstanceId} has a history of {Events} events; the limit is {Limit}. Use ContinueAsNew in long "
        + "loops.")]
    public static partial void LongHistory(this ILogger logger, string instanceId, int events, int limit);

    [LoggerMessage(27, LogLevel.Warning,
        "Orchestration {Function}, instance {InstanceId}, which {Parent} started, does not start: {Reason}")]
    public static partial void StartDropped(
        this ILogger logger, string instanceId, string function, string parent, string reason);

    [LoggerMessage(30, LogLevel.Information, "Orchestration {Function}, instance {InstanceId}, {Status}.")]
    public static partial void OrchestrationEnded(
        this ILogger logger, string function, string instanceId, string status);

    [LoggerMessage(
        31, LogLevel.Warning, "Orchestration {Function}, instance {InstanceId}, failed: {ErrorType}: {ErrorMessage}")]
    public static partial void OrchestrationFailed(
        this ILogger logger, string function, string instanceId, string errorType, string errorMessage);

    [LoggerMessage(
        32, LogLevel.Error,
        "Orchestration {Function}, instance {InstanceId}, is parked: {Reason}. Resume it when the cause is mended.")]
    public static partial void OrchestrationParked(
        this ILogger logger, string function, string instanceId, string? reason);

    [LoggerMessage(
        33, LogLevel.Information,
        "Orchestration {Function}, instance {InstanceId}, had failed and is rewound to before turn {Turn}: {Reason}")]
    public static partial void OrchestrationRewound(
        this ILogger logger, string function, string instanceId, int turn, string? reason);

    [LoggerMessage(40, LogLevel.Warning, "Activity {Function} of instance {InstanceId} failed in attempt {Attempt}.")]
    public static partial void ActivityFailed(
        this ILogger logger, string instanceId, string function, int attempt, Exception exception);

    [LoggerMessage(
        43, LogLevel.Warning,
        "Operation {Operation} of the entity {EntityId}, which was signaled, failed and changed nothing: {ErrorType}: "
        + "{ErrorMessage}{Trace}")]
    public static partial void SignalFailed(
        this ILogger logger, string entityId, string operation, string errorType, string errorMessage, string trace);

    [LoggerMessage(
        42, LogLevel.Warning, "Activity {Function} of instance {InstanceId} threw when it was told to cancel.")]
    public static partial void CancellationFailed(
        this ILogger logger, string instanceId, string function, Exception exception);

    [LoggerMessage(
        41, LogLevel.Warning,
        "Instance {InstanceId} waits: this program has no activity function {Function}. Register it, or terminate the "
        + "instance.")]
    public static partial void ActivityHasNoCode(this ILogger logger, string instanceId, string function);

    [LoggerMessage(
        45, LogLevel.Debug,
        "Operation {Operation} of the entity {EntityId} failed and changed nothing; its caller is told.")]
    public static partial void EntityCallFailed(
        this ILogger logger, string entityId, string operation, Exception exception);

    [LoggerMessage(
        70, LogLevel.Warning,
        "Messages of the queue {Queue} wait in partition {Partition}: this program has no function for it.")]
    public static partial void QueueHasNoFunction(this ILogger logger, string queue, int partition);

    [LoggerMessage(
        71, LogLevel.Warning,
        "Message {MessageId} of the queue {Queue} is put aside as dead letter {DeadLetter} ({Class}) after {Failures} "
        + "failures of {Function}: {ErrorType}: {ErrorMessage}")]
    public static partial void MessagePutAside(
        this ILogger logger, string messageId, string queue, string deadLetter, DeadLetterReason @class, int failures,
        string function, string errorType, string errorMessage);

    [LoggerMessage(
        72, LogLevel.Warning,
        "Event {EventId} of the stream {Stream} is put aside as dead letter {DeadLetter} ({Class}) for {Function}: "
        + "{ErrorType}: {ErrorMessage}")]
    public static partial void EventPutAside(
        this ILogger logger, string eventId, string stream, string deadLetter, DeadLetterReason @class, string function,
        string errorType, string errorMessage);

    [LoggerMessage(
        73, LogLevel.Error,
        "Event {EventId} of the stream {Stream} is lost to {Function}, as its failure policy says: {ErrorType}: "
        + "{ErrorMessage}")]
    public static partial void EventSkipped(
        this ILogger logger, string eventId, string stream, string function, string errorType, string errorMessage);

    [LoggerMessage(
        74, LogLevel.Error,
        "{Log} stands still for the consumer group {Group} at event {Number}, which {Function} cannot process.")]
    public static partial void StreamHeld(
        this ILogger logger, string log, string group, long number, string function);

    [LoggerMessage(
        75, LogLevel.Error,
        "Events {From} to {To} of {Log} were deleted before the consumer group {Group} had processed them.")]
    public static partial void EventsLost(this ILogger logger, string log, string group, long from, long to);

    [LoggerMessage(76, LogLevel.Information, "{Count} dead letters that were {From} are {To} now.")]
    public static partial void DeadLettersChanged(
        this ILogger logger, int count, DeadLetterState from, DeadLetterState to);

    [LoggerMessage(
        85, LogLevel.Information,
        "The checkpoint of the consumer group {Group} in {Log} is {Position} now ({Verb}), as {Author} wanted.")]
    public static partial void CheckpointMoved(
        this ILogger logger, string log, string group, long position, CheckpointVerb verb, string author);

    [LoggerMessage(86, LogLevel.Information, "{Log} has forgotten the consumer group {Group}, as {Author} wanted.")]
    public static partial void GroupDeleted(this ILogger logger, string log, string group, string author);

    [LoggerMessage(
        82, LogLevel.Warning,
        "{Count} events of {Log} wait for the consumer group {Group}, because earlier ones of their keys are put "
        + "aside.")]
    public static partial void EventsWait(this ILogger logger, int count, string log, string group);

    [LoggerMessage(
        83, LogLevel.Error,
        "{Log} stands still for the consumer group {Group}: {Count} events of the key {Key} wait behind one that was "
        + "put aside. Let that one run again, or discard it.")]
    public static partial void KeyIsFull(this ILogger logger, string log, string group, int count, string key);

    [LoggerMessage(
        87, LogLevel.Warning,
        "Event {EventId} of the stream {Stream}, at which a partition stood still, is put aside as dead letter "
        + "{DeadLetter}, as {Author} wanted.")]
    public static partial void HeldEventPutAside(
        this ILogger logger, string eventId, string stream, string deadLetter, string author);

    [LoggerMessage(
        88, LogLevel.Information,
        "{Count} dead letters were deleted: they were resolved or discarded long enough ago.")]
    public static partial void DeadLettersDeleted(this ILogger logger, int count);

    [LoggerMessage(
        89, LogLevel.Information, "Dead letter {DeadLetter} was edited by {Author}: {Revision} takes its place.")]
    public static partial void DeadLetterEdited(
        this ILogger logger, string deadLetter, string author, string revision);

    [LoggerMessage(120, LogLevel.Error, "The store refused what functions have used, and it is not counted: {Refusal}")]
    public static partial void UsageRefused(this ILogger logger, string refusal);

    [LoggerMessage(121, LogLevel.Information, "The function {Function} is disabled: nothing new runs.")]
    public static partial void FunctionIsDisabled(this ILogger logger, string function);

    [LoggerMessage(46, LogLevel.Warning, "Disposing of what operations of entity {InstanceId} held failed.")]
    public static partial void EntityNotDisposed(this ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(
        80, LogLevel.Error,
        "The circuit {Circuit} is open (opening {Epoch}): {Reason} Its functions wait until it is closed: {Link}")]
    public static partial void CircuitOpened(
        this ILogger logger, string circuit, long epoch, string reason, string link);

    [LoggerMessage(81, LogLevel.Warning, "The circuit {Circuit} is closed (opening {Epoch}) by {By}. {Reason}")]
    public static partial void CircuitClosed(
        this ILogger logger, string circuit, long epoch, string by, string reason);

    [LoggerMessage(
        78, LogLevel.Warning,
        "Occurrence {OccurrenceId} of the timer {Timer} is put aside as dead letter {DeadLetter} ({Class}) after "
        + "{Failures} failures: {ErrorType}: {ErrorMessage}")]
    public static partial void OccurrencePutAside(
        this ILogger logger, string occurrenceId, string timer, string deadLetter, DeadLetterReason @class,
        int failures, string errorType, string errorMessage);

    [LoggerMessage(
        79, LogLevel.Information,
        "What the timer {Timer} was to do from {From:u} on and before {Before:u} is left out, as its policy says.")]
    public static partial void OccurrencesSkipped(
        this ILogger logger, string timer, DateTimeOffset from, DateTimeOffset before);
}
