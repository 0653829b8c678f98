using Perdure.Core.History;

namespace Perdure.Core.Streams;

/// <summary>An event as its sender gave it.</summary>
/// <param name="Id">That its sender gave it, or that was drawn for it.</param>
/// <param name="Key">Events of one key stay in order; null for none.</param>
/// <param name="Body">What it says, as JSON.</param>
internal readonly record struct EventData(string Id, string? Key, Payload Body)
{
    /// <summary>Its sender gave the id, which so is the same when it sends the event once more.</summary>
    public bool IsGiven { get; init; }

    /// <summary>W3C trace context of the span that appended it; null where nothing is traced.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>An event of a log.</summary>
/// <param name="Number">Its place in the log.</param>
/// <param name="At">When it was appended, in milliseconds since 1970.</param>
/// <param name="Data">The event.</param>
internal readonly record struct StoredEvent(long Number, long At, EventData Data);
