namespace Perdure.Core.History;

/// <summary>
/// What a rewind makes void, and what is left. History is append-only: a rewind is an event, and whoever reads a
/// history (fold, replay, views) leaves out what later rewinds have made void. The rule and its reasons stand in
/// <c>docs/design/0004-rewind.md</c>.
/// </summary>
internal static class Rewinds
{
    /// <summary>The rewind that a turn does, if it does one.</summary>
    public static HistoryEvent.ExecutionRewound? In(StoredTurn turn) =>
        turn.Events is [HistoryEvent.ExecutionRewound rewound, ..] ? rewound : null;

    /// <summary>The turns with what counts of them; every turn stays, be it without events.</summary>
    public static IReadOnlyList<StoredTurn> Lived(IReadOnlyList<StoredTurn> turns)
    {
        if (!turns.Any(t => In(t) is not null))
            return turns;
        List<StoredTurn> lived = new(turns.Count);
        foreach (StoredTurn turn in turns)
        {
            if (In(turn) is { } rewound)
                lived = Without(lived, rewound);
            lived.Add(turn);
        }
        return lived;
    }

    /// <summary>What counts of the turns before a rewind.</summary>
    public static List<StoredTurn> Without(IReadOnlyList<StoredTurn> before, HistoryEvent.ExecutionRewound rewound)
    {
        HashSet<int> failed = [.. rewound.Tasks];
        return [.. before.Select(t => t with { Events = t.Events.FindAll(e => !IsVoid(e, t.Number)) })];

        bool IsVoid(HistoryEvent e, int turn) => IsOfCode(e)
            ? turn >= rewound.Turn
            : ResultOf(e) is { } task && (task >= rewound.From || (IsFailure(e) && failed.Contains(task)));
    }

    /// <summary>How far a failed execution has to go back.</summary>
    /// <param name="lived">Its history, with what counts of it.</param>
    /// <param name="reason">Why it is rewound.</param>
    /// <param name="chosen">
    /// The turn that somebody has chosen, for which <see cref="HasRunFrom"/> holds; null for none.
    /// </param>
    public static HistoryEvent.ExecutionRewound Plan(
        IReadOnlyList<StoredTurn> lived, string? reason, int? chosen = null)
    {
        int turn = chosen ?? FirstVoidTurn(lived);
        int from = NextTask(lived.Where(t => t.Number < turn));
        // What was fed before is past; a failure that is recorded only then, and fed later, is not.
        IEnumerable<HistoryEvent> unfed = lived.Where(t => t.Number < turn).Reverse()
            .TakeWhile(t => !IsRun(t)).Concat(lived.Where(t => t.Number >= turn)).SelectMany(t => t.Events);
        List<int> failed =
            [.. unfed.Where(IsFailure).Select(e => ResultOf(e)!.Value).Where(task => task < from).Order()];
        return new HistoryEvent.ExecutionRewound(reason, turn, from, NextTask(lived), failed)
        {
            Anew = chosen is not null,
        };
    }

    /// <summary>Whether the code ran in the turn or in a later one, so that there is something to do anew.</summary>
    public static bool HasRunFrom(IReadOnlyList<StoredTurn> lived, int turn) =>
        turn >= 0 && lived.Any(t => t.Number >= turn && IsRun(t));

    /// <summary>
    /// Whether the code, at the point to which it goes back, relies on an entity that no longer knows of it: the locks
    /// of a critical section were released at the end, and an operation may not be done twice.
    /// </summary>
    public static bool IsBoundToEntities(IEnumerable<StoredTurn> kept)
    {
        HashSet<int> bound = [];
        foreach (HistoryEvent e in kept.SelectMany(t => t.Events))
        {
            switch (e)
            {
                case HistoryEvent.EntityLockRequested x: bound.Add(x.Task); break;
                case HistoryEvent.EntityUnlockSent x: bound.Remove(x.Task); break;
                case HistoryEvent.EntityOperationCalled x: bound.Add(x.Task); break;
                case HistoryEvent.EntityOperationCompleted x: bound.Remove(x.Task); break;
                case HistoryEvent.EntityOperationFailed x: bound.Remove(x.Task); break;
            }
        }
        return bound.Count > 0;
    }

