using Perdure.Core.DeadLetters;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Core.Messages;

/// <summary>
/// Something addressed to an instance. It waits in the mailbox until a turn takes it; what fits no open task or no live
/// instance is dropped with a reason or refused to the one who asked.
/// </summary>
internal abstract record Message
{
    private Message() { }

    /// <summary>The message row that the consuming turn deletes, if memory alone did not carry it.</summary>
    public MessageKey? Row { get; init; }

    /// <summary>
    /// Set when somebody on another node waits for an answer: the turn that takes the message stores the outcome under
    /// this id.
    /// </summary>
    public string? RequestId { get; init; }

    /// <summary>The shell's handle for whoever waits for an answer; opaque to the core.</summary>
    public object? Ticket { get; init; }

    /// <summary>Creates the instance if its id is free.</summary>
    public sealed record Start(HistoryEvent.ExecutionStarted Event) : Message
    {
        /// <summary>Restart and the like may demand that even a finished instance of that id refuses.</summary>
        public bool OnlyIfNeverStarted { get; init; }
    }

    /// <summary>A delayed start has come due.</summary>
    public sealed record StartDue(ExecutionKey Execution, TimerKey Timer) : Message;

    /// <summary>An activity ended: <c>Failure</c> is null when it succeeded.</summary>
    public sealed record TaskDone(TaskKey Task, Payload Result, FailureDetails? Failure) : Message;

    public sealed record TimerDue(TaskKey Task, TimerKey Timer) : Message;

    public sealed record ChildDone(TaskKey Task, Payload Result, FailureDetails? Failure) : Message;

    public sealed record Raise(string Name, Payload Input) : Message;

    public sealed record Terminate(string? Reason) : Message
    {
        /// <summary>Who asked for it, if they said so.</summary>
        public string? Author { get; init; }

        /// <summary>The children that the instance waits for are terminated as well, and theirs.</summary>
        public bool Recursive { get; init; }

        /// <summary>Comes from the parent: only its child is meant, not whatever else has the id.</summary>
        public ExecutionKey? OfParent { get; init; }
    }

    public sealed record Suspend(string? Reason) : Message
    {
        public string? Author { get; init; }
    }

    public sealed record Resume(string? Reason) : Message
    {
        public string? Author { get; init; }
    }

    /// <summary>An entity is asked or told something.</summary>
    public sealed record Operation(string Name, Payload Input) : Message
    {
        /// <summary>Who waits for the answer; null for a signal.</summary>
        public EntityCaller? Caller { get; init; }

        /// <summary>Not before this time: until then it stands among the timers of its entity.</summary>
        public long? DueAt { get; init; }

        /// <summary>
        /// It was due when the lock kept it from being run, and waits like any other now. Only for as long as it waits
        /// here: whoever has it next looks at his own clock.
        /// </summary>
        public bool IsDue { get; init; }

        /// <summary>W3C trace context of the span that sent it; null where nothing is traced.</summary>
        public string? TraceParent { get; init; }

        /// <summary>The timer that has come due and goes with the operation.</summary>
        public TimerKey? Timer { get; init; }

        /// <summary>
        /// Name and input were left in the row, because too many wait; they are read when their turn comes.
        /// </summary>
        public bool IsLeft { get; init; }
    }

    /// <summary>A message of a queue, addressed to a shard of it.</summary>
    public sealed record QueueItem(string Id, Payload Body) : Message
    {
        /// <summary>Of one session one message runs at a time, in the order in which they came.</summary>
        public string? Session { get; init; }

        /// <summary>When it was sent, in milliseconds since 1970.</summary>
        public required long Enqueued { get; init; }

        /// <summary>Not before this time; 0 at once.</summary>
        public long VisibleAt { get; init; }

        /// <summary>W3C trace context of the span that sent it; null where nothing is traced.</summary>
        public string? TraceParent { get; init; }

        /// <summary>How often its function has failed with it.</summary>
        public int Failures { get; init; }

        /// <summary>The first of its failures, and the latest ones.</summary>
        public IReadOnlyList<FailedAttempt> Attempts { get; init; } = [];

