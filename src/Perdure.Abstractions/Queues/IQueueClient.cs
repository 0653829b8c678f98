namespace Perdure;

/// <summary>
/// Sends messages to the queues of the task hub. It comes from the services. A function that sends with it sends at
/// once; what is to leave with the end of the function goes through <see cref="QueueAttribute"/>.
/// </summary>
public interface IQueueClient
{
    /// <summary>Sends one message. When the task has completed, the message is durable.</summary>
    /// <param name="queueName">The name of the queue.</param>
    /// <param name="message">What is sent, as JSON; a text is the text.</param>
    /// <param name="options">Session, delay and id; null for none.</param>
    /// <param name="cancellationToken">Stops waiting; the message may have been sent.</param>
    /// <returns>The id of the message.</returns>
    /// <exception cref="ArgumentException">No function of the hub has the queue; or an option is out of its range.
    /// </exception>
    /// <exception cref="PayloadException">The message cannot be written as JSON, or is too large.</exception>
    /// <exception cref="InvalidOperationException">The host has not started, or is stopping.</exception>
    Task<string> SendAsync(
        string queueName, object? message, QueueSendOptions? options = null,
        CancellationToken cancellationToken = default);
}
