using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Orchestrations;

/// <summary>
/// Endings. An ending releases all that the execution holds, in the same commit: timers are deleted, locks released,
/// the parent is answered, activities are told to stop.
/// </summary>
internal sealed partial class OrchestrationCore
{
    private void Terminate(OrchestrationTurn turn, Message.Terminate message)
    {
        if (message.OfParent is { } parent && !turn.State.IsChildOf(parent))
        {
            turn.Drop(message, $"it is no child of {parent}");
            return;
        }
        turn.Accept(message);
        if (message.Recursive)
            TerminateChildren(turn, message);
        End(turn, Terminated(turn, message));
    }

    /// <summary>In the commit of the ending: a parent that has ended leaves no child that does not know.</summary>
    private void TerminateChildren(OrchestrationTurn turn, Message.Terminate parent)
    {
        foreach (HistoryEvent opened in turn.State.Open.All)
        {
            if (opened is not HistoryEvent.SubOrchestrationInstanceCreated child)
                continue;
            Message.Terminate message = new(parent.Reason)
            {
                Author = parent.Author,
                Recursive = true,
                OfParent = turn.State.Execution,
            };
            Send(turn, child.InstanceId, message);
        }
    }

    private static HistoryEvent.ExecutionCompleted Terminated(OrchestrationTurn turn, Message.Terminate message)
    {
        Add(turn, new HistoryEvent.ExecutionTerminated(message.Reason) { Author = message.Author });
        return new HistoryEvent.ExecutionCompleted(InstanceStatus.Terminated,
            message.Reason is { } reason ? PayloadText.OfString(reason) : default, null);
    }

    private void End(OrchestrationTurn turn, HistoryEvent.ExecutionCompleted completed)
    {
        OrchestrationState state = turn.State;
        LeaveExecution(turn);
        if (state.Parent is { Task: > ParentLink.NoAnswer } parent)
        {
            TaskKey task = new(parent.Key, parent.Generation, parent.Task);
            Send(turn, parent.InstanceId, completed.Status == InstanceStatus.Completed
                ? new Message.ChildDone(task, completed.Result, null)
                : new Message.ChildDone(
                    task, default, completed.Failure ?? Failures.Terminated(state.Id, completed.Result)));
        }
        Add(turn, completed);
        turn.Completed = completed;
        turn.Ended = true;
    }

    private void ContinueAsNew(OrchestrationTurn turn, Completion.ContinuedAsNew next)
    {
        OrchestrationState state = turn.State;
        LeaveExecution(turn);
        ExecutionKey old = state.Execution;
        HistoryEvent.ExecutionStarted started = new()
        {
            Name = state.Name,
            ExecutionId = ExecutionIds.Derive(state.ExecutionId, -1),
            Version = next.Version ?? state.Version,
            Input = next.Input,
            Parent = state.Parent,
            Tags = state.Tags,
            TraceParent = state.TraceParent,
        };
        Payload customStatus = state.CustomStatus;
        // Inputs recorded ahead may stand in the same batch, in which a store deletes before it inserts: swept later
        // instead.
        if (turn.Number > limits.RowsDeletedInCommitMax || turn.InputsRecorded)
            turn.Rows.Sweep = new SweepRow(state.Partition, old.Key, old.Generation);
        else if (turn.Number > 0)
            turn.Rows.DeleteHistory = old;
        state.ContinueAsNew();
        turn.MoveTo(state.Execution);
        Add(turn, started);
        if (!customStatus.IsNone)
            Add(turn, new HistoryEvent.CustomStatusSet(customStatus));
        foreach (HistoryEvent.EventRaised unprocessed in next.Unprocessed)
            Add(turn, unprocessed);
    }

    private void LeaveExecution(OrchestrationTurn turn)
    {
        OrchestrationState state = turn.State;
        RemoveTimers(turn);
        SendReleases(turn);
        // What this turn scheduled never starts: nobody is left to want it.
        turn.Effects.RemoveAll(e => e is Effect.RunActivity or Effect.ReturnKnown);
        if (state.Open.Activities > 0)
            turn.Effects.Add(new Effect.CancelActivities(state.Execution));
    }

    /// <summary>All at once: a wide execution may hold thousands.</summary>
    private static void RemoveTimers(OrchestrationTurn turn)
    {
        OrchestrationState state = turn.State;
        if (state.Open.Count == 0 && state.StartPendingUntil is null)
            return;
        HashSet<TimerKey> unwritten = [.. turn.Rows.InsertTimers?.Select(t => t.Key) ?? []];
        turn.Rows.InsertTimers = null;
        turn.Effects.RemoveAll(e => e is Effect.ArmTimer);
        if (state.StartPendingUntil is not null && !unwritten.Contains(state.StartTimer))
            RemoveTimer(turn, state.StartTimer);
        foreach (HistoryEvent opened in state.Open.All)
        {
            if (opened is HistoryEvent.TimerCreated timer && !unwritten.Contains(KeyOf(state, timer)))
                RemoveTimer(turn, KeyOf(state, timer));
        }
    }

    /// <summary>Brings the instance row up to what the turn made of the instance.</summary>
    private static OrchestrationTurn Close(OrchestrationTurn turn)
    {
        OrchestrationState state = turn.State;
        turn.Decision = TurnDecision.Record;
        if (!turn.HasEvents)
            return turn;
        state.EndTurn(turn.Number);
        state.BeginTurn(turn.At);
        InstanceRow? before = turn.Closed(state.Row);
        bool owed = state.IsOwed || (before is { Owed: true } && !state.Ended);
        InstanceRow after = new()
        {
            Partition = state.Partition,
            Key = state.Execution.Key,
            Id = state.Id,
            Name = state.Name,
            Version = state.Version,
            Status = state.Status,
            Generation = state.Execution.Generation,
            Held = state.Held,
            Owed = owed,
            CustomStatus = state.CustomStatus,
            Created = state.Created,
            Ended = state.Ended ? turn.At : null,
            Parent = state.Parent?.InstanceId,
        };
        if (before is null)
            turn.Rows.InsertInstance = after;
        else
            turn.Rows.UpdateInstance = InstanceUpdate.Between(before, after);
        state.Row = after;
        return turn;
    }
}
