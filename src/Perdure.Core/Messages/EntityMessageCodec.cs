using System.Buffers;
using System.Text.Json;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;

namespace Perdure.Core.Messages;

/// <summary>What is addressed to entities, as rows: the body is a JSON object.</summary>
internal static class EntityMessageCodec
{
    private const int OperationKind = 20;
    private const int LockRequestKind = 21;
    private const int ReleaseKind = 22;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    public static bool Knows(int kind) => kind is OperationKind or LockRequestKind or ReleaseKind;

    public static bool TryEncode(Message message, out int kind, out ReadOnlyMemory<byte> body)
    {
        kind = message switch
        {
            Message.Operation => OperationKind,
            Message.LockRequest => LockRequestKind,
            Message.Release => ReleaseKind,
            _ => 0,
        };
        body = kind == 0 ? default : Encode(message);
        return kind != 0;
    }

    /// <exception cref="FormatException">The body is damaged, or of a newer version.</exception>
    public static Message Decode(int kind, ReadOnlyMemory<byte> body)
    {
        Fields f = Read(body);
        return kind switch
        {
            OperationKind => OperationOf(f),
            LockRequestKind when f is { Instance: { } instance, Task: { } task } =>
                new Message.LockRequest(new EntityCaller(instance, task)),
            ReleaseKind when f.Task is { } task => new Message.Release(task),
            _ => throw new FormatException($"A message of kind {kind} does not name the task that it is about."),
        };
    }

    /// <exception cref="FormatException">The body is damaged, or of a newer version.</exception>
    public static Message.Operation DecodeOperation(ReadOnlyMemory<byte> body) => OperationOf(Read(body));

    private static byte[] Encode(Message message)
    {
        ArrayBufferWriter<byte> buffer = new(128);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartObject();
        switch (message)
        {
            case Message.Operation m:
                writer.WriteString(HistoryNames.Operation, m.Name);
                if (m.DueAt is { } dueAt)
                    writer.WriteNumber(HistoryNames.DueAt, dueAt);
                if (m.Caller is { } caller)
                    WriteCaller(writer, caller.InstanceId, caller.Task);
                if (m.TraceParent is { } trace)
                    writer.WriteString(HistoryNames.Trace, trace);
                if (!m.Input.IsNone)
                {
                    writer.WritePropertyName(HistoryNames.Input);
                    writer.WriteRawValue(m.Input.Span, skipInputValidation: true);
                }
                break;
            case Message.LockRequest m:
                WriteCaller(writer, m.Holder.InstanceId, m.Holder.Task);
                break;
            case Message.Release m:
                WriteCaller(writer, null, m.Request);
                break;
        }
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteCaller(Utf8JsonWriter writer, string? instance, TaskKey task)
    {
        if (instance is not null)
            writer.WriteString(HistoryNames.Instance, instance);
        writer.WriteNumber(HistoryNames.Key, task.Key);
        writer.WriteNumber(HistoryNames.Generation, task.Generation);
        writer.WriteNumber(HistoryNames.Task, task.Task);
    }

    private static Message.Operation OperationOf(in Fields f) => new(
        f.Operation ?? throw new FormatException("A message to an entity does not name the operation."), f.Input)
    {
        DueAt = f.DueAt,
        TraceParent = f.Trace,
        Caller = f switch
        {
            { Instance: null, Task: null } => null,
            { Instance: { } instance, Task: { } task } => new EntityCaller(instance, task),
            _ => throw new FormatException("A message to an entity names only half of whom it is to answer."),
        },
    };

    private static Fields Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return ReadFields(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"A message to an entity is damaged: {e.Message}", e);
        }
    }

    private static Fields ReadFields(ReadOnlyMemory<byte> body)
    {
        Fields f = default;
        long? key = null;
        int generation = 0, task = 0;
        Utf8JsonReader reader = new(body.Span, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("A message to an entity is not a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "operation": f.Operation = reader.GetString(); break;
                case "trace": f.Trace = reader.GetString(); break;
                case "dueAt": f.DueAt = reader.GetInt64(); break;
                case "instance": f.Instance = reader.GetString(); break;
                case "key": key = reader.GetInt64(); break;
                case "generation": generation = reader.GetInt32(); break;
                case "task": task = reader.GetInt32(); break;
                case "input":
                    int start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    f.Input = new Payload(body[start..(int)reader.BytesConsumed]);
                    break;
                default:
                    throw new FormatException(
                        $"The property '{name}' of a message to an entity is not known to this version of Perdure. A "
                        + "newer version wrote it; run that version.");
            }
        }
        if (reader.Read())
            throw new FormatException("A message to an entity goes on after its end.");
        if (key is { } known)
            f.Task = new TaskKey(known, generation, task);
        return f;
    }

    private struct Fields
    {
        public string? Operation, Instance, Trace;
        public long? DueAt;
        public TaskKey? Task;
        public Payload Input;
    }
}
