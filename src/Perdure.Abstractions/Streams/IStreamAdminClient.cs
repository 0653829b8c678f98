namespace Perdure;

/// <summary>
/// Looks at the streams of the task hub and their consumer groups, and moves checkpoints. It comes from the services;
/// any node will do.
/// </summary>
/// <remarks>
/// A change is durable when its task has completed. It is made partition by partition: when one fails, others may have
/// been changed. While the function of the group runs a batch, the change waits for the end of that batch.
/// </remarks>
public interface IStreamAdminClient
{
    /// <summary>All streams of the hub, by name.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The streams.</returns>
    Task<IReadOnlyList<StreamSummary>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>A stream with its partitions.</summary>
    /// <param name="streamName">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream, or null when there is none of that name.</returns>
    Task<StreamDescription?> GetAsync(string streamName, CancellationToken cancellationToken = default);

    /// <summary>The consumer groups of a stream, by name, each with its checkpoint in every partition.</summary>
    /// <param name="streamName">The name of the stream.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The groups.</returns>
    /// <exception cref="ArgumentException">There is no such stream.</exception>
    Task<IReadOnlyList<ConsumerGroup>> ListGroupsAsync(
        string streamName, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sets the checkpoint of a consumer group: the next batch begins there, with all its retries. What a batch that
    /// runs just now has done by then does not count, if the checkpoint goes back behind it: it runs again.
    /// </summary>
    /// <param name="streamName">The name of the stream.</param>
    /// <param name="group">The consumer group.</param>
    /// <param name="position">Where to go.</param>
    /// <param name="partitionId">One partition; null for all, which a number cannot mean.</param>
    /// <param name="cancellationToken">Stops waiting; checkpoints may be set nevertheless.</param>
    /// <exception cref="ArgumentException">
    /// There is no such stream, group or partition; or the event is deleted already, or behind the next one.
    /// </exception>
    /// <exception cref="InvalidOperationException">The host has not started, or is stopping.</exception>
    Task SetCheckpointAsync(
        string streamName, string group, StreamPosition position, int? partitionId = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets a consumer group go on that stands still (<see cref="EventFailurePolicy.HoldPartition"/>), or does not let
    /// it wait any longer for its next retry.
    /// </summary>
    /// <param name="streamName">The name of the stream.</param>
    /// <param name="group">The consumer group.</param>
    /// <param name="partitionId">One partition; null for all in which it stands still or waits.</param>
    /// <param name="skip">
    /// Whether what it stands still at becomes a dead letter, and the next event runs; else it is tried again, with all
    /// its retries.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; it may go on nevertheless.</param>
    /// <returns>In how many partitions it goes on.</returns>
    /// <exception cref="ArgumentException">There is no such stream, group or partition.</exception>
    /// <exception cref="InvalidOperationException">
    /// The node that owns the partition does not have the function, which a skip needs; or this host has not started,
    /// or is stopping.
    /// </exception>
    Task<int> ResumeAsync(
        string streamName, string group, int? partitionId = null, bool skip = false,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Forgets a consumer group whose function is gone: until then it keeps every event that it has not processed.
    /// </summary>
    /// <param name="streamName">The name of the stream.</param>
    /// <param name="group">The consumer group.</param>
    /// <param name="cancellationToken">Stops waiting; it may be forgotten nevertheless.</param>
    /// <exception cref="ArgumentException">There is no such stream or group.</exception>
    /// <exception cref="InvalidOperationException">
    /// A function of the hub reads for the group; or this host has not started, or is stopping.
    /// </exception>
    Task DeleteGroupAsync(string streamName, string group, CancellationToken cancellationToken = default);

    /// <summary>The same client, whose changes are logged with a name.</summary>
    /// <param name="author">Who asks; at most 256 characters.</param>
    /// <returns>The client.</returns>
    /// <exception cref="ArgumentException">The name is empty or too long, or no well-formed Unicode.</exception>
    IStreamAdminClient OnBehalfOf(string author);
}
