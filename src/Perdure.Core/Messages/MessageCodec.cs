using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Core.Timers;

namespace Perdure.Core.Messages;

/// <summary>
/// Messages as rows: the body is a JSON array of the one history event that the message becomes, the kind says which
/// message it is. Events and their encoding exist already, so messages need none of their own.
/// </summary>
internal static class MessageCodec
{
    private const int StartKind = 1;
    private const int ChildDoneKind = 2;
    private const int RaiseKind = 3;
    private const int TerminateKind = 4;
    private const int SuspendKind = 5;
    private const int ResumeKind = 6;
    private const int StartOnceKind = 7;
    private const int TerminateAllKind = 8;
    private const int TerminateChildKind = 9;
    private const int OperationDoneKind = 10;
    private const int LockGrantedKind = 11;
    private const int RewindKind = 12;
    private const int RewindChildKind = 13;
    private const int PurgeKind = 14;
    private const int TaskDoneKind = 15;
    private const int WorkDoneKind = 16;

    public static MessageRow Encode(MessageKey key, string target, Message message) => message.RequestId is { } asked
        ? RequestCodec.Wrap(EncodePlain(key, target, message), asked)
        : EncodePlain(key, target, message);

    /// <exception cref="FormatException">The row is damaged, or of a newer version.</exception>
    public static Message Decode(MessageRow row)
    {
        if (!RequestCodec.IsWrapped(row))
            return DecodePlain(row);
        (MessageRow plain, string asked) = RequestCodec.Unwrap(row);
        return DecodePlain(plain) with { RequestId = asked };
    }

    private static MessageRow EncodePlain(MessageKey key, string target, Message message)
    {
        if (EntityMessageCodec.TryEncode(message, out int entityKind, out ReadOnlyMemory<byte> entityBody))
            return new MessageRow(key, target, entityKind, entityBody);
        if (message is Message.QueueItem item)
            return new MessageRow(key, target, QueueItemCodec.Kind, QueueItemCodec.Encode(item));
        if (message is Message.Append append)
            return new MessageRow(key, target, EventCodec.Kind, EventCodec.Encode(append.Events));
        if (message is Message.TimerOrder order)
            return new MessageRow(key, target, TimerOrderCodec.Kind, TimerOrderCodec.Encode(order));
        if (message is Message.Checkpoint checkpoint)
            return new MessageRow(key, target, CheckpointCodec.Kind, CheckpointCodec.Encode(checkpoint));
        if (message is Message.Purge purge)
            return new MessageRow(key, target, PurgeKind, RequestCodec.EncodePurge(purge));
        if (message is Message.WorkDone work)
            return new MessageRow(key, target, WorkDoneKind, EncodeWork(work));
        (int kind, HistoryEvent body, ExecutionKey execution) = message switch
        {
            Message.Start m => (m.OnlyIfNeverStarted ? StartOnceKind : StartKind, m.Event, default),
            Message.TaskDone { Failure: null } m => (
                TaskDoneKind, new HistoryEvent.TaskCompleted(m.Task.Task, m.Result), m.Task.Execution),
            Message.TaskDone m => (
                TaskDoneKind, new HistoryEvent.TaskFailed(m.Task.Task, m.Failure!), m.Task.Execution),
            Message.ChildDone { Failure: null } m => (
                ChildDoneKind, new HistoryEvent.SubOrchestrationInstanceCompleted(m.Task.Task, m.Result),
                m.Task.Execution),
            Message.ChildDone m => (
                ChildDoneKind, new HistoryEvent.SubOrchestrationInstanceFailed(m.Task.Task, m.Failure!),
                m.Task.Execution),
            Message.OperationDone { Failure: null } m => (
                OperationDoneKind, new HistoryEvent.EntityOperationCompleted(m.Task.Task, m.Result), m.Task.Execution),
            Message.OperationDone m => (
                OperationDoneKind, new HistoryEvent.EntityOperationFailed(m.Task.Task, m.Failure!), m.Task.Execution),
            Message.LockGranted m => (
                LockGrantedKind, new HistoryEvent.EntityLockGranted(m.Task.Task, m.Entity, false), m.Task.Execution),
            Message.Raise m => (RaiseKind, new HistoryEvent.EventRaised(m.Name, m.Input), default),
            Message.Terminate { OfParent: { } parent } m => (
                TerminateChildKind, new HistoryEvent.ExecutionTerminated(m.Reason) { Author = m.Author }, parent),
            Message.Terminate m => (
                m.Recursive ? TerminateAllKind : TerminateKind,
                new HistoryEvent.ExecutionTerminated(m.Reason) { Author = m.Author }, default),
            Message.Rewind m => (
                m.Child is null ? RewindKind : RewindChildKind,
                new HistoryEvent.ExecutionRewound(m.Reason, m.Turn ?? 0, 0, 0, [])
                {
                    Author = m.Author, Anew = m.Turn is not null,
                }, default),
            Message.Suspend m => (
                SuspendKind, new HistoryEvent.ExecutionSuspended(m.Reason) { Author = m.Author }, default),
            Message.Resume m => (
                ResumeKind, (HistoryEvent)new HistoryEvent.ExecutionResumed(m.Reason) { Author = m.Author },
                default(ExecutionKey)),
            _ => throw new UnreachableException($"{message.GetType().Name} is never a row."),
        };
        ArrayBufferWriter<byte> buffer = new(256);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartArray();
        if (NamesExecution(kind))
        {
            writer.WriteNumberValue(execution.Key);
            writer.WriteNumberValue(execution.Generation);
        }
        HistoryWriter.Write(writer, body);
        if (message is Message.Rewind { Child: { } child })
            HistoryWriter.Write(writer, child);
        writer.WriteEndArray();
        writer.Flush();
        return new MessageRow(key, target, kind, buffer.WrittenMemory);
    }

