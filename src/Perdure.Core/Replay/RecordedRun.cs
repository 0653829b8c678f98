using Perdure.Core.History;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Replay;

/// <summary>
/// One run of the code as the history holds it: at which time it ran, what it was fed, and what it asked for.
/// </summary>
internal sealed record RecordedRun(
    int Turn, long At, IReadOnlyList<HistoryEvent> Fed, IReadOnlyList<HistoryEvent> Asked)
{
    /// <summary>
    /// Not a run but a rewind: the code goes on with tasks from this number, and retry policies count from this time.
    /// </summary>
    public int? NextTask { get; init; }

    /// <summary>
    /// The runs of a history in order, as far as no rewind has made them void. What is recorded after the last run is
    /// for the next one.
    /// </summary>
    public static List<RecordedRun> Of(IReadOnlyList<StoredTurn> turns)
    {
        List<RecordedRun> runs = [];
        List<HistoryEvent> waiting = [];
        foreach (StoredTurn turn in Rewinds.Lived(turns))
        {
            if (Rewinds.In(turn) is { } rewound)
                runs.Add(new RecordedRun(turn.Number, turn.At, [], []) { NextTask = rewound.Next });
            HistoryEvent.OrchestratorStarted? mark = null;
            List<HistoryEvent> asked = [];
            foreach (HistoryEvent e in turn.Events)
            {
                if (e is HistoryEvent.OrchestratorStarted started)
                    mark = started;
                else if (OrchestrationState.IsFed(e))
                    waiting.Add(e);
                else if (IsAsked(e))
                    asked.Add(e);
            }
            if (mark is null)
                continue;
            runs.Add(new RecordedRun(turn.Number, mark.At, waiting, asked));
            waiting = [];
        }
        return runs;
    }

    /// <summary>Whether the code asked for it and replay must see it asked for again.</summary>
    private static bool IsAsked(HistoryEvent e) => e
        is HistoryEvent.TaskScheduled or HistoryEvent.TimerCreated or HistoryEvent.TimerCanceled
        or HistoryEvent.SubOrchestrationInstanceCreated or HistoryEvent.EntityOperationCalled
        or HistoryEvent.EntityOperationSignaled or HistoryEvent.EntityLockRequested or HistoryEvent.EntityUnlockSent
        or HistoryEvent.ExecutionCompleted;
}
