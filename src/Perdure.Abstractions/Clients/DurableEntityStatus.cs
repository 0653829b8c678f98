using System.Text.Json;

namespace Perdure;

/// <summary>What is durably known of an entity at one moment.</summary>
public sealed class DurableEntityStatus
{
    private static readonly JsonElement s_null = JsonElement.Parse("null"u8);

    /// <summary>The entity.</summary>
    public required EntityId EntityId { get; init; }

    /// <summary>When its last operation ran, in UTC and whole milliseconds.</summary>
    public DateTime LastOperationTime { get; init; }

    /// <summary>Its state; a JSON null when it has none or it was not asked for.</summary>
    public JsonElement State
    {
        get;
        init => field = value.ValueKind == JsonValueKind.Undefined ? s_null : value;
    } = s_null;
}
