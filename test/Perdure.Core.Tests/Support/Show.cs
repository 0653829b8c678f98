using System.Buffers;
using System.Collections;
using System.Diagnostics;
using System.Reflection;
using System.Text;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Tests.Support;

/// <summary>Events, rows, effects and states as short lines of text, so that a test reads like a transcript.</summary>
internal static class Show
{
    private static readonly PropertyInfo[] StateProperties =
        typeof(OrchestrationState).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    public static IEnumerable<string> Events(OrchestrationTurn turn) =>
        turn.Events.Skip(turn.FirstEvent).Select(e => Event(e!));

    public static string Event(HistoryEvent e)
    {
        string kind = e.GetType().Name;
        return e switch
        {
            HistoryEvent.OrchestratorStarted => kind,
            HistoryEvent.ExecutionStarted x => Line(kind, x.Name, x.Input, x.StartAt is { } at ? $"at {at}" : null),
            HistoryEvent.TaskScheduled x => Line(kind, $"#{x.Task}", x.Name, x.Input),
            HistoryEvent.TaskCompleted x => Line(kind, $"#{x.Task}", x.Result),
            HistoryEvent.TaskFailed x => Line(kind, $"#{x.Task}", x.Failure.ErrorType),
            HistoryEvent.TimerCreated x => Line(kind, $"#{x.Task}", $"due {x.FireAt}"),
            HistoryEvent.TimerFired x => Line(kind, $"#{x.Task}"),
            HistoryEvent.TimerCanceled x => Line(kind, $"#{x.Task}"),
            HistoryEvent.SubOrchestrationInstanceCreated x => Line(kind, $"#{x.Task}", x.Name, x.InstanceId),
            HistoryEvent.SubOrchestrationInstanceCompleted x => Line(kind, $"#{x.Task}", x.Result),
            HistoryEvent.SubOrchestrationInstanceFailed x => Line(kind, $"#{x.Task}", x.Failure.ErrorType),
            HistoryEvent.EventRaised x => Line(kind, x.Name, x.Input),
            HistoryEvent.CustomStatusSet x => Line(kind, x.Value),
            HistoryEvent.ExecutionSuspended x => Line(kind, x.Reason, By(x.Author)),
            HistoryEvent.ExecutionResumed x => Line(kind, x.Reason, By(x.Author)),
            HistoryEvent.ExecutionTerminated x => Line(kind, x.Reason, By(x.Author)),
            HistoryEvent.ExecutionParked x => Line(kind, x.Reason),
            HistoryEvent.ExecutionRewound x =>
                Line(
                    kind, x.Reason, By(x.Author),
                    $"turn {x.Turn} tasks {x.From}-{x.Next} again [{string.Join(' ', x.Tasks)}]",
                    x.Anew ? "anew" : null),
            HistoryEvent.ExecutionCompleted x => Line(kind, x.Status, x.Result, x.Failure?.ErrorType),
            _ => EntityEvent(kind, e),
        };
    }

    private static string? By(string? author) => author is null ? null : $"by {author}";

    private static string EntityEvent(string kind, HistoryEvent e) => e switch
    {
        HistoryEvent.EntityOperationCalled x => Line(kind, $"#{x.Task}", x.Entity, x.Operation, x.Input),
        HistoryEvent.EntityOperationSignaled x => Line(
            kind, $"#{x.Task}", x.Entity, x.Operation, x.Input, x.DueAt is { } due ? $"due {due}" : null),
        HistoryEvent.EntityOperationCompleted x => Line(kind, $"#{x.Task}", x.Result),
        HistoryEvent.EntityOperationFailed x => Line(kind, $"#{x.Task}", x.Failure.ErrorType),
        HistoryEvent.EntityLockRequested x => Line(kind, $"#{x.Task}", string.Join(' ', x.Entities)),
        HistoryEvent.EntityLockGranted x => Line(kind, $"#{x.Task}", x.Entity, x.IsLast ? "last" : null),
        HistoryEvent.EntityUnlockSent x => Line(kind, $"#{x.Task}"),
        _ => throw new UnreachableException($"No text for {kind}."),
    };

