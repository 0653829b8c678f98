using System.Buffers;
using System.Text;
using System.Text.Json;
using Perdure.Core.History;

namespace Perdure.Core.DeadLetters;

/// <summary>Something that has become of a dead letter: a line of its trail.</summary>
/// <param name="At">When, in milliseconds since 1970.</param>
/// <param name="Action">What.</param>
/// <param name="By">By whom, if they said so.</param>
/// <param name="Note">What they said about it.</param>
internal readonly record struct TrailEntry(long At, DeadLetterAction Action, string? By = null, string? Note = null)
{
    /// <summary>More is not noted.</summary>
    public const int Max = 1_000;

    public const int NoteCharsMax = 1_000;

    public static string Of(long at, DeadLetterAction action, string? by = null, string? note = null) =>
        new TrailEntry(at, action, by, note).Encode();

    /// <summary>A JSON object and the end of its line.</summary>
    public string Encode()
    {
        ArrayBufferWriter<byte> buffer = new(128);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartObject();
        writer.WriteNumber("at", At);
        writer.WriteString("action", Action.ToString());
        if (By is not null)
            writer.WriteString("by", By);
        if (Note is not null)
            writer.WriteString("note", Note);
        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <exception cref="FormatException">The trail is damaged, or of a newer version.</exception>
    public static IReadOnlyList<TrailEntry> Decode(string trail)
    {
        try
        {
            return [.. trail.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"The trail of a dead letter is damaged: {e.Message}", e);
        }
    }

    private static TrailEntry Read(string line)
    {
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(line));
        TrailEntry entry = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("An entry of a trail is not a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            entry = name switch
            {
                "at" => entry with { At = reader.GetInt64() },
                "action" => entry with { Action = Enum.Parse<DeadLetterAction>(reader.GetString()!) },
                "by" => entry with { By = reader.GetString() },
                "note" => entry with { Note = reader.GetString() },
                _ => throw AttemptsJson.UnknownProperty(name, "trail"),
            };
        }
        return entry;
    }
}
