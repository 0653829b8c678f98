using System.Text.Json;

namespace Perdure;

/// <summary>
/// What is durably known of an orchestration at one moment: always that which folding its history gives.
/// </summary>
public sealed class DurableOrchestrationStatus
{
    private static readonly JsonElement s_null = JsonElement.Parse("null"u8);

    /// <summary>The name of the orchestration.</summary>
    public required string Name { get; init; }

    /// <summary>The id of the instance.</summary>
    public required string InstanceId { get; init; }

    /// <summary>How far it is.</summary>
    public required OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    /// <summary>When it was started, in UTC and whole milliseconds.</summary>
    public DateTime CreatedTime { get; init; }

    /// <summary>When its history last grew, in UTC and whole milliseconds.</summary>
    public DateTime LastUpdatedTime { get; init; }

    /// <summary>Its input; a JSON null when there was none or it was not asked for.</summary>
    public JsonElement Input { get; init => field = OrNull(value); } = s_null;

    /// <summary>
    /// Its output; a JSON null as long as there is none. Of a failed orchestration it is the text of the failure, of a
    /// terminated one the reason.
    /// </summary>
    public JsonElement Output { get; init => field = OrNull(value); } = s_null;

    /// <summary>What the orchestration last set as its custom status; a JSON null when it has set none.</summary>
    public JsonElement CustomStatus { get; init => field = OrNull(value); } = s_null;

    /// <summary>What a failed orchestration threw; otherwise null.</summary>
    public FailureDetails? Failure { get; init; }

    /// <summary>Why it is suspended: what the client said, or why the engine parked it; otherwise null.</summary>
    public string? Reason { get; init; }

    /// <summary>The version that it was started with, or null.</summary>
    public string? Version { get; init; }

    /// <summary>The id of the orchestration that started it, or null if a client did.</summary>
    public string? ParentInstanceId { get; init; }

    /// <summary>The tags that it was started with; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Its history, oldest first; null unless it was asked for.</summary>
    public IReadOnlyList<DurableHistoryEvent>? History { get; init; }

    private static JsonElement OrNull(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? s_null : value;
}
