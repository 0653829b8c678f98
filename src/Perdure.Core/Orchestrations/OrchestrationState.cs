using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Orchestrations;

/// <summary>
/// What the core knows of one instance between turns: the fold of its history. Live turns and loading go through the
/// same <see cref="Apply"/>, so memory and store cannot disagree on what an event means. Changed by one turn at a time;
/// when a turn's commit fails the state is thrown away and loaded again.
/// </summary>
internal sealed class OrchestrationState(string id, int partition) : InstanceState(id, partition)
{
    private bool _feeding;

    /// <summary>When the open calls of entities were made; null in an execution that is not traced.</summary>
    private Dictionary<int, long>? _calls;

    public override bool IsLive => Exists && !Ended;

    /// <summary>There is an instance: created by a turn of this process, or found in the store.</summary>
    public bool Exists { get; private set; }

    public ExecutionKey Execution { get; private set; }
    public string Name { get; private set; } = "";
    public string? Version { get; private set; }
    public string ExecutionId { get; private set; } = "";
    public ParentLink? Parent { get; private set; }
    public string? TraceParent { get; private set; }
    public IReadOnlyDictionary<string, string>? Tags { get; private set; }
    public InstanceStatus Status { get; private set; }
    public Payload Input { get; private set; }
    public Payload CustomStatus { get; private set; }
    public long Created { get; private set; }
    public int NextTurn { get; private set; }

    /// <summary>The time of the latest turn; time never runs backwards for an instance.</summary>
    public long LastAt { get; private set; }

    public int EventCount { get; private set; }
    public OpenTasks Open { get; } = new();

    /// <summary>Recorded and not yet fed to the code, in order; null when there are none.</summary>
    public List<HistoryEvent>? Recorded { get; private set; }

    /// <summary>The locks that the execution has, or has asked for; null outside critical sections.</summary>
    public SectionLocks? Section { get; private set; }

    public bool Suspended { get; private set; }
    public string? HeldReason { get; private set; }

    /// <summary>Who suspended it, if they said so.</summary>
    public string? HeldBy { get; private set; }

    public bool Parked { get; private set; }

    /// <summary>When a delayed start that has not come due is due.</summary>
    public long? StartPendingUntil { get; private set; }

    /// <summary>What the code asked for before a rewind made that void; null if it was never rewound.</summary>
    public FormerCalls? Former { get; private set; }

    /// <summary>
    /// The turns so far with what counts of them: a rewind needs them. Known while a history is folded, and for what
    /// has ended if it was loaded with its history.
    /// </summary>
    internal List<StoredTurn>? Lived { get; private set; }

    /// <summary>
    /// What the row in the store says once the turns so far are committed; null while there is no row.
    /// </summary>
    public InstanceRow? Row { get; set; }

    public bool Ended => Status.IsTerminal;

    public bool IsChildOf(ExecutionKey parent) =>
        Parent is { } link && link.Key == parent.Key && link.Generation == parent.Generation;

    public Held Held =>
        Parked ? Held.Parked : Suspended ? Held.Suspended : StartPendingUntil is null ? Held.No : Held.Scheduled;

    /// <summary>See <see cref="InstanceRow.Owed"/>.</summary>
    public bool IsOwed => !Ended && (Open.Activities > 0 || (Recorded is not null && Held == Held.No)
        || (Former?.KnowsAnswerIn(Open) ?? false));

    /// <summary>
    /// The timer of a delayed start has a number of its own kind, derived from the key, so that it can be found again.
    /// </summary>
    public TimerKey StartTimer => new(Partition, StartPendingUntil ?? 0, -Execution.Key);

    /// <summary>An instance that has ended: its row is all that anybody needs to know.</summary>
    public static OrchestrationState OfEnded(InstanceRow row) => new(row.Id, row.Partition)
    {
        Exists = true,
        Execution = new ExecutionKey(row.Key, row.Generation),
        Name = row.Name,
        Status = row.Status,
        Row = row,
    };

    public static OrchestrationState Load(InstanceRow row, IReadOnlyList<StoredTurn> turns)
    {
        OrchestrationState state = new(row.Id, row.Partition);
        state.Create(row.Key, row.Created);
        state.Execution = new ExecutionKey(row.Key, row.Generation);
        state.Lived = new List<StoredTurn>(turns.Count);
        foreach (StoredTurn turn in turns)
        {
            state.Fold(turn);
            state.Lived.Add(turn);
        }
        if (!state.Ended)
            state.Lived = null;
        state.Row = row;
        return state;
    }

