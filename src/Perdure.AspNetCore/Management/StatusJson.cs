using System.Globalization;
using System.Text.Json;

namespace Perdure.AspNetCore.Management;

/// <summary>
/// Statuses as the HTTP API of Durable Functions writes them: every field always, times in whole seconds.
/// </summary>
internal static class StatusJson
{
    public static void Write(
        Utf8JsonWriter writer, DurableOrchestrationStatus status, HistoryShape? history = null)
    {
        writer.WriteStartObject();
        writer.WriteString("name", status.Name);
        writer.WriteString("instanceId", status.InstanceId);
        writer.WriteString("runtimeStatus", status.RuntimeStatus.ToString());
        WriteValue(writer, "input", status.Input);
        WriteValue(writer, "customStatus", status.CustomStatus);
        WriteValue(writer, "output", status.Output);
        writer.WriteString("createdTime", Time(status.CreatedTime));
        writer.WriteString("lastUpdatedTime", Time(status.LastUpdatedTime));
        if (history is not null)
        {
            writer.WritePropertyName("historyEvents");
            history.Write(writer, status);
        }
        writer.WriteEndObject();
    }

    public static void WriteAll(Utf8JsonWriter writer, IEnumerable<DurableOrchestrationStatus> statuses)
    {
        writer.WriteStartArray();
        foreach (DurableOrchestrationStatus status in statuses)
            Write(writer, status);
        writer.WriteEndArray();
    }

    public static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void WriteValue(Utf8JsonWriter writer, string name, JsonElement value)
    {
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }
}
