namespace Perdure;

/// <summary>How the functions of queues run, unless their triggers say otherwise.</summary>
public sealed class QueueOptions
{
    /// <summary>
    /// How often a message is delivered before it is put aside, the first time included. Default 5; from 1 to 10,000.
    /// </summary>
    public int MaxDequeueCount { get; set; } = 5;

    /// <summary>
    /// How long a message whose function failed waits for its next delivery. Default none; at most 365 days.
    /// </summary>
    public TimeSpan VisibilityTimeout { get; set; }

    /// <summary>How many messages of a queue a node runs at a time, beside the threshold. Default 16; 1 to 10,000.
    /// </summary>
    public int BatchSize { get; set; } = 16;

    /// <summary>
    /// How many more a node runs at a time. Null, the default: half of the batch size for each processor.
    /// </summary>
    public int? NewBatchThreshold { get; set; }
}