    private static Message DecodePlain(MessageRow row)
    {
        if (EntityMessageCodec.Knows(row.Kind))
            return EntityMessageCodec.Decode(row.Kind, row.Body) with { Row = row.Key };
        if (row.Kind == QueueItemCodec.Kind)
            return QueueItemCodec.Decode(row.Body) with { Row = row.Key };
        if (row.Kind == EventCodec.Kind)
            return new Message.Append(EventCodec.Decode(row.Body)) { Row = row.Key };
        if (row.Kind == TimerOrderCodec.Kind)
            return TimerOrderCodec.Decode(row.Body) with { Row = row.Key };
        if (row.Kind == CheckpointCodec.Kind)
            return CheckpointCodec.Decode(row.Body) with { Row = row.Key };
        if (row.Kind == PurgeKind)
            return RequestCodec.DecodePurge(row);
        if (row.Kind == WorkDoneKind)
            return DecodeWork(row);
        ExecutionKey execution = default;
        ReadOnlyMemory<byte> body = row.Body;
        if (NamesExecution(row.Kind))
            (execution, body) = TakeExecution(row.Body);
        List<HistoryEvent> events = HistoryReader.ReadRow(body);
        if (row.Kind == RewindChildKind
            && events is [HistoryEvent.ExecutionRewound rewound, HistoryEvent.ExecutionStarted child])
            return new Message.Rewind(rewound.Reason) { Author = rewound.Author, Child = child, Row = row.Key };
        if (events is not [HistoryEvent e])
            throw new FormatException($"The message {row.Key} to '{row.Target}' does not hold exactly one event.");
        Message message = (row.Kind, e) switch
        {
            (StartKind, HistoryEvent.ExecutionStarted x) => new Message.Start(x),
            (StartOnceKind, HistoryEvent.ExecutionStarted x) => new Message.Start(x) { OnlyIfNeverStarted = true },
            (TaskDoneKind, HistoryEvent.TaskCompleted x) =>
                new Message.TaskDone(new TaskKey(execution.Key, execution.Generation, x.Task), x.Result, null),
            (TaskDoneKind, HistoryEvent.TaskFailed x) =>
                new Message.TaskDone(new TaskKey(execution.Key, execution.Generation, x.Task), default, x.Failure),
            (ChildDoneKind, HistoryEvent.SubOrchestrationInstanceCompleted x) =>
                new Message.ChildDone(new TaskKey(execution.Key, execution.Generation, x.Task), x.Result, null),
            (ChildDoneKind, HistoryEvent.SubOrchestrationInstanceFailed x) =>
                new Message.ChildDone(new TaskKey(execution.Key, execution.Generation, x.Task), default, x.Failure),
            (OperationDoneKind, HistoryEvent.EntityOperationCompleted x) =>
                new Message.OperationDone(new TaskKey(execution.Key, execution.Generation, x.Task), x.Result, null),
            (OperationDoneKind, HistoryEvent.EntityOperationFailed x) =>
                new Message.OperationDone(new TaskKey(execution.Key, execution.Generation, x.Task), default, x.Failure),
            (LockGrantedKind, HistoryEvent.EntityLockGranted x) =>
                new Message.LockGranted(new TaskKey(execution.Key, execution.Generation, x.Task), x.Entity),
            (RaiseKind, HistoryEvent.EventRaised x) => new Message.Raise(x.Name, x.Input),
            (TerminateKind, HistoryEvent.ExecutionTerminated x) =>
                new Message.Terminate(x.Reason) { Author = x.Author },
            (TerminateAllKind, HistoryEvent.ExecutionTerminated x) =>
                new Message.Terminate(x.Reason) { Author = x.Author, Recursive = true },
            (TerminateChildKind, HistoryEvent.ExecutionTerminated x) =>
                new Message.Terminate(x.Reason) { Author = x.Author, Recursive = true, OfParent = execution },
            (RewindKind, HistoryEvent.ExecutionRewound x) => new Message.Rewind(x.Reason)
            {
                Author = x.Author, Turn = x.Anew ? x.Turn : null,
            },
            (SuspendKind, HistoryEvent.ExecutionSuspended x) => new Message.Suspend(x.Reason) { Author = x.Author },
            (ResumeKind, HistoryEvent.ExecutionResumed x) => new Message.Resume(x.Reason) { Author = x.Author },
            _ => throw new FormatException(
                $"Message kind {row.Kind} with {e.GetType().Name} is not known to this version of Perdure."),
        };
        return message with { Row = row.Key };
    }

