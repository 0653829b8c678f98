namespace Perdure;

/// <summary>The streams of the task hub, and how their functions run unless their triggers say otherwise.</summary>
public sealed class StreamOptions
{
    /// <summary>
    /// How many partitions a stream has that is made now. It cannot be changed later: a key would go to another one.
    /// Default 4; 1 to 1,024.
    /// </summary>
    public int Partitions { get; set; } = 4;

    /// <summary>
    /// How long events are kept. What a consumer group has not processed yet is kept as long as it takes. Default 7
    /// days; null for ever.
    /// </summary>
    public TimeSpan? Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long an event with an id that its sender gave is remembered, so that it is not appended a second time.
    /// Default 10 minutes; 0 turns that off; at most 7 days. At most the last 100,000 events of a partition are
    /// remembered.
    /// </summary>
    public TimeSpan DuplicateWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The most events of a batch. Default 100; 1 to 10,000.</summary>
    public int MaxEventBatchSize { get; set; } = 100;

    /// <summary>What of a partition runs in its order. Default: all of it.</summary>
    public EventOrdering Ordering { get; set; }

    /// <summary>
    /// With <see cref="EventOrdering.Key"/>: how many keys of a partition run at a time. Default 16; 1 to 1,000.
    /// </summary>
    public int MaxConcurrentKeys { get; set; } = 16;

    /// <summary>
    /// How often a batch that failed runs again, when the function has no retry attribute. Default 4; 0 or more.
    /// </summary>
    public int MaxRetryCount { get; set; } = 4;

    /// <summary>
    /// How long it waits for its first retry; from retry to retry it waits about twice as long. Default 1 second.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What becomes of an event that cannot be processed. Default: it is put aside, and the next one runs.
    /// </summary>
    public EventFailurePolicy FailurePolicy { get; set; }

    /// <summary>
    /// Where a consumer group begins that has no checkpoint: <c>fromStart</c>, the default, <c>fromEnd</c>, or a time
    /// such as <c>2026-11-29T12:00:00Z</c>.
    /// </summary>
    public string InitialOffset { get; set; } = "fromStart";

    /// <summary>What is different for single streams, by name in lower case.</summary>
    public IDictionary<string, StreamShape> Named { get; } =
        new Dictionary<string, StreamShape>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>What is different for one stream; what is null is as for all.</summary>
public sealed class StreamShape
{
    /// <summary>As <see cref="StreamOptions.Partitions"/>.</summary>
    public int? Partitions { get; set; }

    /// <summary>As <see cref="StreamOptions.Retention"/>.</summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>As <see cref="StreamOptions.DuplicateWindow"/>.</summary>
    public TimeSpan? DuplicateWindow { get; set; }
}
