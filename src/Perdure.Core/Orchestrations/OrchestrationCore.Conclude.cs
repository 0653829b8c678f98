using System.Diagnostics;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Orchestrations;

internal sealed partial class OrchestrationCore
{
    /// <summary>The second half of a turn whose decision was to run.</summary>
    public OrchestrationTurn Conclude(OrchestrationTurn turn, CodeResult result)
    {
        OrchestrationState state = turn.State;
        switch (Bounded(turn, result))
        {
            case CodeResult.NotRun:
                break;
            case CodeResult.Overtaken overtaken:
                if (overtaken.By.Recursive)
                    TerminateChildren(turn, overtaken.By);
                End(turn, Terminated(turn, overtaken.By));
                break;
            case CodeResult.Stopped { Park: true } stopped:
                Add(turn,
                    new HistoryEvent.ExecutionParked($"{stopped.Failure.ErrorType}: {stopped.Failure.ErrorMessage}"));
                break;
            case CodeResult.Stopped stopped:
                End(turn, new HistoryEvent.ExecutionCompleted(InstanceStatus.Failed, default, stopped.Failure));
                break;
            case CodeResult.Ran ran:
                HistoryEvent.OrchestratorStarted mark = new(turn.At);
                turn.MarkRun(mark);
                state.Apply(mark);
                foreach (OrchestratorAction action in ran.Actions)
                    Act(turn, action);
                Complete(turn, ran.Completion);
                break;
            default:
                throw new UnreachableException($"No conclusion for {result.GetType().Name}.");
        }
        return Close(turn);
    }

    /// <summary>
    /// The 20 ms rule: the inputs of a turn whose code still runs become durable by themselves, and the turn goes on
    /// without them.
    /// </summary>
    public static OrchestrationTurn RecordAhead(OrchestrationTurn running)
    {
        OrchestrationState state = running.State;
        OrchestrationTurn ahead = new(state, running.At) { Execution = state.Execution, Number = state.NextTurn };
        foreach (HistoryEvent? input in running.Events.Skip(1))
            ahead.Add(input!);
        running.RemoveInputs();
        running.InputsRecorded = true;
        ahead.Taken.AddRange(running.Taken);
        running.Taken.Clear();
        ahead.Effects.AddRange(running.Effects);
        running.Effects.Clear();
        (ahead.Rows.DeleteMessages, running.Rows.DeleteMessages) = (running.Rows.DeleteMessages, null);
        (ahead.Rows.InsertTimers, running.Rows.InsertTimers) = (running.Rows.InsertTimers, null);
        (ahead.Rows.DeleteTimers, running.Rows.DeleteTimers) = (running.Rows.DeleteTimers, null);
        (ahead.Rows.InsertMessages, running.Rows.InsertMessages) = (running.Rows.InsertMessages, null);
        (ahead.Rows.DeleteInstance, running.Rows.DeleteInstance) = (running.Rows.DeleteInstance, null);
        (ahead.Rows.Tags, running.Rows.Tags) = (running.Rows.Tags, null);
        (ahead.Rows.InsertOutcomes, running.Rows.InsertOutcomes) = (running.Rows.InsertOutcomes, null);
        Close(ahead);
        running.Number = state.NextTurn;
        return ahead;
    }

    private CodeResult Bounded(OrchestrationTurn turn, CodeResult result)
    {
        if (result is not CodeResult.Ran ran)
            return result;
        long bytes = 0;
        foreach (OrchestratorAction action in ran.Actions)
        {
            bytes += action switch
            {
                OrchestratorAction.ScheduleTask a => a.Input.Length,
                OrchestratorAction.StartChild a => a.Input.Length,
                OrchestratorAction.CallEntity a => a.Input.Length,
                OrchestratorAction.SignalEntity a => a.Input.Length,
                OrchestratorAction.SetCustomStatus a => a.Value.Length,
                _ => 0,
            };
        }
        if (ran.Actions.Count > limits.ActionsPerTurnMax)
        {
            return Over(
                $"asked for {ran.Actions.Count:N0} actions in one turn; the limit is {limits.ActionsPerTurnMax:N0}. "
                + "Await some of them in between, or fan out over sub-orchestrations");
        }
        if (bytes > limits.TurnBytesMax)
        {
            return Over($"asked for {bytes:N0} bytes in one turn; the limit is {limits.TurnBytesMax:N0}. "
                + "Pass references instead of large inputs, or await in between");
        }
        int events = turn.State.EventCount + 1 + ran.Actions.Count;
        if (events > limits.HistoryEventsMax && ran.Completion is null)
        {
            return Over($"has a history of {events:N0} events; the limit is {limits.HistoryEventsMax:N0}. "
                + "Use ContinueAsNew in long loops, or sub-orchestrations");
        }
        return result;
    }

    private static CodeResult.Stopped Over(string what) => new(Failures.OverLimit(what), Park: false);

    private static void Add(OrchestrationTurn turn, HistoryEvent e)
    {
        turn.Add(e);
        turn.State.Apply(e);
    }