    private void Fold(StoredTurn turn)
    {
        BeginTurn(turn.At);
        foreach (HistoryEvent e in turn.Events)
            Apply(e);
        EndTurn(turn.Number);
    }

    /// <summary>
    /// A new instance under a key that no other has; what was known of an ended one of the same id is gone.
    /// </summary>
    public void Create(long key, long at)
    {
        Exists = true;
        Execution = new ExecutionKey(key, 0);
        Created = at;
        Row = null;
        CustomStatus = Payload.None;
        LastAt = 0;
        Reset();
    }

    /// <summary>The next generation: everything of the old one but identity, custom status and time is gone.</summary>
    public void ContinueAsNew()
    {
        Execution = new ExecutionKey(Execution.Key, Execution.Generation + 1);
        Reset();
    }

    /// <summary>Purged: the id is free.</summary>
    public void Remove()
    {
        Exists = false;
        Row = null;
    }

    /// <summary>The answer to an open task, if it is known from before a rewind: the store has it already.</summary>
    public Message? KnownResultOf(HistoryEvent opened)
    {
        int task = opened switch
        {
            HistoryEvent.TaskScheduled x => x.Task,
            HistoryEvent.SubOrchestrationInstanceCreated x => x.Task,
            _ => -1,
        };
        if (Former is null || !Former.TryGet(task, out FormerCall? call) || call.Result is not { } result)
            return null;
        TaskKey key = new(Execution.Key, Execution.Generation, task);
        return opened is HistoryEvent.TaskScheduled
            ? new Message.TaskDone(key, result, null)
            : new Message.ChildDone(key, result, null);
    }

    /// <summary>When an open call of an entity was made, if the execution has a trace.</summary>
    public long? CalledAt(TaskKey task) =>
        _calls is not null && task.IsOf(Execution) && _calls.TryGetValue(task.Task, out long at) ? at : null;

    /// <summary>Nobody will rewind it as it is now.</summary>
    public void ForgetHistory() => Lived = null;

    public void BeginTurn(long at) => LastAt = Math.Max(LastAt, at);

    /// <summary>Turn <paramref name="number"/> is over. Said twice it is as said once.</summary>
    public void EndTurn(int number)
    {
        NextTurn = number + 1;
        _feeding = false;
    }

    /// <summary>The fold: one event.</summary>
    public void Apply(HistoryEvent e)
    {
        EventCount++;
        switch (e)
        {
            case HistoryEvent.OrchestratorStarted x:
                _feeding = true;
                Recorded = null;
                Status = InstanceStatus.Running;
                LastAt = Math.Max(LastAt, x.At);
                break;
            case HistoryEvent.ExecutionStarted x:
                Begin(x);
                Take(e);
                break;
            case HistoryEvent.TaskCompleted x: Resolve(x.Task, e); break;
            case HistoryEvent.TaskFailed x: Resolve(x.Task, e); break;
            case HistoryEvent.SubOrchestrationInstanceCompleted x: Resolve(x.Task, e); break;
            case HistoryEvent.SubOrchestrationInstanceFailed x: Resolve(x.Task, e); break;
            case HistoryEvent.TimerFired { Task: < 0 }: StartPendingUntil = null; break;
            case HistoryEvent.TimerFired x: Resolve(x.Task, e); break;
            case HistoryEvent.EventRaised: Take(e); break;
            case HistoryEvent.EntityOperationCompleted x: Resolve(x.Task, e); break;
            case HistoryEvent.EntityOperationFailed x: Resolve(x.Task, e); break;
            case HistoryEvent.EntityLockGranted x: Grant(x); break;
            case HistoryEvent.ExecutionSuspended x:
                (Suspended, HeldReason, HeldBy) = (true, x.Reason, x.Author);
                break;
            case HistoryEvent.ExecutionResumed: LetGo(); break;
            case HistoryEvent.ExecutionParked x: (Parked, HeldReason, HeldBy) = (true, x.Reason, null); break;
            case HistoryEvent.TaskScheduled x: Ask(x.Task, x.FirstTask, e); break;
            case HistoryEvent.TimerCreated x: Open.Add(x.Task, e); break;
            case HistoryEvent.TimerCanceled x: Open.Remove(x.Task); break;
            case HistoryEvent.SubOrchestrationInstanceCreated { Detached: false } x:
                Ask(x.Task, x.FirstTask, e);
                break;
            case HistoryEvent.EntityOperationCalled x: Call(x); break;
            case HistoryEvent.EntityLockRequested x: Enter(x); break;
            case HistoryEvent.EntityUnlockSent x: Leave(x.Task); break;
            case HistoryEvent.CustomStatusSet x: CustomStatus = x.Value; break;
            case HistoryEvent.ExecutionCompleted x: End(x.Status); break;
            case HistoryEvent.ExecutionRewound x: Rewind(x); break;
        }
    }

