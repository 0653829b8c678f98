namespace Perdure;

/// <summary>An event to append to a stream.</summary>
/// <param name="value">What it says, as JSON; a text is the text.</param>
public sealed class StreamEntry(object? value)
{
    /// <summary>What it says.</summary>
    public object? Value { get; } = value;

    /// <summary>
    /// Events of one key go to the same partition, and stay in the order in which they were appended. Null, the
    /// default, takes one partition after the other. At most 256 characters.
    /// </summary>
    public string? PartitionKey { get; init; }

    /// <summary>
    /// The id of the event; null, the default, draws one. At most 100 characters. An event whose id one of the latest
    /// events of the same partition has is there already: it is not appended a second time, and nobody gets an error.
    /// So whoever does not know whether it was appended sends it again with the same id and the same key.
    /// </summary>
    /// <remarks>
    /// How long an id is remembered is said by <c>Perdure:Streams:DuplicateWindow</c>; at most the last 100,000 events
    /// of a partition are.
    /// </remarks>
    public string? EventId { get; init; }
}
