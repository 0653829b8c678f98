using Perdure.Core.History;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Stores;

/// <summary>An instance with what its status shows, read in one snapshot.</summary>
/// <param name="Row">The row.</param>
/// <param name="FirstEvents">The events of the first history row of the generation: they hold the input.</param>
/// <param name="LastEvents">The events of the last history row: they hold the output once the instance ended.</param>
/// <param name="LastUpdated">The time of the last history row, or of the creation when there is none.</param>
internal sealed record InstanceSnapshot(
    InstanceRow Row, ReadOnlyMemory<byte> FirstEvents, ReadOnlyMemory<byte> LastEvents, long LastUpdated);

/// <summary>Which instances to list; null means any. Conditions are joined by "and".</summary>
internal sealed record InstanceQuery
{
    public IReadOnlyList<InstanceStatus>? Statuses { get; init; }

    /// <summary>
    /// Whether to list what is suspended or parked and not ended (it is reported as Suspended). Null does not look at
    /// it; false leaves it out; true adds it to <see cref="Statuses"/>, or lists nothing else when those are null.
    /// </summary>
    public bool? Suspended { get; init; }

    public string? Name { get; init; }

    /// <summary>Exactly so; empty: those without one.</summary>
    public string? Version { get; init; }

    public string? IdPrefix { get; init; }

    /// <summary>Inclusive, in milliseconds since 1970.</summary>
    public long? CreatedFrom { get; init; }

    /// <summary>Inclusive.</summary>
    public long? CreatedTo { get; init; }

    public KeyValuePair<string, string>? Tag { get; init; }

    /// <summary>Where the previous page ended; opaque to everybody but the store.</summary>
    public string? Continuation { get; init; }

    public required int PageSize { get; init; }

    /// <summary>Whether first and last events are needed; without them the page reads no history.</summary>
    public bool WithPayloads { get; init; } = true;
}

/// <summary>Ordered by (created, id), oldest first. <c>Continuation</c> is null on the last page.</summary>
internal sealed record InstancePage(IReadOnlyList<InstanceSnapshot> Instances, string? Continuation);

/// <summary>Which entities to list; null means any. Conditions are joined by "and".</summary>
internal sealed record EntityRowQuery
{
    /// <summary>In lower case.</summary>
    public string? Name { get; init; }

    /// <summary>The time of the last operation; inclusive, in milliseconds since 1970.</summary>
    public long? LastFrom { get; init; }

    /// <summary>Inclusive.</summary>
    public long? LastTo { get; init; }

    /// <summary>Entities that exist; true lists those as well that are only locked.</summary>
    public bool WithoutState { get; init; }

    /// <summary>Only what is locked.</summary>
    public bool Locked { get; init; }

    /// <summary>Whether the rows carry their states.</summary>
    public bool WithState { get; init; }

    /// <summary>The id of the last entity of the previous page.</summary>
    public string? After { get; init; }

    public required int PageSize { get; init; }
}

/// <summary>Ordered by (name, key). <c>Continuation</c> is null on the last page.</summary>
internal sealed record EntityPage(IReadOnlyList<EntityRow> Entities, string? Continuation);
