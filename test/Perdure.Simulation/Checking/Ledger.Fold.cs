using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>History: append-only, without gaps, every event where it may stand.</summary>
internal sealed partial class Ledger
{
    private void Fold(TurnRows rows, TurnFacts facts, SimulatedProcess process)
    {
        HistoryRow row = rows.History;
        Turns++;
        simulation.Counters.Turns++;
        if (!_lives.TryGetValue(row.Key, out Life? life) || life.Removed != long.MaxValue)
        {
            Violate($"History of {row.Key} was written, and there is no such instance.");
            return;
        }
        facts.Life = life;
        life.Touched = Now;
        // Copies, because the engine uses its buffers again.
        List<HistoryRow> copies =
            [row with { Events = row.Events.ToArray() },
            .. rows.HistoryParts?.Select(p => p with { Events = p.Events.ToArray() }) ?? []];
        List<HistoryEvent> events = [.. copies.SelectMany(c => HistoryReader.ReadRow(c.Events))];
        if (copies.Count > 1)
            simulation.Counters.Add(Rare.WideTurn);
        facts.Created = life.NextTurn == 0 && row.Generation == 0;
        if (row.Generation != life.Generation)
            Move(life, row, rows, facts);
        if (row.Turn != life.NextTurn || row.Part != 0)
            Violate($"'{life.Id}': turn {row.Turn}.{row.Part} follows turn {life.NextTurn - 1}.");
        if (row.At < life.LastAt)
            Violate($"'{life.Id}': turn {row.Turn} is at {row.At}, before {life.LastAt}.");
        if (life.End is not null && events[0] is not HistoryEvent.ExecutionRewound)
            Violate($"'{life.Id}': turn {row.Turn} was written after the end.");
        life.LastAt = row.At;
        life.NextTurn = row.Turn + 1;
        life.History.AddRange(copies);
        HashSet<string> before = facts.MovedGeneration ? life.Events : [];
        if (facts.MovedGeneration)
            life.Events = [];
        bool feeding = false;
        for (int i = 0; i < events.Count; i++)
            Fold(life, row, events[i], i == 0, ref feeding, facts, process);
        if (feeding && life.Held != Held.No)
            Violate($"'{life.Id}' ran in turn {row.Turn} although it is held ({life.Held}).");
        simulation.Trace(
            $"  '{life.Id}' {row.Key}.{row.Generation} turn {row.Turn}: {string.Join(' ', events.Select(Short))}");
        CheckChildrenTerminated(life, rows, facts);
        CheckChildrenRewound(life, rows, facts);
        if (facts.MovedGeneration)
            CheckCarried(life, before);
    }

    private static string Short(HistoryEvent e) => e switch
    {
        HistoryEvent.TaskScheduled x => $"TaskScheduled#{x.Task}",
        HistoryEvent.TaskCompleted x => $"TaskCompleted#{x.Task}",
        HistoryEvent.TaskFailed x => $"TaskFailed#{x.Task}",
        HistoryEvent.TimerCreated x => $"TimerCreated#{x.Task}@{x.FireAt}",
        HistoryEvent.TimerFired x => $"TimerFired#{x.Task}",
        HistoryEvent.TimerCanceled x => $"TimerCanceled#{x.Task}",
        HistoryEvent.SubOrchestrationInstanceCreated x => $"Child#{x.Task}={x.InstanceId}",
        HistoryEvent.SubOrchestrationInstanceCompleted x => $"ChildCompleted#{x.Task}",
        HistoryEvent.SubOrchestrationInstanceFailed x => $"ChildFailed#{x.Task}",
        HistoryEvent.EventRaised x => $"EventRaised:{x.Name}={x.Input}",
        HistoryEvent.EntityOperationCalled x => $"Called#{x.Task}={x.Entity}.{x.Operation}",
        HistoryEvent.EntityOperationSignaled x => $"Signaled#{x.Task}={x.Entity}.{x.Operation}@{x.DueAt}",
        HistoryEvent.EntityOperationCompleted x => $"Answered#{x.Task}={x.Result}",
        HistoryEvent.EntityOperationFailed x => $"Answered#{x.Task}:{x.Failure.ErrorMessage}",
        HistoryEvent.EntityLockRequested x => $"LockRequested#{x.Task}={string.Join(',', x.Entities)}",
        HistoryEvent.EntityLockGranted x => $"LockGranted#{x.Task}={x.Entity}",
        HistoryEvent.EntityUnlockSent x => $"UnlockSent#{x.Task}",
        HistoryEvent.ExecutionCompleted x => $"Completed:{x.Status}:{x.Failure?.ErrorMessage}",
        _ => e.GetType().Name,
    };

