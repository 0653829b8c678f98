namespace Perdure;

/// <summary>
/// Appends events to the streams of the task hub. It comes from the services. A function that appends with it appends
/// at once; what is to leave with the end of the function goes through <see cref="EventHubAttribute"/>.
/// </summary>
public interface IStreamClient
{
    /// <summary>Appends one event. When the task has completed, the event is durable.</summary>
    /// <param name="streamName">The name of the stream.</param>
    /// <param name="value">What the event says, as JSON; a text is the text.</param>
    /// <param name="partitionKey">The key, as in <see cref="StreamEntry.PartitionKey"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting; the event may have been appended.</param>
    /// <returns>The id of the event.</returns>
    /// <exception cref="ArgumentException">There is no such stream; or the key is out of its range.</exception>
    /// <exception cref="PayloadException">The event cannot be written as JSON, or is too large.</exception>
    /// <exception cref="InvalidOperationException">The host has not started, or is stopping.</exception>
    Task<string> AppendAsync(
        string streamName, object? value, string? partitionKey = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Appends events, those of each partition at once as far as they are not too many. When the task has completed,
    /// all are durable; when it fails, some may be.
    /// </summary>
    /// <param name="streamName">The name of the stream.</param>
    /// <param name="entries">The events, in their order.</param>
    /// <param name="cancellationToken">Stops waiting; events may have been appended.</param>
    /// <returns>The ids of the events, in the same order.</returns>
    /// <exception cref="ArgumentException">There is no such stream; or a key or id is out of its range.</exception>
    /// <exception cref="PayloadException">An event cannot be written as JSON, or is too large; nothing was appended.
    /// </exception>
    /// <exception cref="InvalidOperationException">The host has not started, or is stopping.</exception>
    Task<IReadOnlyList<string>> AppendAsync(
        string streamName, IEnumerable<StreamEntry> entries, CancellationToken cancellationToken = default);
}
