namespace Perdure;

/// <summary>Makes the function run for every message of a queue.</summary>
/// <param name="queueName">The name of the queue.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class QueueTriggerAttribute(string queueName) : Attribute
{
    /// <summary>The name of the queue.</summary>
    public string QueueName { get; } = queueName;

    /// <summary>
    /// The name of the setting that says where the queue lives; null by default, which is the task hub itself.
    /// </summary>
    public string? Connection { get; set; }
}
