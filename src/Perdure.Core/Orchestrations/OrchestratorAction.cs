using Perdure.Core.History;
using Perdure.Core.Messages;

namespace Perdure.Core.Orchestrations;

/// <summary>
/// Everything that the code of an orchestration can ask for. An executor returns these; the core decides what they
/// mean. Tasks are numbered from 0 in the order in which the code asks, over all kinds.
/// </summary>
internal abstract record OrchestratorAction
{
    private OrchestratorAction() { }

    public sealed record ScheduleTask(int Task, string Name, Payload Input, int Attempt, int FirstTask)
        : OrchestratorAction;

    public sealed record CreateTimer(int Task, long FireAt) : OrchestratorAction;

    public sealed record CancelTimer(int Task) : OrchestratorAction;

    public sealed record StartChild(int Task, string Name, string InstanceId, Payload Input, bool Detached)
        : OrchestratorAction
    {
        public string? Version { get; init; }

        /// <summary>The code named the version; else it is that of a new instance.</summary>
        public bool VersionNamed { get; init; }

        /// <summary>The task id of the first attempt of the same call.</summary>
        public int FirstTask { get; init; } = Task;
    }

    /// <summary>Asks an entity, named by its instance id <c>@name@key</c>, and waits for its answer.</summary>
    public sealed record CallEntity(int Task, string EntityId, string Operation, Payload Input) : OrchestratorAction;

    /// <summary>Tells an entity something and waits for nothing; not before <c>DueAt</c>, if that is set.</summary>
    public sealed record SignalEntity(int Task, string EntityId, string Operation, Payload Input, long? DueAt)
        : OrchestratorAction;

    /// <summary>Enters a critical section; the instance ids stand in ordinal order, each once.</summary>
    public sealed record LockEntities(int Task, IReadOnlyList<string> EntityIds) : OrchestratorAction;

    /// <summary>Leaves the critical section that task <c>Task</c> entered, or was about to enter.</summary>
    public sealed record ReleaseLocks(int Task) : OrchestratorAction;

    public sealed record SetCustomStatus(Payload Value) : OrchestratorAction;
}

/// <summary>How the function ended; it is not an action, because a turn has at most one and always last.</summary>
internal abstract record Completion
{
    private Completion() { }

    public sealed record Succeeded(Payload Result) : Completion;

    public sealed record Failed(FailureDetails Failure) : Completion;

    /// <summary><c>Unprocessed</c>: events that the next generation gets, in order.</summary>
    public sealed record ContinuedAsNew(Payload Input, IReadOnlyList<HistoryEvent.EventRaised> Unprocessed)
        : Completion
    {
        /// <summary>The version of the next generation; null keeps it.</summary>
        public string? Version { get; init; }
    }
}

/// <summary>What a run of the code came to.</summary>
internal abstract record CodeResult
{
    private CodeResult() { }

    /// <summary>The code ran up to its next awaits, or to its end.</summary>
    public sealed record Ran(IReadOnlyList<OrchestratorAction> Actions, Completion? Completion) : CodeResult;

    /// <summary>The code could not or must not go on; nothing that it asked for counts.</summary>
    public sealed record Stopped(FailureDetails Failure, bool Park) : CodeResult;

    /// <summary>Not run now (no code, host stopping, session lost): what arrived is recorded and fed later.</summary>
    public sealed record NotRun : CodeResult
    {
        public static readonly NotRun Instance = new();
    }

    /// <summary>A terminate overtook the running code, whose answer is stale.</summary>
    public sealed record Overtaken(Message.Terminate By) : CodeResult;
}
