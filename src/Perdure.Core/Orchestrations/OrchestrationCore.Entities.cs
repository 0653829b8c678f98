using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;

namespace Perdure.Core.Orchestrations;

/// <summary>
/// Calls, signals and locks of entities. The entities of a critical section are asked one at a time: from one
/// orchestration to one entity messages keep their order, so a release can never overtake its request, and an ending
/// that sends one to each entity asked so far leaves no lock behind.
/// </summary>
internal sealed partial class OrchestrationCore
{
    private HistoryEvent ResultOf(Message.OperationDone done) => done.Failure is null
        ? new HistoryEvent.EntityOperationCompleted(done.Task.Task, done.Result)
        : new HistoryEvent.EntityOperationFailed(done.Task.Task, done.Failure);

    private void TakeAnswer(OrchestrationTurn turn, Message.OperationDone message)
    {
        OrchestrationState state = turn.State;
        if (state.CalledAt(message.Task) is { } at
            && state.Open.TryGet(message.Task.Task, out HistoryEvent? opened)
            && opened is HistoryEvent.EntityOperationCalled call)
        {
            (turn.Answered ??= []).Add(new AnsweredCall(call, at, TraceOf(turn, call.Task), message.Failure));
        }
        TakeResult<HistoryEvent.EntityOperationCalled>(turn, message, message.Task, ResultOf(message));
    }

    private void CallEntity(OrchestrationTurn turn, OrchestratorAction.CallEntity action)
    {
        Add(turn,
            new HistoryEvent.EntityOperationCalled(action.Task, action.EntityId, action.Operation, action.Input));
        Send(turn, action.EntityId, new Message.Operation(action.Operation, action.Input)
        {
            Caller = CallerOf(turn.State, action.Task),
            TraceParent = TraceOf(turn, action.Task),
        });
    }

    private void SignalEntity(OrchestrationTurn turn, OrchestratorAction.SignalEntity action)
    {
        Add(turn,
            new HistoryEvent.EntityOperationSignaled(action.Task, action.EntityId, action.Operation, action.Input)
            {
                DueAt = action.DueAt,
            });
        Send(turn, action.EntityId, new Message.Operation(action.Operation, action.Input)
        {
            DueAt = action.DueAt,
            TraceParent = TraceOf(turn, action.Task),
        });
    }

    private void EnterSection(OrchestrationTurn turn, OrchestratorAction.LockEntities action)
    {
        Add(turn, new HistoryEvent.EntityLockRequested(action.Task, action.EntityIds));
        AskNext(turn);
    }

    private void LeaveSection(OrchestrationTurn turn, OrchestratorAction.ReleaseLocks action)
    {
        if (turn.State.Section?.Task == action.Task)
            SendReleases(turn);
        Add(turn, new HistoryEvent.EntityUnlockSent(action.Task));
    }

    private void TakeGrant(OrchestrationTurn turn, Message.LockGranted message)
    {
        OrchestrationState state = turn.State;
        if (message.Task.Execution != state.Execution)
            turn.Drop(message, $"its execution {message.Task.Execution} is over");
        else if (state.Section is not { } section || section.Task != message.Task.Task
            || section.Awaited != message.Entity)
            turn.Drop(message, $"the lock of '{message.Entity}' is not asked for");
        else
        {
            bool isLast = section.Granted + 1 == section.Entities.Count;
            Record(turn, message, new HistoryEvent.EntityLockGranted(section.Task, message.Entity, isLast));
            if (!isLast)
                AskNext(turn);
        }
    }

    private void AskNext(OrchestrationTurn turn)
    {
        SectionLocks section = turn.State.Section!;
        Send(turn, section.Awaited!, new Message.LockRequest(CallerOf(turn.State, section.Task)));
    }

    /// <summary>
    /// To every entity that was asked: it takes back the lock, or the request for it if that still waits.
    /// </summary>
    private void SendReleases(OrchestrationTurn turn)
    {
        if (turn.State.Section is not { } section)
            return;
        TaskKey request = CallerOf(turn.State, section.Task).Task;
        foreach (string entity in section.Asked)
            Send(turn, entity, new Message.Release(request));
    }

    private static string? TraceOf(OrchestrationTurn turn, int task)
    {
        turn.TraceParent ??= TraceParents.Below(turn.State);
        return TraceParents.OfTask(turn.State, task);
    }

    private static EntityCaller CallerOf(OrchestrationState state, int task) =>
        new(state.Id, new TaskKey(state.Execution.Key, state.Execution.Generation, task));
}
