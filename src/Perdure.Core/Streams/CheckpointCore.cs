using Perdure.Core.Messages;

namespace Perdure.Core.Streams;

/// <summary>What becomes of a reader when somebody moves its checkpoint.</summary>
internal static class CheckpointCore
{
    /// <param name="command">What is wanted.</param>
    /// <param name="reader">The reader, with nothing in hand; null when there is none of that name.</param>
    /// <param name="start">The first event that is kept.</param>
    /// <param name="end">The number of the next event.</param>
    /// <param name="hasFunction">Whether its function is here.</param>
    /// <returns>
    /// What the request comes to, and the reader from then on; of a skip that is accepted the reader as it is, because
    /// the event has to be put aside as well.
    /// </returns>
    public static (RequestOutcome Outcome, ReaderState? Reader) Decide(
        Message.Checkpoint command, ReaderState? reader, long start, long end, bool hasFunction)
    {
        if (reader is null)
            return (RequestOutcome.NotFound, null);
        long number = command.Number;
        return command.Verb switch
        {
            CheckpointVerb.Earliest => Moved(start),
            CheckpointVerb.Latest => Moved(end),
            CheckpointVerb.Near => Moved(Math.Clamp(number, start, end)),
            CheckpointVerb.Number when number < start => (RequestOutcome.BeforeStart, null),
            CheckpointVerb.Number when number > end => (RequestOutcome.BeyondEnd, null),
            CheckpointVerb.Number => Moved(number),
            CheckpointVerb.Retry when reader.IsHeld => (RequestOutcome.Accepted, reader.Afresh()),
            CheckpointVerb.Retry when reader.DueAt > 0 => (RequestOutcome.Accepted, reader with { DueAt = 0 }),
            CheckpointVerb.Retry when reader.Keys.Values.Any(k => k.DueAt > 0) =>
                (RequestOutcome.Accepted, AtOnce(reader)),
            CheckpointVerb.Skip when reader.IsHeld && !hasFunction => (RequestOutcome.NoFunction, null),
            CheckpointVerb.Skip when reader.IsHeld => (RequestOutcome.Accepted, reader),
            CheckpointVerb.Delete when hasFunction => (RequestOutcome.HasFunction, null),
            CheckpointVerb.Delete => (RequestOutcome.Accepted, null),
            _ => (RequestOutcome.WrongState, null),
        };
    }

    private static ReaderState AtOnce(ReaderState reader) => reader with
    {
        Keys = reader.Keys.SetItems(reader.Keys.Select(k => KeyValuePair.Create(k.Key, k.Value with { DueAt = 0 }))),
    };

    /// <summary>Nothing is known any more of what was done beyond the old place, or has failed there.</summary>
    private static (RequestOutcome, ReaderState?) Moved(long position) =>
        (RequestOutcome.Accepted, new ReaderState { Position = position });
}
