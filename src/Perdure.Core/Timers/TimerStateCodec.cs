using System.Buffers;
using System.Text.Json;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;

namespace Perdure.Core.Timers;

/// <summary>What is known of a timer beside its next occurrence, as a JSON object.</summary>
internal static class TimerStateCodec
{
    public static ReadOnlyMemory<byte> Encode(TimerState state)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("name", state.Name);
        writer.WriteString("schedule", state.Schedule);
        writer.WriteString("zone", state.TimeZone);
        WriteNumber(writer, "last", state.Last);
        WriteNumber(writer, "passed", state.Passed);
        WriteNumber(writer, "each", state.EachUntil);
        if (state.IsPaused)
            writer.WriteBoolean("paused", true);
        if (state.Current is { } current)
        {
            writer.WritePropertyName("current");
            Write(writer, current);
        }
        if (state.Asked.Count > 0)
        {
            writer.WriteStartArray("asked");
            foreach (Occurrence asked in state.Asked)
                Write(writer, asked);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <exception cref="FormatException">The text is damaged, or of a newer version.</exception>
    public static TimerState Decode(long next, long updatedAt, ReadOnlyMemory<byte> text)
    {
        try
        {
            return Read(text) with { Next = next, UpdatedAt = updatedAt };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The state of a timer is damaged: {e.Message}", e);
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, long number)
    {
        if (number != 0)
            writer.WriteNumber(name, number);
    }

    private static void Write(Utf8JsonWriter writer, Occurrence occurrence)
    {
        writer.WriteStartObject();
        writer.WriteString("id", occurrence.Id);
        writer.WriteNumber("time", occurrence.Time);
        if (occurrence.IsPastDue)
            writer.WriteBoolean("pastDue", true);
        WriteNumber(writer, "failures", occurrence.Failures);
        if (occurrence.Attempts.Count > 0)
            AttemptsJson.Write(writer, occurrence.Attempts);
        WriteNumber(writer, "due", occurrence.DueAt);
        writer.WriteEndObject();
    }

    private static TimerState Read(ReadOnlyMemory<byte> text)
    {
        Utf8JsonReader reader = new(text.Span);
        TimerState state = new() { Name = "" };
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("The state of a timer is not a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            state = name switch
            {
                "name" => state with { Name = reader.GetString()! },
                "schedule" => state with { Schedule = reader.GetString()! },
                "zone" => state with { TimeZone = reader.GetString()! },
                "last" => state with { Last = reader.GetInt64() },
                "passed" => state with { Passed = reader.GetInt64() },
                "each" => state with { EachUntil = reader.GetInt64() },
                "paused" => state with { IsPaused = reader.GetBoolean() },
                "current" => state with { Current = ReadOne(ref reader) },
                "asked" => state with { Asked = ReadAll(ref reader) },
                _ => throw AttemptsJson.UnknownProperty(name, "timer"),
            };
        }
        return state;
    }

    private static List<Occurrence> ReadAll(ref Utf8JsonReader reader)
    {
        List<Occurrence> found = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            found.Add(ReadOne(ref reader));
        return found;
    }

    private static Occurrence ReadOne(ref Utf8JsonReader reader)
    {
        Occurrence occurrence = new("", 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            occurrence = name switch
            {
                "id" => occurrence with { Id = reader.GetString()! },
                "time" => occurrence with { Time = reader.GetInt64() },
                "pastDue" => occurrence with { IsPastDue = reader.GetBoolean() },
                "failures" => occurrence with { Failures = reader.GetInt32() },
                AttemptsJson.Name => occurrence with { Attempts = AttemptsJson.Read(ref reader) },
                "due" => occurrence with { DueAt = reader.GetInt64() },
                _ => throw AttemptsJson.UnknownProperty(name, "occurrence"),
            };
        }
        return occurrence.Id.Length > 0 ? occurrence : throw new FormatException("An occurrence has no id.");
    }
}
