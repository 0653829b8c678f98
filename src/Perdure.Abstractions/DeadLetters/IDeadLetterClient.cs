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
    /// once, for the consumer group that failed, beside what its partition does meanwhile. An event that fails is
    /// active again; a message that is put aside again is a new dead letter, which takes the place of the old one.
    /// </summary>
    /// <param name="ids">Which; those that are not active stay as they are.</param>
    /// <param name="cancellationToken">Gives up; some may have been taken.</param>
    /// <returns>How many were taken.</returns>
    Task<int> ReplayAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default);

    /// <summary>Lets them run again, at a place of choice.</summary>
    /// <param name="ids">Which; those that are not active stay as they are.</param>
    /// <param name="target">Where they run.</param>
    /// <param name="cancellationToken">Gives up; some may have been taken.</param>
    /// <returns>How many were taken.</returns>
    Task<int> ReplayAsync(
        IEnumerable<string> ids, DeadLetterReplayTarget target, CancellationToken cancellationToken = default);

    /// <summary>Decides that they are not to run. They can be restored.</summary>
    /// <param name="ids">Which; those that are neither active nor held stay as they are.</param>
    /// <param name="cancellationToken">Gives up; some may have been changed.</param>
    /// <returns>How many were changed.</returns>
    Task<int> DiscardAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default);

    /// <summary>Makes discarded ones active again.</summary>
    /// <param name="ids">Which; those that are not discarded stay as they are.</param>
    /// <param name="cancellationToken">Gives up; some may have been changed.</param>
    /// <returns>How many were changed.</returns>
    Task<int> RestoreAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default);

    /// <summary>All that fit, oldest first, read page by page: for exports.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The dead letters.</returns>
    IAsyncEnumerable<DeadLetter> ReadAllAsync(
        DeadLetterFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>Whether a body fits what the function takes that could not process the dead letter.</summary>
    /// <param name="id">The dead letter.</param>
    /// <param name="body">What the body would be, as JSON; a text is the text.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is found.</returns>
    /// <exception cref="ArgumentException">There is no such dead letter.</exception>
    /// <exception cref="PayloadException">The body cannot be written as JSON, or is too large.</exception>
    Task<DeadLetterCheck> CheckAsync(string id, object? body, CancellationToken cancellationToken = default);

    /// <summary>Whether its body fits what the function takes now; the function may have changed since.</summary>
    /// <param name="id">The dead letter.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is found.</returns>
    /// <exception cref="ArgumentException">There is no such dead letter.</exception>
    Task<DeadLetterCheck> CheckAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes an edited revision of an active dead letter: a new one with this body, which is active in its place. The
    /// original stays as it is for as long as the revision does, is <see cref="DeadLetterState.Replaced"/>, and never
    /// runs.
    /// </summary>
    /// <param name="id">The dead letter.</param>
    /// <param name="body">What the body is from now on, as JSON; a text is the text.</param>
    /// <param name="cancellationToken">Stops waiting; it may be edited nevertheless.</param>
    /// <returns>The id of the revision.</returns>
    /// <exception cref="ArgumentException">
    /// There is no such dead letter; or this host has its function, and the body does not fit what that takes.
    /// </exception>
    /// <exception cref="PayloadException">The body cannot be written as JSON, or is too large.</exception>
    /// <exception cref="InvalidOperationException">It is not active.</exception>
    Task<string> EditAsync(string id, object? body, CancellationToken cancellationToken = default);

    /// <summary>Adds a note to its trail.</summary>
    /// <param name="id">The dead letter, in any state.</param>
    /// <param name="note">At most 1,000 characters.</param>
    /// <param name="cancellationToken">Stops waiting; it may be noted nevertheless.</param>
    /// <exception cref="ArgumentException">
    /// There is no such dead letter; or the note is empty or too long, or no well-formed Unicode.
    /// </exception>
    /// <exception cref="InvalidOperationException">Its trail has 1,000 entries already.</exception>
    Task NoteAsync(string id, string note, CancellationToken cancellationToken = default);

    /// <summary>
    /// Begins to let all active ones run again that fit, a few at a time. It is an orchestration of the engine: it goes
    /// on when the process dies, on whichever node. What is put aside later than now is not taken.
    /// </summary>
    /// <param name="filter">Which; at least one condition besides the state.</param>
    /// <param name="options">How fast, and when to stop.</param>
    /// <param name="cancellationToken">Stops waiting; it may have begun.</param>
    /// <returns>The id of the replay.</returns>
    /// <exception cref="ArgumentException">There is no condition, or an option is out of its range.</exception>
    Task<string> StartReplayAsync(
        DeadLetterFilter filter, DeadLetterReplayOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>How far a replay has come that was begun with <see cref="StartReplayAsync"/>.</summary>
    /// <param name="replayId">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The replay, or null when there is none of that id.</returns>
    Task<DeadLetterReplay?> GetReplayAsync(string replayId, CancellationToken cancellationToken = default);

    /// <summary>Ends a replay: it lets nothing more run. What runs already comes to its end.</summary>
    /// <param name="replayId">Its id.</param>
    /// <param name="cancellationToken">Stops waiting; it may end nevertheless.</param>
    /// <returns>Whether there was such a replay, and it had not ended.</returns>
    Task<bool> CancelReplayAsync(string replayId, CancellationToken cancellationToken = default);

    /// <summary>The same client, whose changes are kept with a name.</summary>
    /// <param name="author">Who asks; at most 256 characters.</param>
    /// <returns>The client.</returns>
    /// <exception cref="ArgumentException">The name is empty or too long, or no well-formed Unicode.</exception>
    IDeadLetterClient OnBehalfOf(string author);
}
