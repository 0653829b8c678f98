using System.Buffers;
using System.Text.Json;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Queues;

/// <summary>Messages of queues as rows: the body is a JSON object.</summary>
internal static class QueueItemCodec
{
    public const int Kind = 30;

    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 128 };

    public static byte[] Encode(Message.QueueItem item)
    {
        ArrayBufferWriter<byte> buffer = new(item.Body.Length + 128);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("id", item.Id);
        writer.WriteNumber("enqueued", item.Enqueued);
        if (item.Session is { } session)
            writer.WriteString("session", session);
        if (item.VisibleAt > 0)
            writer.WriteNumber("visibleAt", item.VisibleAt);
        if (item.TraceParent is { } trace)
            writer.WriteString("trace", trace);
        if (item.Letter is { } letter)
        {
            writer.WriteNumber("letterPartition", letter.Partition);
            writer.WriteNumber("letter", letter.Number);
        }
        if (item.Failures > 0)
        {
            writer.WriteNumber("failures", item.Failures);
            AttemptsJson.Write(writer, item.Attempts);
        }
        if (!item.Body.IsNone)
        {
            writer.WritePropertyName("body");
            writer.WriteRawValue(item.Body.Span, skipInputValidation: true);
        }
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">The body is damaged, or of a newer version.</exception>
    public static Message.QueueItem Decode(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Read(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"A message of a queue is damaged: {e.Message}", e);
        }
    }

    private static Message.QueueItem Read(ReadOnlyMemory<byte> body)
    {
        Utf8JsonReader reader = new(body.Span, s_options);
        string? id = null, session = null, trace = null;
        long enqueued = 0, visibleAt = 0;
        int failures = 0, letterPartition = 0;
        long? letter = null;
        List<FailedAttempt> attempts = [];
        Payload content = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("A message of a queue is not a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "id": id = reader.GetString(); break;
                case "session": session = reader.GetString(); break;
                case "trace": trace = reader.GetString(); break;
                case "enqueued": enqueued = reader.GetInt64(); break;
                case "visibleAt": visibleAt = reader.GetInt64(); break;
                case "letterPartition": letterPartition = reader.GetInt32(); break;
                case "letter": letter = reader.GetInt64(); break;
                case "failures": failures = reader.GetInt32(); break;
                case AttemptsJson.Name: attempts = AttemptsJson.Read(ref reader); break;
                case "body":
                    int start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    content = new Payload(body[start..(int)reader.BytesConsumed]);
                    break;
                default: throw AttemptsJson.UnknownProperty(name, "message of a queue");
            }
        }
        return new Message.QueueItem(id ?? throw new FormatException("A message of a queue has no id."), content)
        {
            Session = session,
            TraceParent = trace,
            Enqueued = enqueued,
            VisibleAt = visibleAt,
            Failures = failures,
            Attempts = attempts,
            Letter = letter is { } number ? new DeadLetterKey(letterPartition, number) : null,
        };
    }
}
