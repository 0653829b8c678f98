using System.Buffers;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Messages;

namespace Perdure.Core.Timers;

/// <summary>What timers are told, as it stands in messages: <c>["Pause"]</c> or <c>["Run","id",time]</c>.</summary>
internal static class TimerOrderCodec
{
    public const int Kind = 35;

    public static byte[] Encode(Message.TimerOrder order)
    {
        ArrayBufferWriter<byte> buffer = new(96);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartArray();
        writer.WriteStringValue(order.Kind.ToString());
        if (order.OccurrenceId is { } id)
        {
            writer.WriteStringValue(id);
            writer.WriteNumberValue(order.Time);
        }
        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">The text is damaged, or of a newer version.</exception>
    public static Message.TimerOrder Decode(ReadOnlyMemory<byte> text)
    {
        try
        {
            Utf8JsonReader reader = new(text.Span);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartArray && reader.Read()
                && reader.TokenType == JsonTokenType.String
                && Enum.TryParse(reader.GetString(), out TimerOrderKind kind) && reader.Read())
            {
                Message.TimerOrder order = new(kind);
                if (reader.TokenType == JsonTokenType.EndArray)
                    return order;
                string? id = reader.GetString();
                reader.Read();
                return order with { OccurrenceId = id, Time = reader.GetInt64() };
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Damaged(e);
        }
        throw Damaged(null);
    }

    private static FormatException Damaged(Exception? inner) =>
        new("What a timer is told is damaged, or of a newer version of Perdure.", inner);
}