        /// <summary>The dead letter that it is back from; null when it was never put aside.</summary>
        public DeadLetterKey? Letter { get; init; }

        /// <summary>
        /// Body and attempts were left in the row, because too many wait; they are read before it runs.
        /// </summary>
        public bool IsLeft { get; init; }
    }

    /// <summary>Events for a log of a stream.</summary>
    public sealed record Append(IReadOnlyList<EventData> Events) : Message;

    /// <summary>A timer is told to do something.</summary>
    public sealed record TimerOrder(TimerOrderKind Kind) : Message
    {
        /// <summary>Of the occurrence that is to run; null when none is.</summary>
        public string? OccurrenceId { get; init; }

        /// <summary>For which time it is, in milliseconds since 1970.</summary>
        public long Time { get; init; }
    }

    /// <summary>Somebody moves the checkpoint of a consumer group in a log, or lets it go on.</summary>
    public sealed record Checkpoint(string Group, CheckpointVerb Verb, long Number) : Message
    {
        /// <summary>Who, if they said so.</summary>
        public string? Author { get; init; }
    }

    /// <summary>An orchestration wants an entity for itself.</summary>
    public sealed record LockRequest(EntityCaller Holder) : Message;

    /// <summary>
    /// The orchestration needs the entity no more, or never will: it releases the lock, or takes back the request.
    /// </summary>
    public sealed record Release(TaskKey Request) : Message;

    /// <summary>An entity answers: <c>Failure</c> is null when the operation succeeded.</summary>
    public sealed record OperationDone(TaskKey Task, Payload Result, FailureDetails? Failure) : Message;

    /// <summary>The entity is locked for the execution that asked.</summary>
    public sealed record LockGranted(TaskKey Task, string Entity) : Message;

    /// <summary>Lets a failed instance go on from before its failure.</summary>
    public sealed record Rewind(string? Reason) : Message
    {
        public string? Author { get; init; }

        /// <summary>
        /// The turn from which on everything is done anew; null: back to before the failure. With it the instance may
        /// have ended in any way.
        /// </summary>
        public int? Turn { get; init; }

        /// <summary>
        /// Comes from the parent, who needs an answer, and says how the child was started: if it has failed it is
        /// rewound, if it has completed it answers again, and if it is gone it is started anew.
        /// </summary>
        public HistoryEvent.ExecutionStarted? Child { get; init; }
    }

    /// <summary>
    /// What a turn, or operations of an entity, came to on the node that had claimed it. It is for whoever waits for
    /// the run, not for the next turn.
    /// </summary>
    public sealed record WorkDone(long Offer, ReadOnlyMemory<byte> Body) : Message;

    /// <summary>Deletes the instance if it has ended.</summary>
    public sealed record Purge : Message
    {
        /// <summary>The instance that the sender saw; one that has taken its id since is left alone.</summary>
        public long? Key { get; init; }
    }
}

/// <summary>What a client's request came to, once that is durable.</summary>
internal enum RequestOutcome
{
    Accepted,
    AlreadyExists,
    NotFound,

    /// <summary>The instance has ended; it takes no more messages.</summary>
    Ended,

    /// <summary>Suspend of what is suspended, resume of what is not, rewind of what has not failed.</summary>
    WrongState,

    /// <summary>Purge of an instance that still runs.</summary>
    StillRunning,

    /// <summary>More waits for the instance than it may.</summary>
    Busy,
    /// <summary>Rewind to a point at which the code held locks or waited for an entity; they are let go.</summary>
    BoundToEntities,

    /// <summary>A checkpoint at an event that is deleted already.</summary>
    BeforeStart,

    /// <summary>A checkpoint behind the next event.</summary>
    BeyondEnd,

    /// <summary>A consumer group that cannot be deleted, because its function would make it anew.</summary>
    HasFunction,

    /// <summary>What only the function could say, which the node that owns the partition does not have.</summary>
    NoFunction,

    /// <summary>Rewind to a turn from which on the code did not run.</summary>
    NoSuchTurn,
}
