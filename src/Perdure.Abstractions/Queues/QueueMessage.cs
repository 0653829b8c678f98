namespace Perdure;

/// <summary>A message of a queue as its function gets it.</summary>
public sealed class QueueMessage
{
    /// <summary>The id that its sender gave it, or that was drawn for it: the same for every delivery.</summary>
    public required string Id { get; init; }

    /// <summary>What was sent, as JSON in UTF-8; a text is a JSON string.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Which delivery this is, from 1.</summary>
    public required int DequeueCount { get; init; }

    /// <summary>When it was sent.</summary>
    public required DateTimeOffset InsertionTime { get; init; }

    /// <summary>The session, or null.</summary>
    public string? SessionId { get; init; }
}