    /// <summary><c>[offer, body]</c>; the body is a JSON array itself.</summary>
    private static byte[] EncodeWork(Message.WorkDone work)
    {
        ArrayBufferWriter<byte> buffer = new(work.Body.Length + 32);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartArray();
        writer.WriteNumberValue(work.Offer);
        writer.WriteRawValue(work.Body.Span, skipInputValidation: true);
        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static Message.WorkDone DecodeWork(MessageRow row) =>
        JsonSlices.Of(row.Body) is [var offer, var body]
        && Utf8Parser.TryParse(offer.Span, out long number, out int read) && read == offer.Length
            ? new Message.WorkDone(number, body) { Row = row.Key }
            : throw new FormatException($"The message {row.Key} to '{row.Target}' does not say which work is done.");

    private static bool NamesExecution(int kind) => kind
        is TaskDoneKind or ChildDoneKind or TerminateChildKind or OperationDoneKind or LockGrantedKind;

    /// <summary>Splits <c>[key,generation,{event}]</c> into the execution and <c>[{event}]</c>.</summary>
    private static (ExecutionKey, ReadOnlyMemory<byte>) TakeExecution(ReadOnlyMemory<byte> body)
    {
        Utf8JsonReader reader = new(body.Span);
        long key = 0;
        int generation = 0;
        if (!reader.Read() || !reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out key)
            || !reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out generation)
            || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("A message does not name the execution that it is about.");
        }
        byte[] rest = new byte[body.Length - (int)reader.TokenStartIndex + 1];
        rest[0] = (byte)'[';
        body.Span[(int)reader.TokenStartIndex..].CopyTo(rest.AsSpan(1));
        return (new ExecutionKey(key, generation), rest);
    }
}
