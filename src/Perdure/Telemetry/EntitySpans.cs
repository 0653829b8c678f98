using System.Diagnostics;
using Perdure.Core.Entities;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Turns;

namespace Perdure.Telemetry;

/// <summary>
/// Spans of operations of entities, named as Durable Functions names them. An operation has two: that of whoever sends
/// it, whose context travels with the message, and below it that of the run. What an orchestration sends is written
/// after the commit, under an id that follows from the task, so replay and recovery write nothing twice; a batch of
/// operations that is run again has the spans of its run again. Without a listener nothing is made.
/// </summary>
internal static class EntitySpans
{
    private const string Signal = "signal_entity";
    private const string Call = "call_entity";

    /// <summary>A client signals: the span is over when the signal is durable.</summary>
    public static Activity? StartSignal(string entity, string operation, long? dueAt) =>
        RuntimeTelemetry.Source.HasListeners()
            ? Tagged(
                RuntimeTelemetry.Source.StartActivity(NameOf(entity, operation), ActivityKind.Producer),
                Signal, entity, null, dueAt)
            : null;

    /// <summary>
    /// The run of an operation. One whose sender has no trace begins its own, whatever goes on on this thread.
    /// </summary>
    public static Activity? StartOperation(EntityId id, EntityOperation operation)
    {
        if (!RuntimeTelemetry.Source.HasListeners())
            return null;
        if (!ActivityContext.TryParse(operation.TraceParent, null, out ActivityContext parent))
            parent = new ActivityContext(ActivityTraceId.CreateRandom(), default, ActivityTraceFlags.Recorded);
        return RuntimeTelemetry.Source.StartActivity(
                $"entity:{id.EntityName}:{operation.Name}",
                operation.IsSignal ? ActivityKind.Consumer : ActivityKind.Server, parent)
            ?.SetTag("durabletask.type", "entity")
            .SetTag("durabletask.task.operation", operation.IsSignal ? Signal : Call)
            .SetTag("durabletask.task.instance_id", id.ToString());
    }

    /// <summary>
    /// What an operation that succeeded asks for, with the context of the spans of that. An operation without a span of
    /// its own hands on that of its sender.
    /// </summary>
    public static IReadOnlyList<EntityAction> Traced(
        EntityId sender, EntityOperation operation, Activity? span, IReadOnlyList<EntityAction> actions)
    {
        if (actions.Count == 0 || (span is null && operation.TraceParent is null))
            return actions;
        return
        [
            .. from action in actions
               select action with
               {
                   TraceParent = (span is null ? null : Send(sender.ToString(), span.Context, action))
                       ?? span?.Id ?? operation.TraceParent,
               },
        ];
    }

    /// <summary>After the commit of a turn: what it sent, and the calls whose answers it took.</summary>
    public static void OnTurn(OrchestrationTurn turn)
    {
        OrchestrationState state = turn.State;
        if (!ActivityContext.TryParse(turn.TraceParent, null, out ActivityContext own))
            return;
        foreach (AnsweredCall answered in turn.Answered ?? [])
        {
            string entity = answered.Call.Entity;
            using Activity? span = Start(
                NameOf(entity, answered.Call.Operation), ActivityKind.Client, own, answered.TraceParent,
                answered.CalledAt);
            Tagged(span, Call, entity, state.Id, null);
            if (answered.Failure is { } failure)
                span?.SetStatus(ActivityStatusCode.Error, failure.ErrorMessage);
            span?.SetEndTime(TimeOf(turn.At).UtcDateTime);
        }
        foreach (Effect effect in turn.Effects)
        {
            if (effect is not Effect.Deliver
                {
                    Message: Message.Operation { Caller: null, TraceParent: { } id } signal,
                } sent)
                continue;
            using Activity? span =
                Start(NameOf(sent.Target, signal.Name), ActivityKind.Producer, own, id, turn.At);
            Tagged(span, Signal, sent.Target, state.Id, signal.DueAt)?.SetEndTime(TimeOf(turn.At).UtcDateTime);
        }
    }

    /// <summary>The span of something that an operation sends; null when it is not sampled.</summary>
    private static string? Send(string sender, ActivityContext parent, EntityAction action)
    {
        using Activity? span = action switch
        {
            EntityAction.Signal x => Tagged(
                RuntimeTelemetry.Source.StartActivity(
                    NameOf(x.EntityId, x.Operation), ActivityKind.Producer, parent),
                Signal, x.EntityId, sender, x.DueAt),
            EntityAction.StartOrchestration x => RuntimeTelemetry.Source
                .StartActivity($"create_orchestration:{x.Name}", ActivityKind.Producer, parent)
                ?.SetTag("durabletask.type", "orchestration")
                .SetTag("durabletask.task.name", x.Name)
                .SetTag("durabletask.task.instance_id", x.InstanceId),
            _ => throw new UnreachableException($"No span for {action.GetType().Name}."),
        };
        return span?.Id;
    }

    /// <summary>A span that its receiver knows already: by the id in the context that travels.</summary>
    private static Activity? Start(string name, ActivityKind kind, ActivityContext parent, string? context, long at)
    {
        Activity? span = RuntimeTelemetry.Source.StartActivity(name, kind, parent, startTime: TimeOf(at));
        if (span is not null && ActivityContext.TryParse(context, null, out ActivityContext own))
            RuntimeTelemetry.SpanIdOf(span) = own.SpanId.ToHexString();
        return span;
    }

    private static Activity? Tagged(Activity? span, string what, string entity, string? sender, long? dueAt)
    {
        span?.SetTag("durabletask.type", "entity")
            .SetTag("durabletask.task.operation", what)
            .SetTag("durabletask.event.target_instance_id", entity);
        if (sender is not null)
            span?.SetTag("durabletask.task.instance_id", sender);
        if (dueAt is { } due)
            span?.SetTag("durabletask.task.scheduled_time", TimeOf(due).ToString("O"));
        return span;
    }

    private static string NameOf(string entity, string operation) =>
        $"entity:{EntityInstanceIds.Split(entity).Name}:{operation}";

    private static DateTimeOffset TimeOf(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
