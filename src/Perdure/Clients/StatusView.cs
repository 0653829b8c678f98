using System.Collections.ObjectModel;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Runtime;

namespace Perdure.Clients;

/// <summary>Rows and events as clients see them.</summary>
internal static class StatusView
{
    public static DurableOrchestrationStatus Of(
        InstanceSnapshot snapshot, bool showInput, IReadOnlyList<DurableHistoryEvent>? history = null,
        string? reason = null)
    {
        InstanceRow row = snapshot.Row;
        HistoryEvent.ExecutionStarted? started = Find<HistoryEvent.ExecutionStarted>(snapshot.FirstEvents);
        HistoryEvent.ExecutionCompleted? completed = row.Status.IsTerminal
            ? Find<HistoryEvent.ExecutionCompleted>(snapshot.LastEvents)
            : null;
        return Of(
            row, reason ?? ReasonOf(snapshot), showInput ? started?.Input ?? default : default, completed,
            started?.Tags, snapshot.LastUpdated, history);
    }

    public static DurableOrchestrationStatus Of(EndedInstance ended) =>
        Of(ended.Row, null, ended.Input, ended.Completed, ended.Tags, ended.At, null);

    public static InstanceStatus? ToStored(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Running => InstanceStatus.Running,
        OrchestrationRuntimeStatus.Completed => InstanceStatus.Completed,
        OrchestrationRuntimeStatus.Failed => InstanceStatus.Failed,
        OrchestrationRuntimeStatus.Terminated => InstanceStatus.Terminated,
        OrchestrationRuntimeStatus.Pending => InstanceStatus.Pending,
        _ => null,
    };

    public static DateTime ToTime(long milliseconds) => DateTime.UnixEpoch.AddMilliseconds(milliseconds);

    public static JsonElement ToJson(Payload payload)
    {
        if (payload.IsNone)
            return default;
        using JsonDocument document = JsonDocument.Parse(payload.Json);
        return document.RootElement.Clone();
    }

    private static DurableOrchestrationStatus Of(
        InstanceRow row, string? reason, Payload input, HistoryEvent.ExecutionCompleted? completed,
        IReadOnlyDictionary<string, string>? tags, long updated,
        IReadOnlyList<DurableHistoryEvent>? history) => new()
    {
        Name = row.Name,
        InstanceId = row.Id,
        RuntimeStatus = Status(row),
        CreatedTime = ToTime(row.Created),
        LastUpdatedTime = ToTime(updated),
        Input = ToJson(input),
        Output = completed?.Failure is { } failed
            ? ToJson(PayloadText.OfString($"Orchestrator function '{row.Name}' failed: {failed.ErrorMessage}"))
            : ToJson(completed?.Result ?? default),
        CustomStatus = ToJson(row.CustomStatus),
        Failure = completed?.Failure,
        Reason = reason,
        Version = row.Version,
        ParentInstanceId = row.Parent,
        Tags = tags ?? ReadOnlyDictionary<string, string>.Empty,
        History = history,
    };

    /// <summary>How the present generation was started.</summary>
    public static HistoryEvent.ExecutionStarted StartOf(InstanceSnapshot snapshot) =>
        Find<HistoryEvent.ExecutionStarted>(snapshot.FirstEvents)
        ?? throw new FormatException($"The history of '{snapshot.Row.Id}' does not begin with its start.");

    /// <summary>Why it does not run, as far as its last turn tells: it usually is the one that held it.</summary>
    private static string? ReasonOf(InstanceSnapshot snapshot) => snapshot.Row switch
    {
        { Held: Held.Scheduled, Status.IsTerminal: false } => "waits for its start time",
        { Held: Held.Suspended or Held.Parked, Status.IsTerminal: false } row =>
            ReasonOf(snapshot.LastEvents)
                ?? $"{(row.Held == Held.Parked ? "parked" : "suspended")}; its own status says why",
        _ => null,
    };

    /// <summary>Why these events held the instance, if they did.</summary>
    public static string? ReasonOf(ReadOnlyMemory<byte> events) =>
        Find<HistoryEvent.ExecutionParked>(events)?.Reason ?? Find<HistoryEvent.ExecutionSuspended>(events)?.Reason;

    private static OrchestrationRuntimeStatus Status(InstanceRow row) =>
        row is { Held: Held.Suspended or Held.Parked, Status.IsTerminal: false }
            ? OrchestrationRuntimeStatus.Suspended
            : (OrchestrationRuntimeStatus)(int)row.Status;

    private static T? Find<T>(ReadOnlyMemory<byte> events) where T : HistoryEvent =>
        events.IsEmpty ? null : HistoryReader.ReadRow(events).OfType<T>().LastOrDefault();
}
