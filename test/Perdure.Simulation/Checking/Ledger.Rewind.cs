using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Simulation.Runs;

namespace Perdure.Simulation.Checking;

/// <summary>
/// Rewinds, by rules of the checker's own: each event of a history knows which run was told of it and whether it is
/// void.
/// </summary>
internal sealed partial class Ledger
{
    private static void Remember(Life life, int turn, HistoryEvent e, bool feeding)
    {
        life.Past.Add(new PastEvent(turn, e) { FedIn = feeding ? turn : null });
        if (e is not HistoryEvent.OrchestratorStarted)
            return;
        foreach (PastEvent past in life.Past.Where(p => p is { FedIn: null, IsVoid: false }))
            past.FedIn = turn;
    }

    /// <summary>To which turns clients ask instances to go back, by the reasons that they give.</summary>
    public Dictionary<string, int> ChosenTurns { get; } = [];

    private static bool IsRewind(HistoryRow row) =>
        !row.Events.IsEmpty && HistoryReader.ReadRow(row.Events) is [HistoryEvent.ExecutionRewound, ..];

    private void Rewind(Life life, HistoryRow row, HistoryEvent.ExecutionRewound rewound, bool isFirst, TurnFacts facts)
    {
        if (!isFirst || row.Part != 0 || life.End is not { } end
            || (end.Status != InstanceStatus.Failed && !rewound.Anew))
        {
            Violate($"'{life.Id}' is rewound in turn {row.Turn}, and had not failed before it.");
            return;
        }
        if (rewound.Anew)
            CountGoneBack(end.Status);
        PastEvent[] past = [.. life.Past.Where(p => !p.IsVoid)];
        CheckPlan(life, past, rewound);
        foreach (PastEvent p in past)
        {
            p.IsVoid = IsOfCode(p.Event)
                ? p.Turn >= rewound.Turn
                : Resolved(p.Event) is { } task
                    && (task >= rewound.From || (IsFailure(p.Event) && rewound.Tasks.Contains(task)));
            if (p.FedIn >= rewound.Turn)
                p.FedIn = null;
        }
        life.GoOn(Now);
        life.WasRewound = true;
        if (rewound.Anew)
            Forget(life, rewound.From);
        ReopenTasks(life, [.. past.Where(p => !p.IsVoid)]);
        facts.Rewound = true;
        facts.ToRewind = [.. life.Open.Values.Where(t => t is { Child: not null, IsKnown: false })
            .Select(t => t.Child!.InstanceId)];
        simulation.Counters.Add(Rare.Rewound);
        bool withParent = rewound.Reason is null || (life.Parent is { } link
            && _lives.TryGetValue(link.Key, out Life? parent) && parent.RewoundBy.Contains(rewound.Reason));
        if (rewound.Reason is not null)
            life.RewoundBy.Add(rewound.Reason);
        if (withParent)
            simulation.Counters.Add(Rare.RewoundWithParent);
        else
            Said(life, rewound.Reason, facts);
        if (rewound.Anew ? withParent || !IsChosen(rewound) : !withParent && ChosenTurns.ContainsKey(rewound.Reason!))
            Violate($"'{life.Id}' went back to turn {rewound.Turn}, which nobody has chosen.");
    }

    private bool IsChosen(HistoryEvent.ExecutionRewound rewound) =>
        rewound.Reason is { } reason && ChosenTurns.TryGetValue(reason, out int turn) && turn == rewound.Turn;

    private void CountGoneBack(InstanceStatus from)
    {
        simulation.Counters.Add(Rare.RewoundToTurn);
        if (from == InstanceStatus.Completed)
            simulation.Counters.Add(Rare.RewoundFromCompletion);
        else if (from == InstanceStatus.Terminated)
            simulation.Counters.Add(Rare.RewoundFromTermination);
    }

    /// <summary>
    /// What is void now is no longer the same as what the code will ask for; but what it asked for before the turn, and
    /// was known then, is.
    /// </summary>
    private static void Forget(Life life, int from)
    {
        foreach (TaskRecord record in life.Tasks.Values)
        {
            bool isAskedAgain = life.Past.Any(p => !p.IsVoid && Asked(p.Event) > record.Key.Task
                && life.Tasks.TryGetValue(Asked(p.Event)!.Value, out TaskRecord? again) && IsSameCall(again, record));
            if (record.Key.Task >= from || (IsVoid(life, record) && !isAskedAgain))
                record.IsForgotten = true;
        }
    }

