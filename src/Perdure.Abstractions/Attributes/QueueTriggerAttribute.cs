namespace Perdure;

/// <summary>
/// Makes the function run for every message of a queue of the task hub. The parameter is the message as
/// <see cref="string"/>, <c>byte[]</c>, <see cref="QueueMessage"/>, or any type that its JSON fits.
/// </summary>
/// <remarks>
/// <para>
/// A message is delivered at least once. When the function returns, the message is gone, in the same commit as all that
/// the function has sent through output bindings and through clients that it takes with <c>[DurableClient]</c>. When it
/// throws, nothing is sent, and the message is delivered again; what fails too often, or can never succeed, is put
/// aside as a dead letter with all its errors.
/// </para>
/// <para>
/// Other parameters: <c>id</c>, <c>dequeueCount</c>, <c>insertionTime</c>, <c>queueTrigger</c> (the text) and
/// <c>sessionId</c> by name, <c>ILogger</c>, <see cref="CancellationToken"/>, <see cref="RetryContext"/>, clients,
/// outputs with <c>[Queue]</c> and services.
/// </para>
/// </remarks>
/// <param name="queueName">
/// The name of the queue: 1 to 63 of a to z, 0 to 9 and '-', neither first nor last; <c>%setting%</c> is replaced by
/// the value of the setting.
/// </param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class QueueTriggerAttribute(string queueName) : Attribute
{
    /// <summary>The name of the queue.</summary>
    public string QueueName { get; } = queueName;

    /// <summary>
    /// Is not needed: every queue lives in the task hub. It may stand here, so that code from elsewhere compiles.
    /// </summary>
    public string? Connection { get; set; }

    /// <summary>
    /// How often a message is delivered before it is put aside, the first time included; 1 or more. 0 by default, which
    /// takes the value of the host (5). A retry attribute of the function has the last word.
    /// </summary>
    public int MaxDequeueCount { get; set; }

    /// <summary>
    /// How long a message whose function failed waits for its next delivery, for example <c>00:00:30</c>; null by
    /// default, which takes the value of the host (none).
    /// </summary>
    public string? VisibilityTimeout { get; set; }

    /// <summary>
    /// How many messages a node runs at a time, beside <see cref="NewBatchThreshold"/>; 1 or more. 0 by default, which
    /// takes the value of the host (16). <c>[Concurrency]</c> on the function sets the sum of both.
    /// </summary>
    public int BatchSize { get; set; }

    /// <summary>
    /// How many messages a node runs at a time on top of <see cref="BatchSize"/>. −1 by default, which takes the
    /// value of the host: half of the batch size for each processor.
    /// </summary>
    public int NewBatchThreshold { get; set; } = -1;
}
