namespace Perdure;

/// <summary>An event of a stream as its function gets it.</summary>
public sealed class StreamEvent
{
    /// <summary>The id that its sender gave it, or that was drawn for it: the same every time.</summary>
    public required string EventId { get; init; }

    /// <summary>The key, or null.</summary>
    public string? PartitionKey { get; init; }

    /// <summary>What was appended, as JSON in UTF-8; a text is a JSON string.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Its place in its partition. It grows from event to event; numbers may be left out.</summary>
    public required long SequenceNumber { get; init; }

    /// <summary>When it was appended.</summary>
    public required DateTimeOffset EnqueuedTime { get; init; }

    /// <summary>The partition of the stream, from 0.</summary>
    public required int PartitionId { get; init; }
}
