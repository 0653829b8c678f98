using System.Text.Json;
using Perdure.Core.History;

namespace Perdure.Core.DeadLetters;

/// <summary>Failed attempts as they stand in rows: the property <c>attempts</c> of a JSON object.</summary>
internal static class AttemptsJson
{
    public const string Name = "attempts";

    public static void Write(Utf8JsonWriter writer, IEnumerable<FailedAttempt> attempts)
    {
        writer.WriteStartArray(Name);
        foreach (FailedAttempt attempt in attempts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("at", attempt.At);
            writer.WriteNumber("ms", attempt.Milliseconds);
            writer.WriteNumber("node", attempt.Node);
            HistoryWriter.WriteFailure(writer, HistoryNames.Failure, attempt.Failure);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Reads the array at which the reader stands.</summary>
    /// <exception cref="FormatException">It is damaged, or of a newer version.</exception>
    public static List<FailedAttempt> Read(ref Utf8JsonReader reader)
    {
        List<FailedAttempt> attempts = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            attempts.Add(ReadOne(ref reader));
        return attempts;
    }

    private static FailedAttempt ReadOne(ref Utf8JsonReader reader)
    {
        long at = 0, milliseconds = 0, node = 0;
        FailureDetails? failure = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "at": at = reader.GetInt64(); break;
                case "ms": milliseconds = reader.GetInt64(); break;
                case "node": node = reader.GetInt64(); break;
                case "failure": failure = HistoryReader.ReadFailure(ref reader); break;
                default: throw UnknownProperty(name, "failed attempt");
            }
        }
        return new(at, milliseconds, node, failure ?? throw new FormatException("A failed attempt has no failure."));
    }

    public static FormatException UnknownProperty(string name, string what) => new(
        $"The property '{name}' of a {what} is not known to this version of Perdure. A newer version wrote it; run "
        + "that version.");
}
