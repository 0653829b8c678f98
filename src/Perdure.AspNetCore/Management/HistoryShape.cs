using System.Globalization;
using System.Text.Json;

namespace Perdure.AspNetCore.Management;

/// <summary>
/// A history as the HTTP API of Durable Functions shows it: what was asked for stands with its outcome in one entry,
/// and what only the engine needs is left out.
/// </summary>
/// <param name="ShowInput">Whether entries carry what was handed in.</param>
/// <param name="ShowOutput">Whether entries carry what came out.</param>
internal sealed record HistoryShape(bool ShowInput, bool ShowOutput)
{
    // The engine's own, which Durable Functions' histories do not have.
    private static readonly string[] s_left = ["OrchestratorStarted", "CustomStatusSet", "TimerCanceled"];

    public void Write(Utf8JsonWriter writer, DurableOrchestrationStatus status)
    {
        if (status.History is not { } history || status.RuntimeStatus == OrchestrationRuntimeStatus.Pending)
        {
            writer.WriteNullValue();
            return;
        }
        Dictionary<int, DurableHistoryEvent> opened = [];
        HashSet<int> resolved = [];
        foreach (DurableHistoryEvent e in history)
        {
            if (e.TaskId is not { } task)
                continue;
            if (IsFolded(e))
                opened[task] = e;
            else if (e.EventType == "TimerCreated")
                opened[task] = e;
            else
                resolved.Add(task);
        }
        writer.WriteStartArray();
        foreach (DurableHistoryEvent e in history)
        {
            bool stands = !s_left.Contains(e.EventType)
                && !(IsFolded(e) && e.TaskId is { } task && resolved.Contains(task));
            if (stands)
                Write(writer, e, e.TaskId is { } id ? opened.GetValueOrDefault(id) : null);
        }
        writer.WriteEndArray();
    }

    private static bool IsFolded(DurableHistoryEvent e) =>
        e.EventType is "TaskScheduled" or "SubOrchestrationInstanceCreated";

    private void Write(Utf8JsonWriter writer, DurableHistoryEvent e, DurableHistoryEvent? opened)
    {
        writer.WriteStartObject();
        writer.WriteString("EventType", e.EventType);
        writer.WriteString("Timestamp", Time(e.Timestamp));
        writer.WriteNumber("Turn", e.Turn);
        if (opened is not null && IsFolded(opened) && !ReferenceEquals(opened, e))
        {
            writer.WriteString("ScheduledTime", Time(opened.Timestamp));
            writer.WriteString("FunctionName", opened.Name);
            if (ShowInput)
                WriteJson(writer, "Input", opened.Input);
        }
        else if (e.Name is not null)
            writer.WriteString(e.EventType == "ExecutionStarted" ? "FunctionName" : "Name", e.Name);
        if (e.InstanceId is not null)
            writer.WriteString("InstanceId", e.InstanceId);
        if (ShowInput)
            WriteJson(writer, "Input", e.Input);
        if (e.Status is { } status)
            writer.WriteString("OrchestrationStatus", status.ToString());
        if (ShowOutput)
            WriteJson(writer, "Result", e.Result);
        if ((e.FireAt ?? (e.EventType == "TimerFired" ? opened?.FireAt : null)) is { } due)
            writer.WriteString("FireAt", Time(due));
        WriteReason(writer, e);
        writer.WriteEndObject();
    }

    /// <summary>Why something happened; of a failure, what is the same for all who may read the history.</summary>
    private static void WriteReason(Utf8JsonWriter writer, DurableHistoryEvent e)
    {
        if ((e.Reason ?? e.Failure?.ErrorMessage) is { } reason)
            writer.WriteString("Reason", reason);
        if (e.Author is { } author)
            writer.WriteString("Author", author);
        if (e.Failure is not { } failure)
            return;
        writer.WriteString("Details", failure.StackTrace);
        writer.WritePropertyName("FailureDetails");
        WriteFailure(writer, failure);
    }

    private static void WriteFailure(Utf8JsonWriter writer, FailureDetails failure)
    {
        writer.WriteStartObject();
        writer.WriteString("ErrorType", failure.ErrorType);
        writer.WriteString("ErrorMessage", failure.ErrorMessage);
        if (failure.InnerFailure is { } inner)
        {
            writer.WritePropertyName("InnerFailure");
            WriteFailure(writer, inner);
        }
        writer.WriteEndObject();
    }

    private static void WriteJson(Utf8JsonWriter writer, string name, JsonElement? value)
    {
        if (value is not { } json)
            return;
        writer.WritePropertyName(name);
        json.WriteTo(writer);
    }

    private static string Time(DateTime time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
