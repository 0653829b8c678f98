using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Stores;

namespace Perdure.Core.DeadLetters;

/// <summary>The JSON of a dead letter: what was put aside, and every run that failed with it.</summary>
internal sealed record DeadLetterRecord
{
    private const int FramesOfFingerprint = 3;

    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 128 };

    public required DeadLetterReason Class { get; init; }

    /// <summary>When it was sent or appended, in milliseconds since 1970.</summary>
    public required long Enqueued { get; init; }

    /// <summary>How often its function has failed with it.</summary>
    public required int Failures { get; init; }

    public required IReadOnlyList<FailedAttempt> Attempts { get; init; }
    public string? TraceParent { get; init; }
    public Payload Body { get; init; }

    /// <summary>Of an event: the log, its number there and the consumer group.</summary>
    public (string Log, long Number, string Group)? Place { get; init; }

    /// <summary>Of an edited revision: the number of the one that it takes the place of.</summary>
    public long? RevisionOf { get; init; }

    /// <summary>Why it was put aside, if nothing else is known than its last failure.</summary>
    public static DeadLetterReason ClassOf(FailureDetails failure) =>
        failure.ErrorType == "System.TimeoutException" ? DeadLetterReason.Timeout : DeadLetterReason.Exception;

    /// <summary>
    /// The same for failures of one type that come from the same place: its innermost frames, without files and lines,
    /// which change with every build.
    /// </summary>
    public static string FingerprintOf(FailureDetails failure)
    {
        StringBuilder text = new(failure.ErrorType);
        IEnumerable<string> frames = (failure.StackTrace ?? "").Split('\n', StringSplitOptions.TrimEntries)
            .Where(l => l.StartsWith("at ", StringComparison.Ordinal))
            .Take(FramesOfFingerprint);
        foreach (string frame in frames)
        {
            int place = frame.IndexOf(" in ", StringComparison.Ordinal);
            text.Append('\n').Append(place < 0 ? frame : frame[..place]);
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    public byte[] Encode()
    {
        ArrayBufferWriter<byte> buffer = new(Body.Length + 1024);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("class", Class.ToString());
        writer.WriteNumber("enqueued", Enqueued);
        if (Place is var (log, number, group))
        {
            writer.WriteString("log", log);
            writer.WriteNumber("number", number);
            writer.WriteString("group", group);
        }
        writer.WriteNumber("failures", Failures);
        AttemptsJson.Write(writer, Attempts);
        if (TraceParent is { } trace)
            writer.WriteString("trace", trace);
        if (RevisionOf is { } original)
            writer.WriteNumber("revisionOf", original);
        if (!Body.IsNone)
        {
            writer.WritePropertyName("body");
            writer.WriteRawValue(Body.Span, skipInputValidation: true);
        }
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">The text is damaged, or of a newer version.</exception>
    public static DeadLetterRecord Decode(ReadOnlyMemory<byte> text)
    {
        try
        {
            return Read(text);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"A dead letter is damaged: {e.Message}", e);
        }
    }

    private static DeadLetterRecord Read(ReadOnlyMemory<byte> text)
    {
        Utf8JsonReader reader = new(text.Span, s_options);
        DeadLetterRecord record = new() { Class = default, Enqueued = 0, Failures = 0, Attempts = [] };
        string? log = null, group = null;
        long number = 0;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("A dead letter is not a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "class": record = record with { Class = Enum.Parse<DeadLetterReason>(reader.GetString()!) }; break;
                case "enqueued": record = record with { Enqueued = reader.GetInt64() }; break;
                case "log": log = reader.GetString(); break;
                case "number": number = reader.GetInt64(); break;
                case "group": group = reader.GetString(); break;
                case "failures": record = record with { Failures = reader.GetInt32() }; break;
                case AttemptsJson.Name: record = record with { Attempts = AttemptsJson.Read(ref reader) }; break;
                case "revisionOf": record = record with { RevisionOf = reader.GetInt64() }; break;
                case "trace": record = record with { TraceParent = reader.GetString() }; break;
                case "body":
                    int start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    record = record with { Body = new Payload(text[start..(int)reader.BytesConsumed]) };
                    break;
                default: throw AttemptsJson.UnknownProperty(name, "dead letter");
            }
        }
        return log is null ? record : record with { Place = (log, number, group ?? "") };
    }
}
