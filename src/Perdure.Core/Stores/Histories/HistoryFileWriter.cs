using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Stores.Histories;

/// <summary>
/// An instance as a file of its own: one JSON object, the events exactly as they are stored, a turn a line. The number
/// of the instance in its hub is left out, because it means nothing elsewhere.
/// </summary>
internal static class HistoryFileWriter
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
        MaxDepth = 256,
    };

    public static void Write(IBufferWriter<byte> output, InstanceHistory history)
    {
        InstanceRow row = history.Row;
        using (Utf8JsonWriter writer = new(output, s_options))
        {
            writer.WriteStartObject();
            writer.WriteNumber(HistoryFile.Format, HistoryFile.NewestFormat);
            writer.WriteString(HistoryFile.Id, row.Id);
            writer.WriteString(HistoryFile.Name, row.Name);
            if (row.Version is { } version)
                writer.WriteString(HistoryFile.Version, version);
            writer.WriteString(HistoryFile.Status, row.Status.ToString());
            if (row.Held != Held.No)
                writer.WriteString(HistoryFile.Held, row.Held.ToString());
            if (row.Generation != 0)
                writer.WriteNumber(HistoryFile.Generation, row.Generation);
            if (row.Parent is { } parent)
                writer.WriteString(HistoryFile.Parent, parent);
            writer.WriteString(HistoryFile.Created, Time(row.Created));
            if (row.Ended is { } ended)
                writer.WriteString(HistoryFile.Ended, Time(ended));
            if (!row.CustomStatus.IsNone)
                Raw(writer, HistoryFile.CustomStatus, row.CustomStatus.Json);
            writer.WriteStartArray(HistoryFile.Turns);
            foreach (HistoryRow turn in history.Rows)
                Write(writer, turn);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter writer, HistoryRow turn)
    {
        writer.WriteStartObject();
        writer.WriteNumber(HistoryFile.Number, turn.Turn);
        if (turn.Part != 0)
            writer.WriteNumber(HistoryFile.Part, turn.Part);
        writer.WriteString(HistoryFile.At, Time(turn.At));
        Raw(writer, HistoryFile.Events, turn.Events);
        writer.WriteEndObject();
    }

    private static void Raw(Utf8JsonWriter writer, string name, ReadOnlyMemory<byte> json)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(json.Span, skipInputValidation: true);
    }

    private static string Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
