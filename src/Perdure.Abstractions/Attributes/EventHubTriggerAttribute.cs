namespace Perdure;

/// <summary>
/// Makes the function run for the events of a stream of the task hub, in the order of each partition. The parameter is
/// an array for a batch, or one event: as <see cref="string"/>, <c>byte[]</c>, <see cref="StreamEvent"/>, or any type
/// that its JSON fits.
/// </summary>
/// <remarks>
/// <para>
/// An event is delivered at least once. When the function returns, the checkpoint of its consumer group moves over the
/// events, in the same commit as all that the function has sent through output bindings and through clients that it
/// takes with <c>[DurableClient]</c>. When it throws, nothing is sent, and the same events run again as its retries
/// allow; then halves of the batch run until the event that is to blame is alone, and <see cref="FailurePolicy"/> says
/// what becomes of it.
/// </para>
/// <para>
/// Other parameters: <c>partitionKey</c>, <c>sequenceNumber</c>, <c>enqueuedTimeUtc</c> and <c>eventId</c> by name, or
/// with <c>Array</c> behind them for a batch, <c>partitionId</c>, <c>ILogger</c>, <see cref="CancellationToken"/>,
/// <see cref="RetryContext"/>, clients, outputs with <c>[Queue]</c> and <c>[EventHub]</c>, and services.
/// </para>
/// </remarks>
/// <param name="eventHubName">
/// The name of the stream: 1 to 63 of a to z, 0 to 9 and '-', neither first nor last; <c>%setting%</c> is replaced by
/// the value of the setting.
/// </param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class EventHubTriggerAttribute(string eventHubName) : Attribute
{
    /// <summary>The name of the stream.</summary>
    public string EventHubName { get; } = eventHubName;

    /// <summary>
    /// Is not needed: every stream lives in the task hub. It may stand here, so that code from elsewhere compiles.
    /// </summary>
    public string? Connection { get; set; }

    /// <summary>
    /// Whose checkpoints these are, in any case and at most 50 characters; each group gets every event. Default
    /// <c>$Default</c>. Of one stream each function has a group of its own.
    /// </summary>
    public string ConsumerGroup { get; set; } = "$Default";

    /// <summary>
    /// The most events of a batch; 1 or more. 0 by default, which takes the value of the host (100).
    /// </summary>
    public int MaxEventBatchSize { get; set; }

    /// <summary>
    /// What of a partition runs in its order. When it is not said, the value of the host counts: all of it.
    /// </summary>
    public EventOrdering Ordering { get; set; }

    /// <summary>
    /// With <see cref="EventOrdering.Key"/>: how many keys of a partition run at a time; 1 to 1,000. 0 by default,
    /// which takes the value of the host (16).
    /// </summary>
    public int MaxConcurrentKeys { get; set; }

    /// <summary>
    /// What becomes of an event that cannot be processed. When it is not said, the value of the host counts: it is put
    /// aside, and the next one runs.
    /// </summary>
    public EventFailurePolicy FailurePolicy { get; set; }

    /// <summary>
    /// Where to begin when the group has no checkpoint: <c>fromStart</c>, the default, <c>fromEnd</c>, or a time such
    /// as <c>2026-11-29T12:00:00Z</c> for what was appended then or later. When it is not said, the value of the host
    /// counts.
    /// </summary>
    public string InitialOffset { get; set; } = "fromStart";
}
