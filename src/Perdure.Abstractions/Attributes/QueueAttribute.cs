namespace Perdure;

/// <summary>
/// Sends to a queue what the function gives: the value that it returns (<c>[return: Queue("name")]</c>), an <c>out</c>
/// parameter, or what it adds to an <see cref="ICollector{T}"/> or <see cref="IAsyncCollector{T}"/>.
/// </summary>
/// <remarks>
/// The messages leave when the function has ended well, in the commit that acknowledges what triggered it; a function
/// that throws has sent nothing. Null sends nothing.
/// </remarks>
/// <param name="queueName">The name of the queue, as in <see cref="QueueTriggerAttribute"/>.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.ReturnValue)]
public sealed class QueueAttribute(string queueName) : Attribute
{
    /// <summary>The name of the queue.</summary>
    public string QueueName { get; } = queueName;

    /// <summary>
    /// Is not needed: every queue lives in the task hub. It may stand here, so that code from elsewhere compiles.
    /// </summary>
    public string? Connection { get; set; }
}