    public static IEnumerable<string> Rows(TurnRows rows)
    {
        if (rows.DeleteInstance is { } deleted)
            yield return $"delete instance {deleted}";
        if (rows.InsertInstance is { } inserted)
            yield return Line(
                $"insert instance {inserted.Key}", inserted.Status, inserted.Held is Held.No ? null : inserted.Held,
                inserted.Owed ? "owed" : null);
        if (rows.UpdateInstance is { } u)
            yield return Line(
                "update instance", u.Status, u.Generation is { } g ? $"generation {g}" : null,
                u.Held is Held.No ? "released" : u.Held,
                u.Owed is { } owed ? (owed ? "owed" : "not owed") : null,
                u.CustomStatus is { } custom ? $"custom {custom}" : null, u.Ended is { } at ? $"ended {at}" : null,
                u.Reopened ? "reopened" : null);
        if (rows.DeleteHistory is { } execution)
            yield return $"delete history {execution}";
        if (rows.Sweep is { } sweep)
            yield return $"sweep {sweep.Key}.{sweep.Generation}";
        if (!rows.History.Events.IsEmpty)
            yield return $"history {rows.History.Key}.{rows.History.Generation}/{rows.History.Turn}";
        foreach (HistoryRow part in rows.HistoryParts ?? [])
            yield return $"history {part.Key}.{part.Generation}/{part.Turn} part {part.Part}";
        if (rows.UpsertEntity is { } entity)
            yield return Line("entity", entity.State, entity.Holder is { } holder ? $"held by {holder.Task}" : null,
                $"last {entity.Last}");
        if (rows.DeleteEntity is { } gone)
            yield return $"delete entity {gone}";
        foreach (MessageRow row in rows.InsertMessages ?? [])
            yield return $"message to {row.Target}";
        foreach (MessageKey key in rows.DeleteMessages ?? [])
            yield return $"delete message {key.Number}";
        foreach (TimerRow row in rows.InsertTimers ?? [])
            yield return $"timer {row.Key.Due}";
        foreach (TimerKey key in rows.DeleteTimers ?? [])
            yield return $"delete timer {key.Due}";
    }

    /// <summary>What an entity sends, with all that is in it.</summary>
    public static string Sent(string target, Message message) => message switch
    {
        Message.OperationDone { Failure: { } failure } x => Line($"{target}#{x.Task.Task} failed", failure.ErrorType),
        Message.OperationDone x => Line($"{target}#{x.Task.Task} =", x.Result),
        Message.LockGranted x => $"{target}#{x.Task.Task} locks {x.Entity}",
        Message.Operation { Caller: null } x => Line(target, x.Name, x.Input, x.DueAt is { } due ? $"due {due}" : null),
        Message.Start x => Line("start", x.Event.Name, "as", target, x.Event.Input),
        _ => throw new UnreachableException($"An entity sends no {message.GetType().Name}."),
    };

    public static string Entity(EntityState state) =>
        Line(state.Name, state.Key, state.State, state.Holder, $"last {state.Last}", state.Row);

    public static string Effect(Effect effect) => effect switch
    {
        Effect.RunActivity x => $"run #{x.Task.Task} {x.Task.Name}{(x.Again ? " again" : "")}",
        Effect.ReturnKnown { Result: Message.TaskDone x } => $"return #{x.Task.Task} {x.Result}",
        Effect.ReturnKnown { Result: Message.ChildDone x } => $"return #{x.Task.Task} {x.Result}",
        Effect.Deliver x => $"deliver {x.Message.GetType().Name} to {x.Target}",
        Effect.ArmTimer x => $"arm {x.Timer.Key.Due}",
        Effect.DisarmTimer x => $"disarm {x.Timer.Due}",
        Effect.Answer x => $"answer {x.Ticket} {x.Outcome}",
        Effect.CancelActivities x => $"cancel {x.Execution}",
        _ => throw new UnreachableException($"No text for {effect.GetType().Name}."),
    };

    /// <summary>
    /// Everything that can be seen of a state; by reflection, so that a new property is compared as well.
    /// </summary>
    public static string State(OrchestrationState state)
    {
        StringBuilder text = new();
        foreach (PropertyInfo property in StateProperties)
            text.AppendLine($"{property.Name}: {Value(property.GetValue(state))}");
        return text.ToString();
    }

    private static string Value(object? value) => value switch
    {
        null => "-",
        string text => text,
        OpenTasks open => string.Join("; ", open.All.Select(Json)) + $" activities {open.Activities}",
        HistoryEvent e => Json(e),
        IReadOnlyDictionary<string, string> tags => string.Join("; ", tags.OrderBy(t => t.Key, StringComparer.Ordinal)),
        IEnumerable many => string.Join("; ", many.Cast<object?>().Select(Value)),
        _ => value.ToString()!,
    };

    public static string Json(HistoryEvent e)
    {
        ArrayBufferWriter<byte> buffer = new();
        HistoryWriter.WriteRow(buffer, [e]);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Line(params object?[] parts) =>
        string.Join(' ', parts.Select(p => p?.ToString()).Where(p => !string.IsNullOrEmpty(p)));
}
