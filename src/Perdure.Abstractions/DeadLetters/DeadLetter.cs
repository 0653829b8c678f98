namespace Perdure;

/// <summary>A message or an event that was put aside, with all that is known of it.</summary>
public sealed class DeadLetter
{
    /// <summary>Names it in every call about it.</summary>
    public required string Id { get; init; }

    /// <summary>Where it came from, for example <c>queue orders</c> or <c>stream payments</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The function that could not process it.</summary>
    public required string FunctionName { get; init; }

    /// <summary>The id of the message or event.</summary>
    public required string EventId { get; init; }

    /// <summary>Its session or key, or null.</summary>
    public string? Key { get; init; }

    /// <summary>Why it was put aside.</summary>
    public required DeadLetterReason Reason { get; init; }

    /// <summary>The same for failures of one type at one place.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What has become of it.</summary>
    public required DeadLetterState State { get; init; }

    /// <summary>When it was put aside.</summary>
    public required DateTimeOffset PutAsideAt { get; init; }

    /// <summary>When it was sent or appended.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>What was sent, as JSON in UTF-8; a text is a JSON string.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>How often its function has failed with it.</summary>
    public required int Failures { get; init; }

    /// <summary>The first run that failed, and the latest ones, at most 20.</summary>
    public required IReadOnlyList<DeadLetterAttempt> Attempts { get; init; }

    /// <summary>Of an event: the partition of the stream.</summary>
    public int? PartitionId { get; init; }

    /// <summary>Of an event: its number there.</summary>
    public long? SequenceNumber { get; init; }

    /// <summary>Of an event: the consumer group whose function failed.</summary>
    public string? ConsumerGroup { get; init; }

    /// <summary>When its state changed last.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>What has become of it since it was put aside, and by whom, in order.</summary>
    public required IReadOnlyList<DeadLetterTrailEntry> Trail { get; init; }

    /// <summary>
    /// The id of the one whose place it has taken: that it is an edited revision of, or whose message was put aside
    /// again; null for neither.
    /// </summary>
    public string? RevisionOf { get; init; }

    /// <summary>The id of the one that has taken its place, or null.</summary>
    public string? ReplacedBy { get; init; }
}

/// <summary>One run of a function that did not end well.</summary>
/// <param name="At">When it began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Failure">What was thrown.</param>
public sealed record DeadLetterAttempt(DateTimeOffset At, TimeSpan Duration, FailureDetails Failure);

/// <summary>Dead letters of one kind.</summary>
/// <param name="Fingerprint">What they have in common.</param>
/// <param name="Source">Where they came from.</param>
/// <param name="FunctionName">The function that could not process them.</param>
/// <param name="Count">How many there are.</param>
/// <param name="First">When the first one was put aside.</param>
/// <param name="Last">When the latest one was put aside.</param>
public sealed record DeadLetterGroup(
    string Fingerprint, string Source, string FunctionName, long Count, DateTimeOffset First, DateTimeOffset Last);
