namespace Perdure;

/// <summary>
/// Looks at what was put aside, lets it run again, or decides that it is not to. It comes from the services.
/// </summary>
public interface IDeadLetterClient
{
    /// <summary>One page of those that fit, oldest first.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="pageSize">How many at most; from 1 to 1,000.</param>
    /// <param name="continuationToken">Where the page begins; from the one before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The page.</returns>
    /// <exception cref="ArgumentException">The size or the token cannot be used.</exception>
    Task<DeadLetterQueryResult> ListAsync(
        DeadLetterFilter? filter = null, int pageSize = 100, string? continuationToken = null,
        CancellationToken cancellationToken = default);

    /// <summary>One dead letter.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The dead letter, or null when there is none of that id.</returns>
    Task<DeadLetter?> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Those that fit, together by what failed where; the largest groups first, at most 1,000.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The groups.</returns>
    Task<IReadOnlyList<DeadLetterGroup>> GroupAsync(
        DeadLetterFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets them run again: a message goes back to its queue with its id and all its deliveries; an event runs alone,
    /// once, for the consumer group that failed, beside what its partition does meanwhile. What fails is active again.
    /// </summary>
    /// <param name="ids">Which; those that are not active stay as they are.</param>
    /// <param name="cancellationToken">Gives up; some may have been taken.</param>
    /// <returns>How many were taken.</returns>
    Task<int> ReplayAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default);

    /// <summary>Decides that they are not to run. They can be restored.</summary>
    /// <param name="ids">Which; those that are not active stay as they are.</param>
    /// <param name="cancellationToken">Gives up; some may have been changed.</param>
    /// <returns>How many were changed.</returns>
    Task<int> DiscardAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default);

    /// <summary>Makes discarded ones active again.</summary>
    /// <param name="ids">Which; those that are not discarded stay as they are.</param>
    /// <param name="cancellationToken">Gives up; some may have been changed.</param>
    /// <returns>How many were changed.</returns>
    Task<int> RestoreAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default);
}
