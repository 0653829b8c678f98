namespace Perdure;

/// <summary>A place in a stream, to set a checkpoint to.</summary>
public sealed record StreamPosition
{
    private StreamPosition()
    {
    }

    /// <summary>The first event that is kept.</summary>
    public static StreamPosition Earliest { get; } = new();

    /// <summary>Behind all that is there.</summary>
    public static StreamPosition Latest { get; } = new() { IsLatest = true };

    /// <summary>Whether it is behind all that is there.</summary>
    public bool IsLatest { get; private init; }

    /// <summary>The number of an event of one partition, or null.</summary>
    public long? SequenceNumber { get; private init; }

    /// <summary>The time of an event, or null.</summary>
    public DateTimeOffset? EnqueuedTime { get; private init; }

    /// <summary>An event of one partition; the number of the next one, which is not there yet, is its end.</summary>
    /// <param name="sequenceNumber">Its number; 0 or more.</param>
    /// <returns>The position.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static StreamPosition FromSequenceNumber(long sequenceNumber)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequenceNumber);
        return new() { SequenceNumber = sequenceNumber };
    }

    /// <summary>
    /// The first event that was appended at a time or later; the end where there is none, and the first event that is
    /// kept where older ones are deleted.
    /// </summary>
    /// <param name="enqueuedTime">The time.</param>
    /// <returns>The position.</returns>
    public static StreamPosition FromEnqueuedTime(DateTimeOffset enqueuedTime) => new() { EnqueuedTime = enqueuedTime };
}
