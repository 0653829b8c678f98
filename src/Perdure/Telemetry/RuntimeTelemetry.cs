using System.Diagnostics;
using System.Runtime.CompilerServices;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Runtime;
using Perdure.Runtime.Streams;
using Perdure.Runtime.Timers;

namespace Perdure.Telemetry;

/// <summary>
/// Spans of the source <c>Perdure</c>, named as Durable Functions names them. An orchestration is one span over all its
/// turns and all processes that ran them: it is written once, at the end, under an id derived from the execution, which
/// is also the parent of its activities' spans. Replay writes nothing.
/// </summary>
internal sealed class RuntimeTelemetry(Node node)
{
    public static readonly ActivitySource Source = new("Perdure");

    /// <summary>The span of a start by a client; its context travels with the start.</summary>
    public static Activity? StartCreation(string name, string instanceId)
    {
        if (!Source.HasListeners())
            return null;
        Activity? span = Source.StartActivity($"create_orchestration:{name}", ActivityKind.Producer);
        span?.SetTag("durabletask.type", "orchestration").SetTag("durabletask.task.name", name)
            .SetTag("durabletask.task.instance_id", instanceId);
        return span;
    }

    public Activity? StartActivity(ActivityWork work)
    {
        if (!Source.HasListeners())
            return null;
        if (work.Delivery is TimerDelivery timer)
            return StartTimer(work, timer);
        if (work.Delivery is { } delivery)
            return StartDelivery(work, delivery);
        Activity? span = Source.StartActivity(
            $"activity:{work.Call.Name}", ActivityKind.Server, ContextOf(work.ExecutionId, work.TraceParent));
        span?.SetTag("durabletask.type", "activity")
            .SetTag("durabletask.task.name", work.Call.Name)
            .SetTag("durabletask.task.instance_id", work.Source.Id)
            .SetTag("durabletask.task.task_id", work.Call.Task)
            .SetTag("durabletask.task.attempt", work.Call.Attempt);
        return span;
    }

    /// <summary>Nobody has sent it, so the trace begins here.</summary>
    private static Activity? StartTimer(ActivityWork work, TimerDelivery timer) =>
        Source.StartActivity($"timer:{work.Call.Name}", ActivityKind.Internal, default(ActivityContext))
            ?.SetTag("perdure.timer.occurrence", timer.OccurrenceId)
            .SetTag("perdure.delivery", work.Call.Attempt);

    /// <summary>
    /// A message or an event is processed: below whoever sent it, whatever its id. A batch has no one sender.
    /// </summary>
    private static Activity? StartDelivery(ActivityWork work, Delivery delivery)
    {
        ActivityContext.TryParse(work.TraceParent, null, out ActivityContext sender);
        Activity? span = Source.StartActivity($"process {delivery.Origin}", ActivityKind.Consumer, sender);
        span?.SetTag("messaging.system", "perdure")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", delivery.Origin)
            .SetTag("messaging.message.id", work.ExecutionId)
            .SetTag("perdure.delivery", work.Call.Attempt);
        if (delivery is StreamDelivery stream)
        {
            span?.SetTag("messaging.consumer.group.name", stream.Reader.Function.Consumer.Group)
                .SetTag("messaging.batch.message_count", stream.Events.Count);
        }
        return span;
    }

    public void End(Activity? span, FailureDetails? failure)
    {
        if (span is null)
            return;
        if (failure is not null)
            span.SetStatus(ActivityStatusCode.Error, failure.ErrorMessage);
        span.Dispose();
    }

    /// <summary>After the commit of a turn.</summary>
    public void OnTurn(OrchestrationTurn turn)
    {
        OrchestrationState state = turn.State;
        if (turn.Rows.InsertInstance is not null)
            node.Meters.OrchestrationStarted(state.Name);
        if (state.EventCount > node.Settings.Limits.HistoryEventsWarning
            && state.EventCount - turn.Events.Count <= node.Settings.Limits.HistoryEventsWarning)
            node.Logger.LongHistory(state.Id, state.EventCount, node.Settings.Limits.HistoryEventsMax);
        if (turn.Rows.UpdateInstance?.Held == Core.Orchestrations.Held.Parked)
            node.Logger.OrchestrationParked(state.Name, state.Id, state.HeldReason);
        if (Source.HasListeners())
            EntitySpans.OnTurn(turn);
        if (turn.Rewound)
            OnRewound(turn);
        if (turn.Completed is { } completed)
            OnEnded(turn, completed);
    }

