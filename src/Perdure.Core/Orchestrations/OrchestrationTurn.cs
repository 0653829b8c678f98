using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Orchestrations;

/// <summary>A turn of an orchestration: it adds events to the history.</summary>
internal sealed class OrchestrationTurn(OrchestrationState state, long at) : Turn(state, at)
{
    /// <summary>
    /// Slot 0 is kept for <see cref="HistoryEvent.OrchestratorStarted"/>, which precedes what the turn feeds.
    /// </summary>
    private readonly List<HistoryEvent?> _events = new(4) { null };

    private InstanceRow? _rowBefore;
    private bool _isClosed;

    public OrchestrationState State { get; } = state;

    /// <summary>What the code gets, in order: everything recorded and not yet fed.</summary>
    public IReadOnlyList<HistoryEvent> Feed { get; set; } = [];

    /// <summary>Messages after the one that ended the instance: they are for whoever comes next under the id.</summary>
    public int Untaken { get; set; }

    /// <summary>The execution under which the events are stored.</summary>
    public ExecutionKey Execution { get; set; }

    public int Number { get; set; }

    /// <summary>Set when the turn ended the instance.</summary>
    public HistoryEvent.ExecutionCompleted? Completed { get; set; }

    /// <summary>The turn took a failure back; the code has not run since.</summary>
    public bool Rewound { get; set; }

    /// <summary>The turn began a new generation, whose code has not run yet.</summary>
    public bool MovedGeneration { get; private set; }

    /// <summary>The inputs are stored already by a turn that only recorded (20 ms rule).</summary>
    public bool InputsRecorded { get; set; }

    /// <summary>Calls of entities of a traced execution whose answers the turn took; null if there are none.</summary>
    public List<AnsweredCall>? Answered { get; set; }

    /// <summary>
    /// The trace context of the execution that calls or signals entities; by the end of the turn it may be over.
    /// </summary>
    public string? TraceParent { get; set; }

    public IReadOnlyList<HistoryEvent?> Events => _events;

    public int FirstEvent => _events[0] is null ? 1 : 0;

    public bool HasEvents => _events.Count > FirstEvent;

    /// <summary>
    /// The instance row before the turn, also when the turn is closed once more because code ran after all.
    /// </summary>
    public InstanceRow? Closed(InstanceRow? row)
    {
        (_rowBefore, _isClosed) = (_isClosed ? _rowBefore : row, true);
        return _rowBefore;
    }

    public void Add(HistoryEvent e) => _events.Add(e);

    public void MarkRun(HistoryEvent.OrchestratorStarted started) => _events[0] = started;

    /// <summary>The turn's history so far belongs to a generation that is over; the turn begins the next one.</summary>
    public void MoveTo(ExecutionKey next)
    {
        _events.Clear();
        _events.Add(null);
        Execution = next;
        Number = 0;
        MovedGeneration = true;
    }

    public void RemoveInputs() => _events.RemoveRange(1, _events.Count - 1);
}

/// <summary>A call of an entity that has its answer: asked when, by which span, and what it came to.</summary>
internal sealed record AnsweredCall(
    HistoryEvent.EntityOperationCalled Call, long CalledAt, string? TraceParent, FailureDetails? Failure);
