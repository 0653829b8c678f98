namespace Perdure;

/// <summary>
/// What is different for one function. Each setting counts unless an attribute of the function says otherwise; what is
/// null is as for all functions of its kind. One that its trigger does not have is an error when the host starts.
/// </summary>
public sealed class FunctionOptions
{
    /// <summary>
    /// Of a function of a queue, of a stream or of HTTP: whether it is switched off, as with <c>[Disable]</c>.
    /// </summary>
    public bool Disabled { get; set; }

    /// <summary>Of an activity and of a function of a queue or stream: the longest run, as <c>[Timeout]</c>.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// Of the same: how many runs are under way at once in one node, as <c>[Concurrency]</c>; 1 or more.
    /// </summary>
    public int? Concurrency { get; set; }

    /// <summary>
    /// Of the same: the limit that it shares, which <see cref="PerdureOptions.ConcurrencyLimits"/> has; as
    /// <c>[ConcurrencyLimit]</c>.
    /// </summary>
    public string? ConcurrencyLimit { get; set; }

    /// <summary>Of a function of a queue, as <see cref="QueueOptions.MaxDequeueCount"/>.</summary>
    public int? MaxDequeueCount { get; set; }

    /// <summary>Of a function of a queue, as <see cref="QueueOptions.VisibilityTimeout"/>.</summary>
    public TimeSpan? VisibilityTimeout { get; set; }

    /// <summary>Of a function of a queue, as <see cref="QueueOptions.BatchSize"/>.</summary>
    public int? BatchSize { get; set; }

    /// <summary>Of a function of a queue, as <see cref="QueueOptions.NewBatchThreshold"/>.</summary>
    public int? NewBatchThreshold { get; set; }

    /// <summary>Of a function of a stream, as <see cref="StreamOptions.MaxEventBatchSize"/>.</summary>
    public int? MaxEventBatchSize { get; set; }

    /// <summary>Of a function of a stream, as <see cref="StreamOptions.Ordering"/>.</summary>
    public EventOrdering? Ordering { get; set; }

    /// <summary>Of a function of a stream, as <see cref="StreamOptions.MaxConcurrentKeys"/>.</summary>
    public int? MaxConcurrentKeys { get; set; }

    /// <summary>Of a function of a stream, as <see cref="StreamOptions.MaxRetryCount"/>.</summary>
    public int? MaxRetryCount { get; set; }

    /// <summary>Of a function of a stream, as <see cref="StreamOptions.RetryDelay"/>.</summary>
    public TimeSpan? RetryDelay { get; set; }

    /// <summary>Of a function of a stream, as <see cref="StreamOptions.FailurePolicy"/>.</summary>
    public EventFailurePolicy? FailurePolicy { get; set; }

    /// <summary>Of a function of a stream, as <see cref="StreamOptions.InitialOffset"/>.</summary>
    public string? InitialOffset { get; set; }
}