    private static bool IsVoid(Life life, TaskRecord record) =>
        life.Past.Any(p => p.IsVoid && Asked(p.Event) == record.Key.Task);

    /// <summary>It goes back just so far that the code has not heard of any failure that nothing made good.</summary>
    private void CheckPlan(Life life, PastEvent[] past, HistoryEvent.ExecutionRewound rewound)
    {
        HashSet<int> good = [.. past.Where(p => IsSuccess(p.Event)).Select(p => CallOf(life, p.Event))];
        int last = past.Last(p => p.Event is HistoryEvent.ExecutionCompleted).Turn;
        bool endedItself = past.Any(p => p.Turn == last && p.Event is HistoryEvent.OrchestratorStarted);
        int turn = rewound.Anew ? rewound.Turn : endedItself
            ? past.Where(p => IsFailure(p.Event) && !good.Contains(CallOf(life, p.Event)))
                .Min(p => p.FedIn) ?? last
            : last;
        int from = NextTask(past.Where(p => p.Turn < turn));
        int[] failed = [.. past.Where(p => IsFailure(p.Event) && (p.FedIn is null || p.FedIn >= turn))
            .Select(p => Resolved(p.Event)!.Value).Where(t => t < from).Order()];
        int next = NextTask(life.Past);
        if (rewound.Anew && !life.Runs.Any(t => t >= turn))
            Violate($"'{life.Id}' went back to turn {turn}, behind which nothing ran.");
        if (rewound.Turn != turn || rewound.From != from || rewound.Next != next
            || !rewound.Tasks.Order().SequenceEqual(failed))
            Violate($"'{life.Id}' is rewound to turn {rewound.Turn}, tasks {rewound.From} to {rewound.Next}, again "
                + $"{string.Join(' ', rewound.Tasks)}; it should be turn {turn}, tasks {from} to {next}, again "
                + $"{string.Join(' ', failed)}.");
    }

    private static void ReopenTasks(Life life, PastEvent[] past)
    {
        life.Open.Clear();
        foreach (PastEvent p in past)
        {
            if (Asked(p.Event) is { } asked && life.Tasks.TryGetValue(asked, out TaskRecord? record))
                life.Open[asked] = record;
            else if (p.Event is HistoryEvent.TimerCanceled cancelled)
                life.Open.Remove(cancelled.Task);
            else if (p.Event is HistoryEvent.EntityUnlockSent left)
                life.Open.Remove(left.Task);
            else if (Resolved(p.Event) is { } task)
                life.Open.Remove(task);
        }
        foreach (TaskRecord open in life.Open.Values)
        {
            open.IsKnown = life.Tasks.Values.Any(
                t => t is { Result: not null, IsForgotten: false } && IsSameCall(t, open));
        }
        life.Unfed = past.Count(p => p.FedIn is null && OrchestrationState.IsFed(p.Event));
        (life.Suspended, life.Parked, life.StartAt) = (false, false, null);
    }

    /// <summary>The code asks for something in an execution that was rewound: is it what it asked for before?</summary>
    private void CheckCalledAgain(Life life, TaskRecord record)
    {
        if (record.FirstTask != record.Key.Task)
        {
            record.IsKnown = life.Tasks.Values.Any(
                t => t != record && t is { Result: not null, IsForgotten: false } && IsSameCall(t, record));
            return;
        }
        // Of calls that are alike one may be asked for again while another is not.
        bool isForgotten = life.Tasks.Values.Any(t => t != record && t is { Result: not null, IsForgotten: false }
            && IsAlike(t, record) && IsVoid(life, t)
            && !life.Tasks.Values.Any(o => o != t && o.Key.Task > t.Key.Task && IsSameCall(o, t))
            && !life.Past.Any(p => !p.IsVoid && IsSuccess(p.Event) && CallOf(life, p.Event) == t.FirstTask));
        if (isForgotten)
            Violate($"'{life.Id}' asks for task {record.Key.Task} as if it had not returned before.");
    }

    private static bool IsAlike(TaskRecord a, TaskRecord b) =>
        a.Scheduled is { } x && b.Scheduled is { Attempt: 1 } y && x.Name == y.Name && x.Input.Equals(y.Input);

    private static bool IsSameCall(TaskRecord a, TaskRecord b) =>
        a.FirstTask == b.FirstTask && a.Timer is null && b.Timer is null;