    private void Move(Life life, HistoryRow row, TurnRows rows, TurnFacts facts)
    {
        simulation.Counters.Add(Rare.ContinuedAsNew);
        if (row.Generation != life.Generation + 1)
            Violate($"'{life.Id}': generation {row.Generation} follows {life.Generation}.");
        bool deleted = rows.DeleteHistory == new ExecutionKey(row.Key, life.Generation) || rows.Sweep is not null;
        if (life.NextTurn > 0 && !deleted)
            Violate($"'{life.Id}': the history of generation {life.Generation} was left behind.");
        if (rows.Sweep is not null)
            simulation.Counters.Add(Rare.SweptHistory);
        facts.MovedGeneration = true;
        if (life.Locks is not null)
            simulation.Counters.Add(Rare.ContinuedInSection);
        LetGo(life, facts);
        life.KeepTasks();
        life.Moved = Now;
        life.Generation = row.Generation;
        life.NextTurn = 0;
        life.History.Clear();
        life.Open.Clear();
        life.Past.Clear();
        life.WasRewound = false;
        life.Unfed = 0;
        (life.Suspended, life.Parked, life.StartAt, life.CustomStatus) = (false, false, null, default);
    }

    /// <summary>
    /// What the old generation had and the code did not take must be in the new one; what it had not must be new.
    /// </summary>
    private void CheckCarried(Life life, HashSet<string> before)
    {
        foreach (string text in before)
        {
            if (life.Events.Contains(text))
                continue;
            if (life.Preserve)
                Violate($"'{life.Id}' lost the event {text} when it continued as new.");
            TokenOf(text).Place = TokenPlace.Discarded;
        }
    }