    /// <summary>Whether the event goes to the code; the others concern the engine alone.</summary>
    public static bool IsFed(HistoryEvent e) => e
        is HistoryEvent.ExecutionStarted or HistoryEvent.TaskCompleted or HistoryEvent.TaskFailed
        or HistoryEvent.SubOrchestrationInstanceCompleted or HistoryEvent.SubOrchestrationInstanceFailed
        or HistoryEvent.TimerFired { Task: >= 0 } or HistoryEvent.EventRaised
        or HistoryEvent.EntityOperationCompleted or HistoryEvent.EntityOperationFailed
        or HistoryEvent.EntityLockGranted { IsLast: true };

    private void Begin(HistoryEvent.ExecutionStarted x)
    {
        Name = x.Name;
        Version = x.Version;
        Input = x.Input;
        ExecutionId = x.ExecutionId;
        Parent = x.Parent;
        Tags = x.Tags;
        TraceParent = x.TraceParent;
        // A row holds the mark before the inputs that it feeds: a start behind the mark runs already. So does an
        // instance that continues as new; it is not shown as pending between two generations.
        Status = _feeding || Execution.Generation > 0 ? InstanceStatus.Running : InstanceStatus.Pending;
        StartPendingUntil = x.StartAt;
    }

    private void Call(HistoryEvent.EntityOperationCalled x)
    {
        Open.Add(x.Task, x);
        if (TraceParent is not null)
            (_calls ??= [])[x.Task] = LastAt;
    }

    private void Enter(HistoryEvent.EntityLockRequested x)
    {
        Open.Add(x.Task, x);
        Section = new SectionLocks(x.Task, x.Entities, 0);
    }

    private void Grant(HistoryEvent.EntityLockGranted x)
    {
        Section = Section! with { Granted = Section.Granted + 1 };
        if (x.IsLast)
            Resolve(x.Task, x);
    }

    private void Leave(int task)
    {
        Section = null;
        Open.Remove(task);
    }

    private void Ask(int task, int first, HistoryEvent e)
    {
        Open.Add(task, e);
        Former?.Ask(task, first);
    }

    /// <summary>
    /// Folds what counts of the turns so far once more. Custom status and time stay as they were, and the instance is
    /// not held: it had ended.
    /// </summary>
    private void Rewind(HistoryEvent.ExecutionRewound rewound)
    {
        List<StoredTurn> before = Lived
            ?? throw new InvalidOperationException($"The instance '{Id}' is rewound without its history.");
        FormerCalls former = Former ?? new FormerCalls();
        if (rewound.Anew)
            former.Forget(rewound.From);
        else
            former.Void(before, rewound.From);
        (int events, int turn) = (EventCount, NextTurn);
        Reset();
        Lived = Rewinds.Without(before, rewound);
        foreach (StoredTurn lived in Lived)
        {
            // Its own effect on this history is that of the fold.
            Fold(Rewinds.In(lived) is null ? lived : lived with { Events = lived.Events[1..] });
        }
        former.Reopen(Open);
        Former = former;
        (EventCount, NextTurn, Status) = (events, turn, InstanceStatus.Running);
        StartPendingUntil = null;
        LetGo();
    }

    private void Resolve(int task, HistoryEvent e)
    {
        Open.Remove(task);
        _calls?.Remove(task);
        Take(e);
    }

    private void Take(HistoryEvent e)
    {
        if (!_feeding)
            (Recorded ??= []).Add(e);
    }

    private void End(InstanceStatus status)
    {
        Status = status;
        Recorded = null;
        Section = null;
        Open.Clear();
        _calls = null;
        StartPendingUntil = null;
        LetGo();
    }

    private void LetGo() => (Suspended, Parked, HeldReason, HeldBy) = (false, false, null, null);

    private void Reset()
    {
        NextTurn = 0;
        EventCount = 0;
        Open.Clear();
        _calls = null;
        Former = null;
        Lived = null;
        Recorded = null;
        Section = null;
        _feeding = false;
        Status = InstanceStatus.Pending;
        StartPendingUntil = null;
        LetGo();
    }
}
