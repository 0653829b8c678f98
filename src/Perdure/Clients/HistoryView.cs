using Perdure.Core.History;
using Perdure.Core.Stores;

namespace Perdure.Clients;

/// <summary>
/// A stored history as clients see it: one entry an event, in stored order, without what rewinds have made void.
/// </summary>
internal static class HistoryView
{
    public static IReadOnlyList<DurableHistoryEvent> Of(IReadOnlyList<HistoryRow> rows, bool showInput, bool showOutput)
    {
        List<DurableHistoryEvent> view = [];
        foreach (StoredTurn turn in Rewinds.Lived(HistoryReader.ReadTurns(rows)))
        {
            view.AddRange(turn.Events.Select(e =>
                Of(e, StatusView.ToTime(turn.At), showInput, showOutput) with { Turn = turn.Number }));
        }
        return view;
    }

    private static DurableHistoryEvent Of(HistoryEvent e, DateTime at, bool showInput, bool showOutput)
    {
        DurableHistoryEvent entry = new() { EventType = e.GetType().Name, Timestamp = at };
        Payload Input(Payload p) => showInput ? p : default;
        Payload Output(Payload p) => showOutput ? p : default;
        return e switch
        {
            HistoryEvent.ExecutionStarted x => entry with { Name = x.Name, Input = Json(Input(x.Input)) },
            HistoryEvent.TaskScheduled x => entry with { TaskId = x.Task, Name = x.Name, Input = Json(Input(x.Input)) },
            HistoryEvent.TaskCompleted x => entry with { TaskId = x.Task, Result = Json(Output(x.Result)) },
            HistoryEvent.TaskFailed x => entry with { TaskId = x.Task, Failure = x.Failure },
            HistoryEvent.SubOrchestrationInstanceCreated x =>
                entry with { TaskId = x.Task, Name = x.Name, InstanceId = x.InstanceId, Input = Json(Input(x.Input)) },
            HistoryEvent.SubOrchestrationInstanceCompleted x =>
                entry with { TaskId = x.Task, Result = Json(Output(x.Result)) },
            HistoryEvent.SubOrchestrationInstanceFailed x => entry with { TaskId = x.Task, Failure = x.Failure },
            HistoryEvent.TimerCreated x => entry with { TaskId = x.Task, FireAt = StatusView.ToTime(x.FireAt) },
            HistoryEvent.TimerFired x => entry with { TaskId = x.Task },
            HistoryEvent.TimerCanceled x => entry with { TaskId = x.Task },
            HistoryEvent.EventRaised x => entry with { Name = x.Name, Input = Json(Input(x.Input)) },
            HistoryEvent.EntityOperationCalled x =>
                entry with { TaskId = x.Task, Name = x.Operation, InstanceId = x.Entity, Input = Json(Input(x.Input)) },
            HistoryEvent.EntityOperationSignaled x => entry with
            {
                TaskId = x.Task,
                Name = x.Operation,
                InstanceId = x.Entity,
                Input = Json(Input(x.Input)),
                FireAt = x.DueAt is { } due ? StatusView.ToTime(due) : null,
            },
            HistoryEvent.EntityOperationCompleted x => entry with { TaskId = x.Task, Result = Json(Output(x.Result)) },
            HistoryEvent.EntityOperationFailed x => entry with { TaskId = x.Task, Failure = x.Failure },
            HistoryEvent.EntityLockRequested x =>
                entry with { TaskId = x.Task, Name = string.Join(", ", x.Entities) },
            HistoryEvent.EntityLockGranted x => entry with { TaskId = x.Task, InstanceId = x.Entity },
            HistoryEvent.EntityUnlockSent x => entry with { TaskId = x.Task },
            HistoryEvent.CustomStatusSet x => entry with { Result = Json(x.Value) },
            HistoryEvent.ExecutionSuspended x => entry with { Reason = x.Reason, Author = x.Author },
            HistoryEvent.ExecutionResumed x => entry with { Reason = x.Reason, Author = x.Author },
            HistoryEvent.ExecutionTerminated x => entry with { Reason = x.Reason, Author = x.Author },
            HistoryEvent.ExecutionParked x => entry with { Reason = x.Reason },
            HistoryEvent.ExecutionRewound x => entry with { Reason = x.Reason, Author = x.Author },
            HistoryEvent.ExecutionCompleted x => entry with
            {
                Status = (OrchestrationRuntimeStatus)(int)x.Status,
                Result = Json(Output(x.Result)),
                Failure = x.Failure,
            },
            _ => entry,
        };
    }

    private static System.Text.Json.JsonElement? Json(Payload payload) =>
        payload.IsNone ? null : StatusView.ToJson(payload);
}
