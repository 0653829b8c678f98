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

    /// <summary>The id of the event; null, the default, draws one. At most 100 characters.</summary>
    public string? EventId { get; init; }
}
