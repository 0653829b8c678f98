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
