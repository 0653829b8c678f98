using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;

namespace Perdure.Core.Streams;

/// <summary>What a reader knows beside its position, as a JSON object: an empty one as a rule.</summary>
internal static class ReaderStateCodec
{
    private static readonly byte[] s_plain = [(byte)'{', (byte)'}'];

    public static ReadOnlyMemory<byte> Encode(ReaderState state)
    {
        if (state.IsPlain)
            return s_plain;
        ArrayBufferWriter<byte> buffer = new(128);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartObject();
        WriteProperties(writer, state);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteProperties(Utf8JsonWriter writer, ReaderState state)
    {
        if (state.Done.Count > 0)
        {
            writer.WriteStartArray("done");
            foreach ((long from, long end) in state.Done)
            {
                writer.WriteNumberValue(from);
                writer.WriteNumberValue(end);
            }
            writer.WriteEndArray();
        }
        if (state.Failures > 0)
            writer.WriteNumber("failures", state.Failures);
        if (state.Attempts.Count > 0)
            AttemptsJson.Write(writer, state.Attempts);
        if (state.DueAt > 0)
            writer.WriteNumber("due", state.DueAt);
        if (state.Piece > 0)
        {
            writer.WriteNumber("piece", state.Piece);
            writer.WriteNumber("until", state.PieceEnd);
        }
        if (state.IsSearching)
            writer.WriteBoolean("searches", true);
        if (state.IsHeld)
            writer.WriteBoolean("held", true);
        if (state.HeldAs is { } reason)
            writer.WriteString("as", reason.ToString());
        if (state.Keys.Count == 0)
            return;
        writer.WriteStartObject("keys");
        foreach ((string key, ReaderState known) in state.Keys)
        {
            writer.WriteStartObject(key);
            writer.WriteNumber("at", known.Position);
            WriteProperties(writer, known);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <exception cref="FormatException">The text is damaged, or of a newer version.</exception>
    public static ReaderState Decode(long position, ReadOnlyMemory<byte> text)
    {
        try
        {
            Utf8JsonReader reader = new(text.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new FormatException("The state of a reader is not a JSON object.");
            return Read(new ReaderState { Position = position }, ref reader, isKey: false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"The state of a reader is damaged: {e.Message}", e);
        }
    }

    private static ReaderState Read(ReaderState state, ref Utf8JsonReader reader, bool isKey)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            state = name switch
            {
                "done" => state with { Done = ReadRanges(ref reader) },
                "failures" => state with { Failures = reader.GetInt32() },
                AttemptsJson.Name => state with { Attempts = AttemptsJson.Read(ref reader) },
                "due" => state with { DueAt = reader.GetInt64() },
                "piece" => state with { Piece = reader.GetInt32() },
                "until" => state with { PieceEnd = reader.GetInt64() },
                "searches" => state with { IsSearching = reader.GetBoolean() },
                "held" => state with { IsHeld = reader.GetBoolean() },
                "as" => state with { HeldAs = Enum.Parse<DeadLetterReason>(reader.GetString()!) },
                "at" when isKey => state with { Position = reader.GetInt64() },
                "keys" when !isKey => state with { Keys = ReadKeys(ref reader) },
                _ => throw AttemptsJson.UnknownProperty(name, "reader"),
            };
        }
        return state;
    }

    private static ImmutableSortedDictionary<string, ReaderState> ReadKeys(ref Utf8JsonReader reader)
    {
        var keys = ReaderState.NoKeys.ToBuilder();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new FormatException($"What is known of the key '{key}' is not a JSON object.");
            keys.Add(key, Read(new ReaderState { Position = 0 }, ref reader, isKey: true));
        }
        return keys.ToImmutable();
    }

    private static NumberRanges ReadRanges(ref Utf8JsonReader reader)
    {
        List<(long, long)> ranges = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            long from = reader.GetInt64();
            reader.Read();
            ranges.Add((from, reader.GetInt64()));
        }
        return new NumberRanges([.. ranges]);
    }
}