    private void Fold(
        Life life, HistoryRow row, HistoryEvent e, bool isFirst, ref bool feeding, TurnFacts facts,
        SimulatedProcess process)
    {
        if (life.End is not null && e is not HistoryEvent.ExecutionRewound)
            Violate($"'{life.Id}': {e.GetType().Name} stands behind the end.");
        switch (e)
        {
            case HistoryEvent.ExecutionRewound x: Rewind(life, row, x, isFirst, facts); break;
            case HistoryEvent.OrchestratorStarted:
                if (!isFirst)
                    Violate($"'{life.Id}': the mark of turn {row.Turn} is not first.");
                feeding = true;
                life.Unfed = 0;
                life.Status = InstanceStatus.Running;
                break;
            case HistoryEvent.ExecutionStarted x:
                Begin(life, row, x, feeding, facts);
                Take();
                break;
            case HistoryEvent.TaskScheduled x:
                Open(life, x.Task, e, process);
                if (x.Attempt > 1)
                    simulation.Counters.Add(Rare.RetriedActivity);
                break;
            case HistoryEvent.TimerCreated x: Open(life, x.Task, e, process); break;
            case HistoryEvent.EntityOperationCalled x:
                Open(life, x.Task, e, process);
                CallEntity(life, x, facts);
                break;
            case HistoryEvent.EntityOperationSignaled x: SignalEntity(x, facts); break;
            case HistoryEvent.EntityOperationCompleted or HistoryEvent.EntityOperationFailed:
                int call = (e as HistoryEvent.EntityOperationCompleted)?.Task
                    ?? ((HistoryEvent.EntityOperationFailed)e).Task;
                Close(life, call, t => t.Call is not null, facts, e);
                Take();
                break;
            case HistoryEvent.EntityLockRequested x:
                Open(life, x.Task, e, process);
                AskForLocks(life, x, facts);
                break;
            case HistoryEvent.EntityLockGranted x:
                TakeLock(life, x, facts, e);
                if (x.IsLast)
                    Take();
                break;
            case HistoryEvent.EntityUnlockSent x when life.Locks?.Task.Task == x.Task: LetGo(life, facts); break;
            case HistoryEvent.SubOrchestrationInstanceCreated x:
                facts.Children.Add(x);
                if (x.Detached)
                    simulation.Counters.Add(Rare.Detached);
                else
                    Open(life, x.Task, e, process);
                break;
            case HistoryEvent.TaskCompleted x:
                CheckResult(Close(life, x.Task, t => t.Scheduled is not null, facts, e), x);
                Take();
                break;
            case HistoryEvent.TaskFailed x:
                CheckFailure(Close(life, x.Task, t => t.Scheduled is not null, facts, e), x);
                Take();
                break;
            case HistoryEvent.SubOrchestrationInstanceCompleted x:
                Close(life, x.Task, t => t.Child is not null, facts, e);
                Take();
                break;
            case HistoryEvent.SubOrchestrationInstanceFailed x:
                Close(life, x.Task, t => t.Child is not null, facts, e);
                Take();
                break;
            case HistoryEvent.TimerFired { Task: < 0 }:
                CheckDue(life, row, life.StartAt, process);
                life.StartAt = null;
                break;
            case HistoryEvent.TimerFired x:
                TaskRecord? timer = Close(life, x.Task, t => t.Timer is not null, facts, e);
                CheckDue(life, row, timer?.Timer?.FireAt, process);
                if (timer is not null && timer.OpenedBy != process.Number)
                    simulation.Counters.Add(Rare.TimerFiredAfterCrash);
                Take();
                break;
            case HistoryEvent.TimerCanceled x:
                simulation.Counters.Add(Rare.CancelledTimer);
                // It may have fired in the same turn, before the code cancelled it.
                if (!life.Open.Remove(x.Task)
                    && !facts.Resolved.ContainsKey(new TaskKey(life.Key, life.Generation, x.Task)))
                    simulation.Trace($"  '{life.Id}' cancelled timer {x.Task}, which had fired");
                break;
            case HistoryEvent.EventRaised x:
                Record(life, Text(x.Input), facts);
                if (facts.MovedGeneration)
                    simulation.Counters.Add(Rare.CarriedEvents);
                Take();
                break;
            case HistoryEvent.ExecutionSuspended x:
                Said(life, x.Reason, facts);
                life.Suspended = true;
                simulation.Counters.Add(Rare.Suspended);
                break;
            case HistoryEvent.ExecutionResumed x:
                Said(life, x.Reason, facts);
                (life.Suspended, life.Parked) = (false, false);
                simulation.Counters.Add(Rare.Resumed);
                break;
            case HistoryEvent.ExecutionTerminated x: Terminate(life, x.Reason, facts); break;
            case HistoryEvent.ExecutionParked: life.Parked = true; simulation.Counters.Add(Rare.Parked); break;
            case HistoryEvent.CustomStatusSet x: life.CustomStatus = x.Value; break;
            case HistoryEvent.ExecutionCompleted x: End(life, x, facts); break;
        }
        if (feeding)
            life.Unfed = 0;
        Remember(life, row.Turn, e, feeding);

        void Take() => life.Unfed++;
    }

    private void Begin(Life life, HistoryRow row, HistoryEvent.ExecutionStarted started, bool feeding, TurnFacts facts)
    {
        if (row.Turn != 0)
            Violate($"'{life.Id}' starts in turn {row.Turn}.");
        life.Name = started.Name;
        life.Parent = started.Parent;
        life.Status = feeding || row.Generation > 0 ? InstanceStatus.Running : InstanceStatus.Pending;
        life.StartAt = started.StartAt;
        if (life.StartAt is not null)
            simulation.Counters.Add(Rare.DelayedStart);
        life.ExecutionId = started.ExecutionId;
        if (!_executions.TryAdd(started.ExecutionId, life))
            Violate($"The execution {started.ExecutionId} of '{life.Id}' exists twice: a start was done twice.");
        if (started.Input.IsNone)
            return;
        Errand errand = System.Text.Json.JsonSerializer.Deserialize<Errand>(started.Input.Span)!;
        _byNonce.TryAdd(errand.Nonce, life);
        life.Preserve = errand.Preserve;
        foreach (string seen in errand.Seen)
            Record(life, seen, facts);
    }

