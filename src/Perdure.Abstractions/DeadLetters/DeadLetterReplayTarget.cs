namespace Perdure;

/// <summary>Where a dead letter runs again.</summary>
public enum DeadLetterReplayTarget
{
    /// <summary>
    /// An event runs alone, for the consumer group that had failed; a message goes back to its queue.
    /// </summary>
    InPlace,

    /// <summary>
    /// An event is appended again to the partition that it was in, with its id and key: every consumer group gets it,
    /// in order with what comes then. A message goes back to its queue.
    /// </summary>
    Tail,
}
