using System.Globalization;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Stores.Histories;

/// <summary>
/// Reads what <see cref="HistoryFileWriter"/> writes. What it does not know it refuses: the file of a newer release is
/// never guessed at.
/// </summary>
internal static class HistoryFileReader
{
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 256 };

    /// <exception cref="FormatException">
    /// It is no such file, or damaged, or newer; the message names the line.
    /// </exception>
    public static InstanceHistory Read(ReadOnlyMemory<byte> file)
    {
        if (file.Span.StartsWith("\uFEFF"u8))
            file = file[3..];
        Utf8JsonReader reader = new(file.Span, s_options);
        try
        {
            return Read(ref reader, file);
        }
        catch (JsonException e)
        {
            throw new FormatException(
                $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: this is not JSON. The file is damaged, or "
                + "was not written by 'perdure history export'.", e);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            int line = 1 + file.Span[..(int)Math.Min(reader.BytesConsumed, file.Length)].Count((byte)'\n');
            throw new FormatException($"line {line}: {e.Message}", e);
        }
    }

    private static InstanceHistory Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> file)
    {
        reader.Read();
        Expect(reader.TokenType == JsonTokenType.StartObject, "a history is a JSON object");
        string? id = null, name = null, version = null, parent = null;
        InstanceStatus? status = null;
        Held held = Held.No;
        long? created = null, ended = null;
        int? format = null;
        int generation = 0;
        Payload custom = Payload.None;
        List<HistoryRow>? turns = null;
        while (Property(ref reader) is { } property)
        {
            switch (property)
            {
                case HistoryFile.Format: CheckFormat((format = reader.GetInt32()).Value); break;
                case HistoryFile.Id: id = reader.GetString(); break;
                case HistoryFile.Name: name = reader.GetString(); break;
                case HistoryFile.Version: version = reader.GetString(); break;
                case HistoryFile.Status: status = Word<InstanceStatus>(reader.GetString()); break;
                case HistoryFile.Held: held = Word<Held>(reader.GetString()); break;
                case HistoryFile.Generation: generation = reader.GetInt32(); break;
                case HistoryFile.Parent: parent = reader.GetString(); break;
                case HistoryFile.Created: created = Time(reader.GetString()); break;
                case HistoryFile.Ended: ended = Time(reader.GetString()); break;
                case HistoryFile.CustomStatus: custom = new Payload(Slice(ref reader, file)); break;
                case HistoryFile.Turns: turns = Turns(ref reader, file, generation); break;
                default: throw Unknown(property);
            }
        }
        Expect(format is not null, "it lacks 'format'");
        InstanceRow row = new()
        {
            Partition = 0,
            Key = 0,
            Id = id ?? throw Missing(HistoryFile.Id),
            Name = name ?? throw Missing(HistoryFile.Name),
            Version = version,
            Status = status ?? throw Missing(HistoryFile.Status),
            Held = held,
            Generation = generation,
            Parent = parent,
            Created = created ?? throw Missing(HistoryFile.Created),
            Ended = ended,
            CustomStatus = custom,
        };
        return new InstanceHistory(row, turns ?? throw Missing(HistoryFile.Turns));
    }

    private static List<HistoryRow> Turns(ref Utf8JsonReader reader, ReadOnlyMemory<byte> file, int generation)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray, "'turns' is a list");
        List<HistoryRow> turns = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            int? number = null;
            long? at = null;
            int part = 0;
            ReadOnlyMemory<byte>? events = null;
            while (Property(ref reader) is { } property)
            {
                switch (property)
                {
                    case HistoryFile.Number: number = reader.GetInt32(); break;
                    case HistoryFile.Part: part = reader.GetInt32(); break;
                    case HistoryFile.At: at = Time(reader.GetString()); break;
                    case HistoryFile.Events: events = Slice(ref reader, file); break;
                    default: throw Unknown(property);
                }
            }
            HistoryRow row = new(
                0, generation, number ?? throw Missing(HistoryFile.Number), part,
                at ?? throw Missing(HistoryFile.At), events ?? throw Missing(HistoryFile.Events));
            HistoryReader.ReadRow(row.Events);
            turns.Add(row);
        }
        Expect(reader.TokenType == JsonTokenType.EndArray, "a turn is a JSON object");
        return turns;
    }

    /// <summary>The name of the next property, with the reader on its value; null at the end of the object.</summary>
    private static string? Property(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName)
            return null;
        string name = reader.GetString()!;
        reader.Read();
        return name;
    }

    private static ReadOnlyMemory<byte> Slice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> file)
    {
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return file[start..(int)reader.BytesConsumed];
    }

    private static void CheckFormat(int format) => Expect(
        format == HistoryFile.NewestFormat,
        $"it has format {format}, and this build of Perdure reads format {HistoryFile.NewestFormat}. Use the build "
        + "that wrote it");

    private static T Word<T>(string? text) where T : struct, Enum =>
        Enum.TryParse(text, out T word) && word.ToString() == text
            ? word
            : throw new FormatException($"'{text}' is not known to this version of Perdure.");

    private static long Time(string? text) =>
        DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.ToUnixTimeMilliseconds()
            : throw new FormatException($"'{text}' is not a time.");

    private static void Expect(bool holds, string what)
    {
        if (!holds)
            throw new FormatException($"{what}.");
    }

    private static FormatException Missing(string property) => new($"it lacks '{property}'.");

    private static FormatException Unknown(string property) =>
        new($"the property '{property}' is not known to this version of Perdure. A newer version wrote it; use that.");
}
