namespace Perdure;

/// <summary>What can be said of a message that is sent.</summary>
public sealed class QueueSendOptions
{
    /// <summary>
    /// Messages of one session are delivered one at a time, in the order in which they were sent: the next one when the
    /// one before is processed or put aside. Null, the default, means no order. At most 256 characters.
    /// </summary>
    public string? SessionId { get; set; }

    /// <summary>How long the message waits before it is delivered; none by default, at most 365 days.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The id of the message; null, the default, draws one. At most 100 characters.</summary>
    public string? MessageId { get; set; }
}