    private void OnRewound(OrchestrationTurn turn)
    {
        HistoryEvent.ExecutionRewound rewound = turn.Events.OfType<HistoryEvent.ExecutionRewound>().Single();
        node.Meters.Rewound.Add(1, new KeyValuePair<string, object?>("name", turn.State.Name));
        node.Logger.OrchestrationRewound(turn.State.Name, turn.State.Id, rewound.Turn, rewound.Reason);
    }

    /// <summary>After the commit of a turn of an entity.</summary>
    public void OnTurn(EntityTurn turn)
    {
        node.Meters.EntityOperations(turn.State.Name, turn.Done);
        foreach ((string operation, FailureDetails failure) in turn.FailedSignals ?? [])
        {
            node.Logger.SignalFailed(
                turn.State.Id, operation, failure.ErrorType, failure.ErrorMessage, TraceOf(failure));
        }
    }

    /// <summary>Where it was thrown, and what caused it; no history keeps that of a signal.</summary>
    private static string TraceOf(FailureDetails failure)
    {
        string own = failure.StackTrace is { } stack ? $"{Environment.NewLine}{stack}" : "";
        return failure.InnerFailure is { } inner
            ? $"{own}{Environment.NewLine}caused by {inner.ErrorType}: {inner.ErrorMessage}{TraceOf(inner)}"
            : own;
    }

    private void OnEnded(OrchestrationTurn turn, HistoryEvent.ExecutionCompleted completed)
    {
        OrchestrationState state = turn.State;
        string status = completed.Status.ToString();
        node.Meters.OrchestrationEnded(state.Name, status, TimeSpan.FromMilliseconds(turn.At - state.Created));
        if (completed.Failure is { } failure)
            node.Logger.OrchestrationFailed(state.Name, state.Id, failure.ErrorType, failure.ErrorMessage);
        else
            node.Logger.OrchestrationEnded(state.Name, state.Id, status);
        if (!Source.HasListeners())
            return;
        ActivityContext own = ContextOf(state.ExecutionId, state.TraceParent);
        ActivityContext parent = ActivityContext.TryParse(state.TraceParent, null, out ActivityContext starter)
            ? starter
            : new ActivityContext(own.TraceId, default, ActivityTraceFlags.Recorded);
        using Activity? span = Source.StartActivity(
            $"orchestration:{state.Name}", ActivityKind.Server, parent,
            startTime: DateTimeOffset.FromUnixTimeMilliseconds(state.Created));
        if (span is null)
            return;
        SpanIdOf(span) = own.SpanId.ToHexString();
        span.SetTag("durabletask.type", "orchestration")
            .SetTag("durabletask.task.name", state.Name)
            .SetTag("durabletask.task.instance_id", state.Id)
            .SetTag("durabletask.task.execution_id", state.ExecutionId)
            .SetTag("durabletask.task.version", state.Version)
            .SetTag("durabletask.task.status", status);
        if (completed.Failure is not null)
            span.SetStatus(ActivityStatusCode.Error, completed.Failure.ErrorMessage);
        span.SetEndTime(DateTimeOffset.FromUnixTimeMilliseconds(turn.At).UtcDateTime);
    }

    /// <summary>The context of an orchestration's own span: the trace of its starter, or one of its own.</summary>
    private static ActivityContext ContextOf(string executionId, string? traceParent)
    {
        ActivityTraceId trace = ActivityContext.TryParse(traceParent, null, out ActivityContext starter)
            ? starter.TraceId
            : ActivityTraceId.CreateFromString(executionId);
        return new ActivityContext(
            trace, ActivitySpanId.CreateFromString(executionId.AsSpan(16)), ActivityTraceFlags.Recorded);
    }

    // The framework offers no way to say which id a span has, and a span that outlives its process needs one.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    public static extern ref string? SpanIdOf(Activity activity);
}
