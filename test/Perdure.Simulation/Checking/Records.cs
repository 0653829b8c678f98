using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>What the checker knows of one creation of an instance: its own fold of the committed rows.</summary>
internal sealed class Life(InstanceRow row, long created)
{
    public InstanceRow Row { get; set; } = row;
    public long Key => Row.Key;
    public string Id => Row.Id;

    /// <summary>When, in commits, it came, ended and left.</summary>
    public long Created { get; } = created;
    private readonly List<(long From, long To)> _ended = [];
    public long Removed { get; set; } = long.MaxValue;
    public long Moved { get; set; } = -1;
    public long Touched { get; set; }

    // The fold.
    public string Name { get; set; } = "";
    public string ExecutionId { get; set; } = "";
    public ParentLink? Parent { get; set; }
    public int Generation { get; set; }
    public int NextTurn { get; set; }
    public long LastAt { get; set; }
    public InstanceStatus Status { get; set; } = InstanceStatus.Pending;
    public bool Suspended { get; set; }
    public bool Parked { get; set; }
    public long? StartAt { get; set; }
    public Payload CustomStatus { get; set; }
    public HistoryEvent.ExecutionCompleted? End { get; private set; }

    /// <summary>Every way in which it has ended: rewound, it may end again.</summary>
    public HashSet<InstanceStatus> Ends { get; } = [];

    /// <summary>What stands in the history of the generation, and what rewinds have made void of it.</summary>
    public List<PastEvent> Past { get; } = [];
    public HashSet<string> RewoundBy { get; } = [];
    public bool WasRewound { get; set; }
    public HashSet<string?> TerminatedBy { get; } = [];

    /// <summary>The turns in which the code ran, of what is not void.</summary>
    public IEnumerable<int> Runs => Past.Where(p => p is { IsVoid: false, Event: HistoryEvent.OrchestratorStarted })
        .Select(p => p.Turn);

    public Dictionary<int, TaskRecord> Tasks { get; private set; } = [];
    private Dictionary<string, Dictionary<int, TaskRecord>>? _earlier;
    public Dictionary<int, TaskRecord> Open { get; } = [];
    public int Unfed { get; set; }

    /// <summary>The history rows of the generation, to find out whether the store still holds just these.</summary>
    public List<HistoryRow> History { get; } = [];

    /// <summary>Events that the generation has, recorded or seen by earlier ones.</summary>
    public HashSet<string> Events { get; set; } = [];
    public bool Preserve { get; set; }

    public int TimerRows { get; set; }

    /// <summary>The critical section of the execution, from asking for its first lock on.</summary>
    public LockSet? Locks { get; set; }

    /// <summary>Activities of a generation that is over may still run.</summary>
    public Dictionary<int, TaskRecord> EarlierTasks(string executionId) =>
        _earlier?.GetValueOrDefault(executionId) ?? [];

    public void KeepTasks()
    {
        (_earlier ??= []).Add(ExecutionId, Tasks);
        Tasks = [];
    }

    public Held Held => Parked ? Held.Parked : Suspended ? Held.Suspended : StartAt is null ? Held.No : Held.Scheduled;

    public bool IsOwed => End is null
        && (Open.Values.Any(t => t.Scheduled is not null || t.IsKnown) || (Unfed > 0 && Held == Held.No));

    public void Finish(HistoryEvent.ExecutionCompleted end, long now)
    {
        (End, Status) = (end, end.Status);
        Ends.Add(end.Status);
        _ended.Add((now, long.MaxValue));
    }

    public void GoOn(long now)
    {
        (End, Status) = (null, InstanceStatus.Running);
        _ended[^1] = (_ended[^1].From, now);
    }

    public bool WasLive(long from, long to) => Created <= to && !_ended.Any(e => e.From < from && e.To > to);

    public bool WasEnded(long from, long to) => Removed >= from && _ended.Any(e => e.From <= to && e.To >= from);
}

/// <summary>One event of a history.</summary>
internal sealed class PastEvent(int turn, HistoryEvent e)
{
    public int Turn => turn;
    public HistoryEvent Event => e;
    public bool IsVoid { get; set; }

    /// <summary>The turn whose code was told of it, once it was.</summary>
    public int? FedIn { get; set; }
}

/// <summary>One task of one execution.</summary>
internal sealed class TaskRecord(Life life, TaskKey key, HistoryEvent opened)
{
    public Life Life => life;
    public TaskKey Key => key;
    public HistoryEvent.TaskScheduled? Scheduled => opened as HistoryEvent.TaskScheduled;
    public HistoryEvent.TimerCreated? Timer => opened as HistoryEvent.TimerCreated;
    public HistoryEvent.SubOrchestrationInstanceCreated? Child =>
        opened as HistoryEvent.SubOrchestrationInstanceCreated;
    public HistoryEvent.EntityOperationCalled? Call => opened as HistoryEvent.EntityOperationCalled;
    public HistoryEvent.EntityLockRequested? Lock => opened as HistoryEvent.EntityLockRequested;
    public List<ActivityRun> Runs { get; } = [];
    public int OpenedBy { get; init; }

    /// <summary>The first attempt of the call that it belongs to.</summary>
    public int FirstTask => Scheduled?.FirstTask ?? Child?.FirstTask ?? key.Task;

    /// <summary>What it returned, if it did.</summary>
    public Payload? Result { get; set; }

    /// <summary>The call returned before a rewind, and the code asks for it again.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Somebody went back to before it: whatever is asked for now is another call.</summary>
    public bool IsForgotten { get; set; }
}

internal enum TokenPlace
{
    Nowhere,
    InRow,
    Recorded,
    Dropped,
    Discarded,
}

/// <summary>
/// Something that a client sent once, found again by a text of its own: an event, or the reason of a command.
/// </summary>
internal sealed class Token
{
    public TokenPlace Place { get; set; }
    public long RecordedIn { get; set; }
    public bool WasRefused { get; set; }
}