    private void Act(OrchestrationTurn turn, OrchestratorAction action)
    {
        OrchestrationState state = turn.State;
        switch (action)
        {
            case OrchestratorAction.ScheduleTask a:
                HistoryEvent.TaskScheduled scheduled =
                    new(a.Task, a.Name, a.Input) { Attempt = a.Attempt, FirstTask = a.FirstTask };
                scheduled = state.Former?.Same(scheduled) ?? scheduled;
                Add(turn, scheduled);
                turn.Effects.Add(EffectOf(state, scheduled));
                break;
            case OrchestratorAction.CreateTimer a:
                CreateTimer(turn, a);
                break;
            case OrchestratorAction.CancelTimer a:
                CancelTimer(turn, a);
                break;
            case OrchestratorAction.StartChild a:
                StartChild(turn, a);
                break;
            case OrchestratorAction.CallEntity a:
                CallEntity(turn, a);
                break;
            case OrchestratorAction.SignalEntity a:
                SignalEntity(turn, a);
                break;
            case OrchestratorAction.LockEntities a:
                EnterSection(turn, a);
                break;
            case OrchestratorAction.ReleaseLocks a:
                LeaveSection(turn, a);
                break;
            case OrchestratorAction.SetCustomStatus a:
                if (!a.Value.Equals(turn.State.CustomStatus))
                    Add(turn, new HistoryEvent.CustomStatusSet(a.Value));
                break;
            default:
                throw new UnreachableException($"No event for {action.GetType().Name}.");
        }
    }

    private void CreateTimer(OrchestrationTurn turn, OrchestratorAction.CreateTimer action)
    {
        OrchestrationState state = turn.State;
        HistoryEvent.TimerCreated created =
            new(action.Task, action.FireAt) { Number = numbers.DrawTimerNumber(state.Partition) };
        Add(turn, created);
        SetTimer(turn, created);
    }

    private static void SetTimer(OrchestrationTurn turn, HistoryEvent.TimerCreated timer)
    {
        OrchestrationState state = turn.State;
        TimerRow row = new(KeyOf(state, timer), state.Id,
            TimerBodies.Encode(new TaskKey(state.Execution.Key, state.Execution.Generation, timer.Task)));
        (turn.Rows.InsertTimers ??= []).Add(row);
        turn.Effects.Add(new Effect.ArmTimer(row));
    }

    private static void CancelTimer(OrchestrationTurn turn, OrchestratorAction.CancelTimer action)
    {
        // It may have fired in this very turn: then there is nothing left to cancel, but the code did ask.
        if (turn.State.Open.TryGet(action.Task, out HistoryEvent? opened) && opened is HistoryEvent.TimerCreated timer)
            RemoveTimer(turn, KeyOf(turn.State, timer));
        Add(turn, new HistoryEvent.TimerCanceled(action.Task));
    }

    private static void RemoveTimer(OrchestrationTurn turn, TimerKey key)
    {
        int created = turn.Rows.InsertTimers?.FindIndex(t => t.Key == key) ?? -1;
        if (created >= 0)
        {
            turn.Rows.InsertTimers!.RemoveAt(created);
            turn.Effects.RemoveAll(e => e is Effect.ArmTimer arm && arm.Timer.Key == key);
            if (turn.Rows.InsertTimers.Count == 0)
                turn.Rows.InsertTimers = null;
            return;
        }
        (turn.Rows.DeleteTimers ??= []).Add(key);
        turn.Effects.Add(new Effect.DisarmTimer(key));
    }

    private void StartChild(OrchestrationTurn turn, OrchestratorAction.StartChild action)
    {
        OrchestrationState state = turn.State;
        HistoryEvent.SubOrchestrationInstanceCreated child =
            new(action.Task, action.Name, action.InstanceId, action.Input)
            {
                Version = action.Version,
                VersionNamed = action.VersionNamed,
                Detached = action.Detached,
                FirstTask = action.FirstTask,
            };
        child = state.Former?.Same(child, state.ExecutionId) ?? child;
        Add(turn, child);
        if (!child.Detached && state.Former is { } former && former.TryGet(child.Task, out _))
            AskChildAgain(turn, child);
        else
            Send(turn, child.InstanceId, new Message.Start(StartOf(state, child)));
    }

    /// <summary>How a child is started; it is the same whenever it is worked out.</summary>
    private static HistoryEvent.ExecutionStarted StartOf(
        OrchestrationState state, HistoryEvent.SubOrchestrationInstanceCreated child) => new()
    {
        Name = child.Name,
        ExecutionId = ExecutionIds.Derive(state.ExecutionId, child.Task),
        Version = child.Version,
        Input = child.Input,
        Parent = new ParentLink(state.Id, state.Name, state.Execution.Key, state.Execution.Generation,
            child.Detached ? ParentLink.NoAnswer : child.Task),
        TraceParent = TraceParents.Below(state),
    };

    private void Complete(OrchestrationTurn turn, Completion? completion)
    {
        switch (completion)
        {
            case null:
                break;
            case Completion.Succeeded succeeded:
                End(turn, new HistoryEvent.ExecutionCompleted(InstanceStatus.Completed, succeeded.Result, null));
                break;
            case Completion.Failed failed:
                End(turn, new HistoryEvent.ExecutionCompleted(InstanceStatus.Failed, default,
                    Failures.Bounded(failed.Failure, limits.FailureDepthMax)));
                break;
            case Completion.ContinuedAsNew next:
                ContinueAsNew(turn, next);
                break;
            default:
                throw new UnreachableException($"No ending for {completion.GetType().Name}.");
        }
    }

    private static TimerKey KeyOf(OrchestrationState state, HistoryEvent.TimerCreated timer) =>
        new(state.Partition, timer.FireAt, timer.Number);
}