    private void Open(Life life, int task, HistoryEvent e, SimulatedProcess process)
    {
        TaskRecord record = new(life, new TaskKey(life.Key, life.Generation, task), e) { OpenedBy = process.Number };
        if (!life.Tasks.TryAdd(task, record))
            Violate($"'{life.Id}': task {task} was asked for twice.");
        life.Open[task] = record;
        if (life.WasRewound)
            CheckCalledAgain(life, record);
    }

    private TaskRecord? Close(Life life, int task, Func<TaskRecord, bool> fits, TurnFacts facts, HistoryEvent e)
    {
        if (!life.Open.Remove(task, out TaskRecord? record) || !fits(record))
        {
            Violate($"'{life.Id}': {e.GetType().Name} of task {task}, which is not open.");
            return null;
        }
        facts.Resolved[record.Key] = e;
        record.Result = e switch
        {
            HistoryEvent.TaskCompleted x => x.Result.Detach(),
            HistoryEvent.SubOrchestrationInstanceCompleted x => x.Result.Detach(),
            _ => null,
        };
        return record;
    }

    private void CheckResult(TaskRecord? task, HistoryEvent.TaskCompleted completed)
    {
        if (task is null)
            return;
        string result = completed.Result.ToString();
        if (!task.Runs.Any(r => r.Result == result) && !IsKnownResult(task, completed.Result))
            Violate($"Task {task.Key} of '{task.Life.Id}' completed with {result}, which no run of it returned.");
    }

    private void CheckFailure(TaskRecord? task, HistoryEvent.TaskFailed failed)
    {
        if (task is null)
            return;
        bool fits = failed.Failure.ErrorType switch
        {
            Failures.ActivityNotFound => task.Scheduled!.Name == "Nowhere",
            Failures.RefusedByStore => true,
            Failures.Poison => Openings >= simulation.DeathsMax,
            "System.TimeoutException" => task.Scheduled!.Name == "Timed",
            "System.OperationCanceledException" or "System.Threading.Tasks.TaskCanceledException" => true,
            _ => task.Runs.Any(r => r.Failure == failed.Failure.ErrorMessage),
        };
        if (failed.Failure.ErrorType == Failures.Poison)
            simulation.Counters.Add(Rare.Poisoned);
        if (failed.Failure.ErrorType == "System.TimeoutException")
            simulation.Counters.Add(Rare.TimedOutActivity);
        if (!fits)
            Violate($"Task {task.Key} of '{task.Life.Id}' failed with {failed.Failure.ErrorType}: "
                + $"{failed.Failure.ErrorMessage}, which no run of it threw.");
    }

    private void CheckDue(Life life, HistoryRow row, long? due, SimulatedProcess process)
    {
        long now = process.LatestTime;
        if (due is null)
            Violate($"'{life.Id}': a timer fired that nobody set.");
        else if (row.At < due || now < due)
            Violate($"'{life.Id}': a timer due at {due} fired at {now}, in a turn at {row.At}.");
    }

    private void Record(Life life, string text, TurnFacts facts)
    {
        facts.Tokens.Add(text);
        Token token = TokenOf(text);
        if (!life.Events.Add(text))
            Violate($"'{life.Id}' has the event {text} twice.");
        if (token.RecordedIn != 0 && token.RecordedIn != life.Key)
            Violate($"The event {text} is in '{life.Id}' ({life.Key}) and in {token.RecordedIn}.");
        if (token.WasRefused)
            Violate($"The event {text} is in '{life.Id}' although its sender was told that it failed.");
        token.Place = TokenPlace.Recorded;
        token.RecordedIn = life.Key;
    }

    private void Said(Life life, string? reason, TurnFacts facts)
    {
        if (reason is null)
            return;
        facts.Tokens.Add(reason);
        Token token = TokenOf(reason);
        if (token.Place is TokenPlace.Recorded)
            Violate($"'{life.Id}': {reason} is recorded twice.");
        if (token.WasRefused)
            Violate($"{reason} is in '{life.Id}' although its sender was told that it failed.");
        token.Place = TokenPlace.Recorded;
        token.RecordedIn = life.Key;
    }

    private static string Text(Payload payload) => payload.ToString().Trim('"');
}
