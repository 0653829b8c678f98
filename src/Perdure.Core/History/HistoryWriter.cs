using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using static Perdure.Core.History.HistoryNames;

namespace Perdure.Core.History;

/// <summary>
/// Events to stored JSON. The same events give the same bytes, always: a replayed turn that does not re-encode to its
/// row is a bug, and a test holds every stored prefix against that.
/// </summary>
internal static class HistoryWriter
{
    /// <summary>Writes one history row: a JSON array.</summary>
    public static void WriteRow(IBufferWriter<byte> output, IReadOnlyList<HistoryEvent> events)
    {
        using Utf8JsonWriter writer = new(output, WriterOptions);
        WriteRow(writer, events, 0, events.Count);
    }

    public static void WriteRow(Utf8JsonWriter writer, IReadOnlyList<HistoryEvent> events, int from, int to)
    {
        writer.WriteStartArray();
        for (int i = from; i < to; i++)
            Write(writer, events[i]);
        writer.WriteEndArray();
        writer.Flush();
    }

    public static void Write(Utf8JsonWriter writer, HistoryEvent e)
    {
        writer.WriteStartObject();
        switch (e)
        {
            case HistoryEvent.OrchestratorStarted x:
                Start(writer, Types.OrchestratorStarted);
                writer.WriteNumber(At, x.At);
                break;
            case HistoryEvent.ExecutionStarted x:
                Start(writer, Types.ExecutionStarted);
                WriteStarted(writer, x);
                break;
            case HistoryEvent.TaskScheduled x:
                Start(writer, Types.TaskScheduled, x.Task);
                writer.WriteString(Name, x.Name);
                Optional(writer, Input, x.Input);
                if (x.Attempt != 1)
                    writer.WriteNumber(Attempt, x.Attempt);
                if (x.FirstTask != x.Task)
                    writer.WriteNumber(First, x.FirstTask);
                break;
            case HistoryEvent.TaskCompleted x:
                Start(writer, Types.TaskCompleted, x.Task);
                Optional(writer, Result, x.Result);
                break;
            case HistoryEvent.TaskFailed x:
                Start(writer, Types.TaskFailed, x.Task);
                WriteFailure(writer, Failure, x.Failure);
                break;
            case HistoryEvent.TimerCreated x:
                Start(writer, Types.TimerCreated, x.Task);
                writer.WriteNumber(FireAt, x.FireAt);
                writer.WriteNumber(Number, x.Number);
                break;
            case HistoryEvent.TimerFired x:
                Start(writer, Types.TimerFired, x.Task);
                break;
            case HistoryEvent.TimerCanceled x:
                Start(writer, Types.TimerCanceled, x.Task);
                break;
            case HistoryEvent.EventRaised x:
                Start(writer, Types.EventRaised);
                writer.WriteString(Name, x.Name);
                Optional(writer, Input, x.Input);
                break;
            case HistoryEvent.ExecutionCompleted x:
                Start(writer, Types.ExecutionCompleted);
                writer.WriteString(Status, x.Status.ToString());
                Optional(writer, Result, x.Result);
                if (x.Failure is not null)
                    WriteFailure(writer, Failure, x.Failure);
                break;
            default:
                WriteRare(writer, e);
                break;
        }
        writer.WriteEndObject();
    }

    private static void WriteRare(Utf8JsonWriter writer, HistoryEvent e)
    {
        switch (e)
        {
            case HistoryEvent.SubOrchestrationInstanceCreated x:
                Start(writer, Types.SubOrchestrationInstanceCreated, x.Task);
                writer.WriteString(Name, x.Name);
                writer.WriteString(Instance, x.InstanceId);
                Optional(writer, Input, x.Input);
                Optional(writer, HistoryNames.Version, x.Version);
                if (x.VersionNamed)
                    writer.WriteBoolean(VersionNamed, true);
                if (x.Detached)
                    writer.WriteBoolean(Detached, true);
                if (x.FirstTask != x.Task)
                    writer.WriteNumber(First, x.FirstTask);
                break;
            case HistoryEvent.SubOrchestrationInstanceCompleted x:
                Start(writer, Types.SubOrchestrationInstanceCompleted, x.Task);
                Optional(writer, Result, x.Result);
                break;
            case HistoryEvent.SubOrchestrationInstanceFailed x:
                Start(writer, Types.SubOrchestrationInstanceFailed, x.Task);
                WriteFailure(writer, Failure, x.Failure);
                break;
            case HistoryEvent.CustomStatusSet x:
                Start(writer, Types.CustomStatusSet);
                Optional(writer, Value, x.Value);
                break;
            case HistoryEvent.ExecutionSuspended x:
                Start(writer, Types.ExecutionSuspended);
                Optional(writer, Reason, x.Reason);
                Optional(writer, Author, x.Author);
                break;
            case HistoryEvent.ExecutionResumed x:
                Start(writer, Types.ExecutionResumed);
                Optional(writer, Reason, x.Reason);
                Optional(writer, Author, x.Author);
                break;
            case HistoryEvent.ExecutionTerminated x:
                Start(writer, Types.ExecutionTerminated);
                Optional(writer, Reason, x.Reason);
                Optional(writer, Author, x.Author);
                break;
            case HistoryEvent.ExecutionParked x:
                Start(writer, Types.ExecutionParked);
                writer.WriteString(Reason, x.Reason);
                break;
            case HistoryEvent.ExecutionRewound x:
                Start(writer, Types.ExecutionRewound);
                WriteRewound(writer, x);
                break;
            default:
                WriteEntityEvent(writer, e);
                break;
        }
    }