    /// <summary>
    /// The run that was told of the first failure of a call that never succeeded. If there is none, or if it was not
    /// the code that ended itself but the engine that stopped it, only the last turn is void.
    /// </summary>
    private static int FirstVoidTurn(IReadOnlyList<StoredTurn> lived)
    {
        StoredTurn last = lived.Last(t => t.Events.Exists(e => e is HistoryEvent.ExecutionCompleted));
        if (!IsRun(last))
            return last.Number;
        Dictionary<int, int> calls = [];
        HashSet<int> succeeded = [];
        foreach (HistoryEvent e in lived.SelectMany(t => t.Events))
        {
            if (CallOf(e) is { } call)
                calls[call.Task] = call.First;
            else if (e is HistoryEvent.TaskCompleted or HistoryEvent.SubOrchestrationInstanceCompleted)
                succeeded.Add(FirstOf(e));
        }
        bool waits = false;
        foreach (StoredTurn turn in lived)
        {
            waits |= turn.Events.Exists(e => IsFailure(e) && !succeeded.Contains(FirstOf(e)));
            if (waits && IsRun(turn))
                return turn.Number;
        }
        return last.Number;

        int FirstOf(HistoryEvent result) => calls.GetValueOrDefault(ResultOf(result)!.Value, -1);
    }

    private static bool IsRun(StoredTurn turn) => turn.Events.Exists(e => e is HistoryEvent.OrchestratorStarted);

    private static int NextTask(IEnumerable<StoredTurn> turns) =>
        turns.SelectMany(t => t.Events).Select(e => e is HistoryEvent.ExecutionRewound x ? x.Next : AskedOf(e) + 1 ?? 0)
            .DefaultIfEmpty(0).Max();

    private static bool IsFailure(HistoryEvent e) =>
        e is HistoryEvent.TaskFailed or HistoryEvent.SubOrchestrationInstanceFailed;

    /// <summary>Whether the code did it, or it says that the code ran.</summary>
    private static bool IsOfCode(HistoryEvent e) => AskedOf(e) is not null
        || e is HistoryEvent.OrchestratorStarted or HistoryEvent.TimerCanceled or HistoryEvent.EntityUnlockSent
            or HistoryEvent.ExecutionCompleted or HistoryEvent.ExecutionRewound;

    /// <summary>A call that may be attempted several times, with the task of its first attempt.</summary>
    private static (int Task, int First)? CallOf(HistoryEvent e) => e switch
    {
        HistoryEvent.TaskScheduled x => (x.Task, x.FirstTask),
        HistoryEvent.SubOrchestrationInstanceCreated x => (x.Task, x.FirstTask),
        _ => null,
    };

    /// <summary>The number of the task that the code asked for.</summary>
    private static int? AskedOf(HistoryEvent e) => e switch
    {
        HistoryEvent.TaskScheduled x => x.Task,
        HistoryEvent.SubOrchestrationInstanceCreated x => x.Task,
        HistoryEvent.TimerCreated x => x.Task,
        HistoryEvent.EntityOperationCalled x => x.Task,
        HistoryEvent.EntityOperationSignaled x => x.Task,
        HistoryEvent.EntityLockRequested x => x.Task,
        _ => null,
    };

    /// <summary>The number of the task that is resolved.</summary>
    private static int? ResultOf(HistoryEvent e) => e switch
    {
        HistoryEvent.TaskCompleted x => x.Task,
        HistoryEvent.TaskFailed x => x.Task,
        HistoryEvent.SubOrchestrationInstanceCompleted x => x.Task,
        HistoryEvent.SubOrchestrationInstanceFailed x => x.Task,
        HistoryEvent.TimerFired x => x.Task,
        HistoryEvent.EntityOperationCompleted x => x.Task,
        HistoryEvent.EntityOperationFailed x => x.Task,
        HistoryEvent.EntityLockGranted x => x.Task,
        _ => null,
    };
}
