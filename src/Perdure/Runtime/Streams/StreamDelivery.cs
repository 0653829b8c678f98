using Perdure.Core.Streams;

namespace Perdure.Runtime.Streams;

/// <summary>One run of the function of a stream with a batch of events, or with one.</summary>
/// <param name="reader">Who hands them out.</param>
/// <param name="before">The reader as it was then.</param>
/// <param name="events">At least one.</param>
internal sealed class StreamDelivery(StreamReader reader, ReaderState before, IReadOnlyList<StoredEvent> events)
    : Delivery(reader.Partition)
{
    public StreamReader Reader => reader;
    public ReaderState Before => before;
    public IReadOnlyList<StoredEvent> Events => events;

    /// <summary>Where each key has an order of its own: these events as those of their key.</summary>
    public Strand? Strand { get; init; }

    /// <summary>Then the reader as it is when what becomes of them is put in line.</summary>
    public ReaderState? Beside { get; set; }

    /// <summary>
    /// Those that do not fit what the function takes: they fail by themselves, and it never sees them.
    /// </summary>
    public List<FailedEvent> Unbindable { get; } = [];

    /// <summary>What the function gets, by place among <see cref="Events"/>.</summary>
    public IReadOnlyList<int> Passed { get; set; } = [.. Enumerable.Range(0, events.Count)];

    /// <summary>Why an event of the batch failed.</summary>
    public FailureDetails FailureOf(string eventId, BatchOutcome outcome)
    {
        foreach (FailedEvent failed in outcome.Events)
        {
            if (events[failed.Place].Data.Id == eventId)
                return failed.Failure;
        }
        return outcome.Failure!;
    }

    public override string Origin => reader.Function.Consumer.Stream;

    public override RetryContext Retries => new(before.Failures, reader.Function.Consumer.Retries.RetriesMax);
}