    private static void WriteEntityEvent(Utf8JsonWriter writer, HistoryEvent e)
    {
        switch (e)
        {
            case HistoryEvent.EntityOperationCalled x:
                Start(writer, Types.EntityOperationCalled, x.Task);
                WriteOperation(writer, x.Entity, x.Operation, x.Input);
                break;
            case HistoryEvent.EntityOperationSignaled x:
                Start(writer, Types.EntityOperationSignaled, x.Task);
                WriteOperation(writer, x.Entity, x.Operation, x.Input);
                if (x.DueAt is { } dueAt)
                    writer.WriteNumber(DueAt, dueAt);
                break;
            case HistoryEvent.EntityOperationCompleted x:
                Start(writer, Types.EntityOperationCompleted, x.Task);
                Optional(writer, Result, x.Result);
                break;
            case HistoryEvent.EntityOperationFailed x:
                Start(writer, Types.EntityOperationFailed, x.Task);
                WriteFailure(writer, Failure, x.Failure);
                break;
            case HistoryEvent.EntityLockRequested x:
                Start(writer, Types.EntityLockRequested, x.Task);
                writer.WriteStartArray(HistoryNames.Entities);
                foreach (string entity in x.Entities)
                    writer.WriteStringValue(entity);
                writer.WriteEndArray();
                break;
            case HistoryEvent.EntityLockGranted x:
                Start(writer, Types.EntityLockGranted, x.Task);
                writer.WriteString(HistoryNames.Entity, x.Entity);
                if (x.IsLast)
                    writer.WriteBoolean(Last, true);
                break;
            case HistoryEvent.EntityUnlockSent x:
                Start(writer, Types.EntityUnlockSent, x.Task);
                break;
            default:
                throw new UnreachableException($"No encoding for {e.GetType().Name}.");
        }
    }

    private static void WriteOperation(Utf8JsonWriter writer, string entity, string operation, Payload input)
    {
        writer.WriteString(HistoryNames.Entity, entity);
        writer.WriteString(Operation, operation);
        Optional(writer, Input, input);
    }

    private static void WriteStarted(Utf8JsonWriter writer, HistoryEvent.ExecutionStarted x)
    {
        writer.WriteString(Name, x.Name);
        writer.WriteString(Execution, x.ExecutionId);
        Optional(writer, HistoryNames.Version, x.Version);
        Optional(writer, Input, x.Input);
        if (x.Parent is { } parent)
        {
            writer.WriteStartObject(Parent);
            writer.WriteString(Instance, parent.InstanceId);
            writer.WriteString(Name, parent.Name);
            writer.WriteNumber(Key, parent.Key);
            writer.WriteNumber(Generation, parent.Generation);
            writer.WriteNumber(HistoryNames.Task, parent.Task);
            writer.WriteEndObject();
        }
        if (x.StartAt is { } startAt)
            writer.WriteNumber(StartAt, startAt);
        if (x.Tags is { Count: > 0 } tags)
        {
            writer.WriteStartObject(Tags);
            foreach ((string name, string value) in tags.OrderBy(t => t.Key, StringComparer.Ordinal))
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }
        Optional(writer, HistoryNames.Trace, x.TraceParent);
    }