    /// <summary>Whether the result is one that the same call returned before a rewind.</summary>
    private bool IsKnownResult(TaskRecord task, Payload result)
    {
        bool isKnown = task.IsKnown && task.Life.Tasks.Values.Any(
            t => t != task && t is { Result: { } before, IsForgotten: false } && before.Equals(result)
                && IsSameCall(t, task));
        if (isKnown)
            simulation.Counters.Add(Rare.KnownResult);
        return isKnown;
    }

    /// <summary>By a child that was asked for before a rewind, or from what is known since then.</summary>
    private bool IsAnsweredOtherwise(Life life, TaskKey task, HashSet<TaskKey> answered)
    {
        TaskRecord record = life.Tasks[task.Task];
        return life.WasRewound && (record.IsKnown || life.Tasks.Values.Any(
            t => IsSameCall(t, record) && answered.Contains(t.Key)));
    }

    private void CheckChildrenRewound(Life life, TurnRows rows, TurnFacts facts)
    {
        foreach (string child in facts.ToRewind)
        {
            bool told = rows.InsertMessages?.Any(m => m.Target == child && MessageCodec.Decode(m)
                is Message.Rewind { Child.Parent: { } parent } && parent.Key == life.Key) ?? false;
            if (!told)
                Violate($"'{life.Id}' was rewound, and its child '{child}' was not told.");
        }
    }

    /// <summary>A parent needs an answer: the child gives it, or will.</summary>
    private void CheckRewindTaken(
        string target, HistoryEvent.ExecutionStarted child, TurnRows rows, TurnFacts facts)
    {
        ParentLink parent = child.Parent!;
        bool isStarted = _executions.ContainsKey(child.ExecutionId);
        if (isStarted)
            simulation.Counters.Add(Rare.RewoundChildStarted);
        bool answers = rows.InsertMessages?.Any(m => _messages[m.Key].Message is Message.ChildDone d
            && d.Task == new TaskKey(parent.Key, parent.Generation, parent.Task)) ?? false;
        bool runs = ById(target) is { End: null } life && life.Parent == parent;
        if (!isStarted && !answers && !runs && !facts.Rewound)
            Violate($"'{target}' was to be rewound with its parent, and nothing came of it.");
    }

    private static int NextTask(IEnumerable<PastEvent> past) =>
        past.Max(p => p.Event is HistoryEvent.ExecutionRewound r ? r.Next : Asked(p.Event) + 1) ?? 0;

    private static int CallOf(Life life, HistoryEvent result) =>
        life.Tasks.GetValueOrDefault(Resolved(result)!.Value)?.FirstTask ?? -1;

    private static bool IsSuccess(HistoryEvent e) =>
        e is HistoryEvent.TaskCompleted or HistoryEvent.SubOrchestrationInstanceCompleted;

    private static bool IsFailure(HistoryEvent e) =>
        e is HistoryEvent.TaskFailed or HistoryEvent.SubOrchestrationInstanceFailed;

    private static bool IsOfCode(HistoryEvent e) => Asked(e) is not null
        || e is HistoryEvent.OrchestratorStarted or HistoryEvent.TimerCanceled or HistoryEvent.EntityUnlockSent
            or HistoryEvent.ExecutionCompleted or HistoryEvent.ExecutionRewound;

    private static int? Asked(HistoryEvent e) => e switch
    {
        HistoryEvent.TaskScheduled x => x.Task,
        HistoryEvent.TimerCreated x => x.Task,
        HistoryEvent.SubOrchestrationInstanceCreated x => x.Task,
        HistoryEvent.EntityOperationCalled x => x.Task,
        HistoryEvent.EntityOperationSignaled x => x.Task,
        HistoryEvent.EntityLockRequested x => x.Task,
        _ => null,
    };

    private static int? Resolved(HistoryEvent e) => e switch
    {
        HistoryEvent.TaskCompleted x => x.Task,
        HistoryEvent.TaskFailed x => x.Task,
        HistoryEvent.TimerFired x => x.Task,
        HistoryEvent.SubOrchestrationInstanceCompleted x => x.Task,
        HistoryEvent.SubOrchestrationInstanceFailed x => x.Task,
        HistoryEvent.EntityOperationCompleted x => x.Task,
        HistoryEvent.EntityOperationFailed x => x.Task,
        HistoryEvent.EntityLockGranted x => x.Task,
        _ => null,
    };
}
