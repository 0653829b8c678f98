namespace Perdure.Core.Stores.Moves;

/// <summary>One end of a move. Rows are read in the order of their table, as they stream, never all at once.</summary>
internal interface IHubRows : IAsyncDisposable
{
    /// <summary>Where it is, for people; without any password.</summary>
    string Place { get; }

    IAsyncEnumerable<Cell[]> ReadAsync(HubTable table, CancellationToken cancellationToken);
}

/// <summary>The hub that moves. While it is open, no node can open it.</summary>
internal interface IHubSource : IHubRows
{
    /// <summary>Makes sure that the hub is stopped, and reads what it is. Nothing is changed.</summary>
    /// <exception cref="StoreException">
    /// It is not a hub, of another schema version, in use, or marked as moved; the text says what to do.
    /// </exception>
    Task<HubShape> OpenAsync(CancellationToken cancellationToken);

    Task<long> CountAsync(HubTable table, CancellationToken cancellationToken);

    /// <summary>
    /// Marks the hub, durably, so that no node can write to it any more; returns what the hub is from now on. Rows are
    /// read after this.
    /// </summary>
    Task<HubShape> BeginAsync(HubMark mark, CancellationToken cancellationToken);

    /// <summary>The move is complete, and the mark says so.</summary>
    Task EndAsync(HubMark mark);

    /// <summary>Takes the mark away: the move did not take place.</summary>
    Task UnmarkAsync();
}

/// <summary>
/// What becomes the hub. Until it is complete there is no hub for anybody to see, and leaving it before removes what
/// was written.
/// </summary>
internal interface IHubTarget : IHubRows
{
    /// <summary>How many partitions a hub usually has there; null where it keeps those that it has.</summary>
    int? UsualPartitions { get; }

    /// <summary>Makes sure that a hub can be made there and that there is none. Nothing is changed.</summary>
    /// <exception cref="StoreException">It cannot; the text says why.</exception>
    Task CheckAsync(CancellationToken cancellationToken);

    Task CreateAsync(HubShape shape, CancellationToken cancellationToken);

    /// <param name="table">The table.</param>
    /// <param name="rows">With the partitions of the target; cells behind its columns are left out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task WriteAsync(HubTable table, IAsyncEnumerable<Cell[]> rows, CancellationToken cancellationToken);

    /// <summary>Makes it a hub, durably and at once. It takes no token: once begun it runs to an outcome.</summary>
    /// <exception cref="MoveOutcomeUnknownException">Nobody knows whether it became one.</exception>
    Task CompleteAsync();
}

/// <summary>The last step was sent, and its answer was lost.</summary>
internal sealed class MoveOutcomeUnknownException(string message, Exception inner) : Exception(message, inner);
