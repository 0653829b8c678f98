using System.Buffers;
using System.Text.Json;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Messages;

namespace Perdure.Core.Streams;

/// <summary>What is wanted of readers as rows: the body is a JSON object.</summary>
internal static class CheckpointCodec
{
    public const int Kind = 40;

    public static byte[] Encode(Message.Checkpoint command)
    {
        ArrayBufferWriter<byte> buffer = new(128);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("group", command.Group);
        writer.WriteNumber("verb", (int)command.Verb);
        writer.WriteNumber("number", command.Number);
        if (command.Author is { } author)
            writer.WriteString("author", author);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">The body is damaged, or of a newer version.</exception>
    public static Message.Checkpoint Decode(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Read(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"A message to a log is damaged: {e.Message}", e);
        }
    }

    private static Message.Checkpoint Read(ReadOnlyMemory<byte> body)
    {
        Utf8JsonReader reader = new(body.Span);
        string? group = null, author = null;
        int verb = -1;
        long number = 0;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("A message to a log is not a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "group": group = reader.GetString(); break;
                case "verb": verb = reader.GetInt32(); break;
                case "number": number = reader.GetInt64(); break;
                case "author": author = reader.GetString(); break;
                default: throw AttemptsJson.UnknownProperty(name, "message to a log");
            }
        }
        return group is not null && Enum.IsDefined((CheckpointVerb)verb)
            ? new Message.Checkpoint(group, (CheckpointVerb)verb, number) { Author = author }
            : throw new FormatException($"A message to a log wants {verb} of the consumer group '{group}'.");
    }
}