    private static void WriteRewound(Utf8JsonWriter writer, HistoryEvent.ExecutionRewound x)
    {
        Optional(writer, Reason, x.Reason);
        Optional(writer, Author, x.Author);
        writer.WriteNumber(Turn, x.Turn);
        writer.WriteNumber(From, x.From);
        writer.WriteNumber(Next, x.Next);
        writer.WriteStartArray(Tasks);
        foreach (int task in x.Tasks)
            writer.WriteNumberValue(task);
        writer.WriteEndArray();
        if (x.Anew)
            writer.WriteBoolean(Anew, true);
    }

    public static void WriteFailure(Utf8JsonWriter writer, JsonEncodedText name, FailureDetails failure)
    {
        writer.WriteStartObject(name);
        writer.WriteString(HistoryNames.Type, failure.ErrorType);
        writer.WriteString(Message, failure.ErrorMessage);
        Optional(writer, Stack, failure.StackTrace);
        if (failure.InnerFailure is { } inner)
            WriteFailure(writer, Inner, inner);
        writer.WriteEndObject();
    }

    private static void Start(Utf8JsonWriter writer, JsonEncodedText type) =>
        writer.WriteString(HistoryNames.Type, type);

    private static void Start(Utf8JsonWriter writer, JsonEncodedText type, int task)
    {
        writer.WriteString(HistoryNames.Type, type);
        writer.WriteNumber(HistoryNames.Task, task);
    }

    private static void Optional(Utf8JsonWriter writer, JsonEncodedText name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static void Optional(Utf8JsonWriter writer, JsonEncodedText name, Payload payload)
    {
        if (payload.IsNone)
            return;
        writer.WritePropertyName(name);
        writer.WriteRawValue(payload.Span, skipInputValidation: true);
    }

    private static class Types
    {
        public static readonly JsonEncodedText OrchestratorStarted = Of(nameof(OrchestratorStarted));
        public static readonly JsonEncodedText ExecutionStarted = Of(nameof(ExecutionStarted));
        public static readonly JsonEncodedText TaskScheduled = Of(nameof(TaskScheduled));
        public static readonly JsonEncodedText TaskCompleted = Of(nameof(TaskCompleted));
        public static readonly JsonEncodedText TaskFailed = Of(nameof(TaskFailed));
        public static readonly JsonEncodedText TimerCreated = Of(nameof(TimerCreated));
        public static readonly JsonEncodedText TimerFired = Of(nameof(TimerFired));
        public static readonly JsonEncodedText TimerCanceled = Of(nameof(TimerCanceled));
        public static readonly JsonEncodedText SubOrchestrationInstanceCreated =
            Of(nameof(SubOrchestrationInstanceCreated));
        public static readonly JsonEncodedText SubOrchestrationInstanceCompleted =
            Of(nameof(SubOrchestrationInstanceCompleted));
        public static readonly JsonEncodedText SubOrchestrationInstanceFailed =
            Of(nameof(SubOrchestrationInstanceFailed));
        public static readonly JsonEncodedText EventRaised = Of(nameof(EventRaised));
        public static readonly JsonEncodedText EntityOperationCalled = Of(nameof(EntityOperationCalled));
        public static readonly JsonEncodedText EntityOperationSignaled = Of(nameof(EntityOperationSignaled));
        public static readonly JsonEncodedText EntityOperationCompleted = Of(nameof(EntityOperationCompleted));
        public static readonly JsonEncodedText EntityOperationFailed = Of(nameof(EntityOperationFailed));
        public static readonly JsonEncodedText EntityLockRequested = Of(nameof(EntityLockRequested));
        public static readonly JsonEncodedText EntityLockGranted = Of(nameof(EntityLockGranted));
        public static readonly JsonEncodedText EntityUnlockSent = Of(nameof(EntityUnlockSent));
        public static readonly JsonEncodedText CustomStatusSet = Of(nameof(CustomStatusSet));
        public static readonly JsonEncodedText ExecutionSuspended = Of(nameof(ExecutionSuspended));
        public static readonly JsonEncodedText ExecutionResumed = Of(nameof(ExecutionResumed));
        public static readonly JsonEncodedText ExecutionTerminated = Of(nameof(ExecutionTerminated));
        public static readonly JsonEncodedText ExecutionParked = Of(nameof(ExecutionParked));
        public static readonly JsonEncodedText ExecutionRewound = Of(nameof(ExecutionRewound));
        public static readonly JsonEncodedText ExecutionCompleted = Of(nameof(ExecutionCompleted));
    }
}
