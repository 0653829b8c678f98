using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;

namespace Perdure.Core.Messages;

/// <summary>
/// Operations of an entity that another node runs, and what they came to, as JSON arrays of what is stored elsewhere
/// as well: payloads, messages and events.
/// </summary>
internal static class EntityRunCodec
{
    /// <summary>Whom an operation answers that is called; the owner knows who it really is.</summary>
    private static readonly EntityCaller Somebody = new("", default);

    /// <summary><c>[at, [state], [operations]]</c></summary>
    public static byte[] Encode(EntityBatch batch) => Write(writer =>
    {
        writer.WriteNumberValue(batch.At);
        Write(writer, batch.State);
        writer.WriteStartArray();
        foreach (EntityOperation operation in batch.Operations)
        {
            Write(writer, new Message.Operation(operation.Name, operation.Input)
            {
                Caller = operation.IsSignal ? null : Somebody,
                TraceParent = operation.TraceParent,
            });
        }
        writer.WriteEndArray();
    });

    /// <exception cref="FormatException">The body is damaged, or of a newer version.</exception>
    public static EntityBatch DecodeBatch(string entityId, ReadOnlyMemory<byte> body)
    {
        if (JsonSlices.Of(body) is not [var at, var state, var operations])
            throw new FormatException($"The operations of '{entityId}' are not three parts.");
        return new EntityBatch(entityId, PayloadOf(state), [.. JsonSlices.Of(operations).Select(OperationOf)],
            long.Parse(at.Span, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// <c>[[state], [[result, [actions]] …]]</c>; an action is <c>[target, operation or start]</c>.
    /// </summary>
    public static byte[] Encode(EntityRun run) => Write(writer =>
    {
        Write(writer, run.State);
        writer.WriteStartArray();
        foreach (EntityOutcome outcome in run.Outcomes)
        {
            writer.WriteStartArray();
            HistoryWriter.Write(writer, outcome.Failure is { } failure
                ? new HistoryEvent.EntityOperationFailed(0, failure)
                : new HistoryEvent.EntityOperationCompleted(0, outcome.Result));
            writer.WriteStartArray();
            foreach (EntityAction action in outcome.Actions)
                Write(writer, action);
            writer.WriteEndArray();
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    });

    /// <exception cref="FormatException">The body is damaged, or of a newer version.</exception>
    public static EntityRun DecodeRun(ReadOnlyMemory<byte> body)
    {
        if (JsonSlices.Of(body) is not [var state, var outcomes])
            throw new FormatException("What operations came to is not two parts.");
        return new EntityRun([.. JsonSlices.Of(outcomes).Select(OutcomeOf)], PayloadOf(state));
    }

    private static void Write(Utf8JsonWriter writer, EntityAction action)
    {
        writer.WriteStartArray();
        switch (action)
        {
            case EntityAction.Signal a:
                writer.WriteStringValue(a.EntityId);
                Write(writer, new Message.Operation(a.Operation, a.Input)
                {
                    DueAt = a.DueAt,
                    TraceParent = a.TraceParent,
                });
                break;
            case EntityAction.StartOrchestration a:
                writer.WriteStringValue(a.InstanceId);
                HistoryWriter.Write(writer, new HistoryEvent.ExecutionStarted
                {
                    Name = a.Name,
                    ExecutionId = a.ExecutionId,
                    Version = a.Version,
                    Input = a.Input,
                    TraceParent = a.TraceParent,
                });
                break;
            default:
                throw new UnreachableException($"{action.GetType().Name} is nothing that an entity asks for.");
        }
        writer.WriteEndArray();
    }

    private static EntityAction ActionOf(ReadOnlyMemory<byte> body)
    {
        if (JsonSlices.Of(body) is not [var quoted, var asked])
            throw new FormatException("What an entity asks for is not two parts.");
        string target = TextOf(quoted);
        if (EntityInstanceIds.Is(target))
        {
            Message.Operation signal = EntityMessageCodec.DecodeOperation(asked);
            return new EntityAction.Signal(target, signal.Name, signal.Input, signal.DueAt)
            {
                TraceParent = signal.TraceParent,
            };
        }
        return EventOf(asked) is HistoryEvent.ExecutionStarted started
            ? new EntityAction.StartOrchestration(started.Name, target, started.ExecutionId, started.Input)
            {
                Version = started.Version,
                TraceParent = started.TraceParent,
            }
            : throw new FormatException("What an entity asks for is neither a signal nor a start.");
    }

    private static EntityOperation OperationOf(ReadOnlyMemory<byte> body)
    {
        Message.Operation operation = EntityMessageCodec.DecodeOperation(body);
        return new EntityOperation(operation.Name, operation.Input, operation.Caller is null)
        {
            TraceParent = operation.TraceParent,
        };
    }

    private static EntityOutcome OutcomeOf(ReadOnlyMemory<byte> body)
    {
        if (JsonSlices.Of(body) is not [var result, var actions])
            throw new FormatException("What an operation came to is not two parts.");
        List<EntityAction> asked = [.. JsonSlices.Of(actions).Select(ActionOf)];
        return EventOf(result) switch
        {
            HistoryEvent.EntityOperationCompleted x => new EntityOutcome(x.Result, null, asked),
            HistoryEvent.EntityOperationFailed x => new EntityOutcome(default, x.Failure, asked),
            var e => throw new FormatException($"{e.GetType().Name} is nothing that an operation comes to."),
        };
    }

    private static string TextOf(ReadOnlyMemory<byte> quoted)
    {
        Utf8JsonReader reader = new(quoted.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.String
            ? reader.GetString()!
            : throw new FormatException("What should be a text is none.");
    }

    private static HistoryEvent EventOf(ReadOnlyMemory<byte> body)
    {
        byte[] row = [(byte)'[', .. body.Span, (byte)']'];
        return HistoryReader.ReadRow(row) is [var e] ? e : throw new FormatException("Not exactly one event.");
    }

    private static Payload PayloadOf(ReadOnlyMemory<byte> value) =>
        value.Span.SequenceEqual("[]"u8) ? Payload.None : new Payload(value[1..^1]);

    /// <summary>In brackets, so that none and JSON's null stay apart.</summary>
    private static void Write(Utf8JsonWriter writer, Payload payload)
    {
        writer.WriteStartArray();
        if (!payload.IsNone)
            writer.WriteRawValue(payload.Span, skipInputValidation: true);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, Message.Operation operation)
    {
        EntityMessageCodec.TryEncode(operation, out _, out ReadOnlyMemory<byte> body);
        writer.WriteRawValue(body.Span, skipInputValidation: true);
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartArray();
        write(writer);
        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
