using System.Buffers;
using System.Text.Json;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Stores;

namespace Perdure.Core.Streams;

/// <summary>Events as they stand in blocks and messages: a JSON array of objects.</summary>
internal static class EventCodec
{
    /// <summary>Of messages that append.</summary>
    public const int Kind = 31;

    private const int BytesBesideBody = 64;

    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 128 };

    public static byte[] Encode(IReadOnlyList<EventData> events)
    {
        int size = 2;
        foreach (EventData e in events)
            size += e.Body.Length + e.Id.Length + (e.Key?.Length ?? 0) + BytesBesideBody;
        ArrayBufferWriter<byte> buffer = new(size);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartArray();
        foreach (EventData e in events)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, e.Id);
            if (e.IsGiven)
                writer.WriteBoolean("given"u8, true);
            if (e.Key is { } key)
                writer.WriteString("key"u8, key);
            if (e.TraceParent is { } trace)
                writer.WriteString("trace"u8, trace);
            if (!e.Body.IsNone)
            {
                writer.WritePropertyName("body"u8);
                writer.WriteRawValue(e.Body.Span, skipInputValidation: true);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">The text is damaged, or of a newer version.</exception>
    public static EventData[] Decode(ReadOnlyMemory<byte> text)
    {
        try
        {
            return Read(text);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"Events of a stream are damaged: {e.Message}", e);
        }
    }

    /// <exception cref="FormatException">The block is damaged, or of a newer version.</exception>
    public static StoredEvent[] Decode(BlockRow block)
    {
        EventData[] events = Decode(block.Body);
        if (events.Length != block.Count)
            throw new FormatException(
                $"The block {block.First} of '{block.Log}' has {events.Length} events instead of {block.Count}.");
        return Numbered(events, block.First, block.At);
    }

    public static StoredEvent[] Numbered(IReadOnlyList<EventData> events, long first, long at)
    {
        StoredEvent[] stored = new StoredEvent[events.Count];
        for (int i = 0; i < stored.Length; i++)
            stored[i] = new StoredEvent(first + i, at, events[i]);
        return stored;
    }

    private static EventData[] Read(ReadOnlyMemory<byte> text)
    {
        Utf8JsonReader reader = new(text.Span, s_options);
        List<EventData> events = [];
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw new FormatException("Events of a stream are not a JSON array.");
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            events.Add(ReadOne(ref reader, text));
        return [.. events];
    }

    private static EventData ReadOne(ref Utf8JsonReader reader, ReadOnlyMemory<byte> text)
    {
        string? id = null, key = null, trace = null;
        bool isGiven = false;
        Payload body = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("body"u8))
            {
                reader.Read();
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                body = new Payload(text[start..(int)reader.BytesConsumed]);
                continue;
            }
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "id": id = reader.GetString(); break;
                case "given": isGiven = reader.GetBoolean(); break;
                case "key": key = reader.GetString(); break;
                case "trace": trace = reader.GetString(); break;
                default: throw AttemptsJson.UnknownProperty(name, "event");
            }
        }
        return new EventData(id ?? throw new FormatException("An event has no id."), key, body)
        {
            IsGiven = isGiven, TraceParent = trace,
        };
    }
}
