using Perdure.Core.Orchestrations;

namespace Perdure.Core.History;

/// <summary>
/// Everything that can stand in the history of an orchestration. Names are those of Durable Functions' history events.
/// <para>
/// A turn is a list of these: what arrived (inputs), and, where code ran, <see cref="OrchestratorStarted"/> before the
/// inputs of the turn and the actions of the code after them. Inputs of earlier rows that no
/// <see cref="OrchestratorStarted"/> has followed are recorded but not yet fed to the code.
/// </para>
/// </summary>
internal abstract record HistoryEvent
{
    private HistoryEvent() { }

    /// <summary>
    /// The code runs: all inputs recorded since the last mark, and those after it, are fed one by one.
    /// </summary>
    public sealed record OrchestratorStarted(long At) : HistoryEvent;

    // Inputs: what arrived.

    public sealed record ExecutionStarted : HistoryEvent
    {
        public required string Name { get; init; }

        /// <summary>The public execution id, 32 hexadecimal digits.</summary>
        public required string ExecutionId { get; init; }

        public string? Version { get; init; }

        public Payload Input { get; init; }

        public ParentLink? Parent { get; init; }

        /// <summary>Not before this time, in milliseconds since 1970.</summary>
        public long? StartAt { get; init; }

        public IReadOnlyDictionary<string, string>? Tags { get; init; }

        /// <summary>W3C trace context of whoever started it.</summary>
        public string? TraceParent { get; init; }
    }

    public sealed record TaskCompleted(int Task, Payload Result) : HistoryEvent;

    public sealed record TaskFailed(int Task, FailureDetails Failure) : HistoryEvent;

    public sealed record SubOrchestrationInstanceCompleted(int Task, Payload Result) : HistoryEvent;

    public sealed record SubOrchestrationInstanceFailed(int Task, FailureDetails Failure) : HistoryEvent;

    public sealed record TimerFired(int Task) : HistoryEvent;

    public sealed record EventRaised(string Name, Payload Input) : HistoryEvent;

    public sealed record EntityOperationCompleted(int Task, Payload Result) : HistoryEvent;

    public sealed record EntityOperationFailed(int Task, FailureDetails Failure) : HistoryEvent;

    /// <summary>
    /// One entity of a critical section is locked. The code goes on when the last one is; until then the next entity is
    /// asked without it.
    /// </summary>
    public sealed record EntityLockGranted(int Task, string Entity, bool IsLast) : HistoryEvent;

    public sealed record ExecutionSuspended(string? Reason) : HistoryEvent
    {
        /// <summary>Who asked for it, if they said so.</summary>
        public string? Author { get; init; }
    }

    public sealed record ExecutionResumed(string? Reason) : HistoryEvent
    {
        public string? Author { get; init; }
    }

    public sealed record ExecutionTerminated(string? Reason) : HistoryEvent
    {
        public string? Author { get; init; }
    }

    // Actions: what the code asked for.

    public sealed record TaskScheduled(int Task, string Name, Payload Input) : HistoryEvent
    {
        /// <summary>The retry attempt, from 1.</summary>
        public int Attempt { get; init; } = 1;

        /// <summary>The task id of the first attempt of the same call: it makes the idempotency key.</summary>
        public int FirstTask { get; init; } = Task;
    }

    public sealed record TimerCreated(int Task, long FireAt) : HistoryEvent
    {
        /// <summary>The number of its row, so that cancelling is by key.</summary>
        public long Number { get; init; }
    }

    public sealed record TimerCanceled(int Task) : HistoryEvent;

    public sealed record SubOrchestrationInstanceCreated(int Task, string Name, string InstanceId, Payload Input)
        : HistoryEvent
    {
        public string? Version { get; init; }

        /// <summary>The code named the version; else it is what a new instance had at that time.</summary>
        public bool VersionNamed { get; init; }

        /// <summary>Fire-and-forget: the child answers nobody.</summary>
        public bool Detached { get; init; }

        /// <summary>The task id of the first attempt of the same call.</summary>
        public int FirstTask { get; init; } = Task;
    }

    public sealed record EntityOperationCalled(int Task, string Entity, string Operation, Payload Input) : HistoryEvent;

    public sealed record EntityOperationSignaled(int Task, string Entity, string Operation, Payload Input)
        : HistoryEvent
    {
        /// <summary>Not before this time, in milliseconds since 1970.</summary>
        public long? DueAt { get; init; }
    }

    /// <summary>
    /// The entities of a critical section in the order in which they are locked; only the first is asked at once.
    /// </summary>
    public sealed record EntityLockRequested(int Task, IReadOnlyList<string> Entities) : HistoryEvent;

    /// <summary>The critical section that task <c>Task</c> asked for is left.</summary>
    public sealed record EntityUnlockSent(int Task) : HistoryEvent;

    public sealed record CustomStatusSet(Payload Value) : HistoryEvent;

    /// <summary>The end of the execution, and always the last event of it.</summary>
    public sealed record ExecutionCompleted(InstanceStatus Status, Payload Result, FailureDetails? Failure)
        : HistoryEvent;

    // The engine's own.

    /// <summary>The engine stopped running the instance; <see cref="ExecutionResumed"/> lets it go on.</summary>
    public sealed record ExecutionParked(string Reason) : HistoryEvent;

    /// <summary>
    /// A failed execution goes on from a point before its failure, and always the first event of its turn. Void is, of
    /// all that stands before it: what the code did from turn <c>Turn</c> on, the end included; the results of the
    /// tasks from <c>From</c> on, which were asked for there; and the failures of <c>Tasks</c>, which run again. The
    /// code numbers its next task <c>Next</c>: no number is given twice.
    /// </summary>
    public sealed record ExecutionRewound(string? Reason, int Turn, int From, int Next, IReadOnlyList<int> Tasks)
        : HistoryEvent
    {
        public string? Author { get; init; }

        /// <summary>
        /// Somebody chose the turn: what the code asks for again behind it is not the same call, but another one.
        /// </summary>
        public bool Anew { get; init; }
    }
}

/// <summary>Whom a child answers: the parent's task in the parent's execution.</summary>
internal sealed record ParentLink(string InstanceId, string Name, long Key, int Generation, int Task)
{
    /// <summary>The task of a fire-and-forget child: the parent is known but waits for nothing.</summary>
    public const int NoAnswer = -1;
}
