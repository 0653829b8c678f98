using Perdure.Core.Identity;
using Perdure.Core.Partitions;
using Perdure.Core.Usage;

namespace Perdure.Core.Stores;

/// <summary>
/// The one contract of all stores. A store knows rows, not the runtime; it starts no work of the engine.
/// <list type="bullet">
/// <item>Reads see committed data only, each in one snapshot, and may run beside a commit.</item>
/// <item>At most one commit of a lane is in flight. A commit takes no cancellation token: once sent it runs to an
/// outcome.</item>
/// <item>A commit may complete its task on the store's own thread; what continues there must be short.</item>
/// <item>Problems of opening throw <see cref="StoreException"/> with a text for people.</item>
/// </list>
/// </summary>
internal interface IStore : IAsyncDisposable
{
    /// <summary>
    /// Opens the hub and creates it if it is missing; registers this process under a node number that is never reused.
    /// </summary>
    /// <exception cref="StoreException">Another process owns it, it is corrupt, read-only, of a newer schema, or of
    /// another partition count.</exception>
    ValueTask<HubInfo> OpenAsync(long now, CancellationToken cancellationToken);

    /// <summary>
    /// Renews the lease of this node for <paramref name="lease"/>, by the clock of the store, and reads who there is
    /// and who owns what. A store that only one process can have open at a time knows no other nodes.
    /// </summary>
    /// <param name="lease">How long this node may own partitions without renewing.</param>
    /// <param name="runs">Whether it can own partitions: it has functions, and does not stop.</param>
    /// <param name="functions">Its functions, as <see cref="CodeNames"/> writes them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">
    /// The store cannot be asked; or it <see cref="StoreException.EndsNode"/>: it does not know this node, or lacks a
    /// batch that it had acknowledged to it.
    /// </exception>
    ValueTask<ClusterView> RenewAsync(
        TimeSpan lease, bool runs, IReadOnlyList<string> functions, CancellationToken cancellationToken);

    /// <summary>Tells the other nodes of the hub. It never throws: what is not heard is found out later.</summary>
    ValueTask AnnounceAsync(Announcement announcement);

    /// <summary>
    /// What other nodes announce from now on, on a thread of the store; what is done there must be short. What this
    /// node announces may be heard as well.
    /// </summary>
    void Listen(Action<Announcement> heard);

    /// <summary>
    /// Takes a partition if its epoch is still <paramref name="seen"/>, else returns null: somebody else was faster.
    /// Whoever had it before can commit nothing more for it. Epoch + 1, dirty; unclean + 1 if another node left it
    /// dirty, 0 if it was clean. Returns its rows in <c>tasks</c>; those of a node that left it dirty count one death
    /// more: that node died while it did the work. A node that takes its own partition again has not died.
    /// </summary>
    ValueTask<PartitionOpening?> OpenPartitionAsync(int partition, long seen, CancellationToken cancellationToken);

    /// <summary>Releases a partition as clean, if <paramref name="epoch"/> is still current.</summary>
    ValueTask ClosePartitionAsync(int partition, long epoch, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a batch whole or not at all, if all its epochs are current. Never throws for what an outcome can say.
    /// </summary>
    ValueTask<CommitResult> CommitAsync(Batch batch);

    /// <summary>
    /// After <see cref="CommitOutcome.Unknown"/>: makes certain that the batch is written once. It was written, or it
    /// is written now, or the result says why it certainly was not. Unknown again means: ask again.
    /// </summary>
    ValueTask<CommitResult> ResolveAsync(Batch batch);

    /// <summary>The row of an instance id, or null.</summary>
    ValueTask<InstanceRow?> ReadInstanceAsync(string id, CancellationToken cancellationToken);

    /// <summary>The whole history of one execution, ordered by turn and part.</summary>
    ValueTask<IReadOnlyList<HistoryRow>> ReadHistoryAsync(ExecutionKey execution, CancellationToken cancellationToken);

    /// <summary>
    /// The instances of a partition that are owed, by key, after <paramref name="afterKey"/>, at most
    /// <paramref name="max"/>.
    /// </summary>
    ValueTask<IReadOnlyList<InstanceRow>> ReadOwedAsync(
        int partition, long afterKey, int max, CancellationToken cancellationToken);

    /// <summary>
    /// The messages of a partition after (origin, number) in that order, at most <paramref name="max"/>.
    /// </summary>
    ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        int partition, long afterOrigin, long afterNumber, int max, CancellationToken cancellationToken);

    /// <summary>Those of these messages that are still there, in no particular order.</summary>
    ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        IReadOnlyList<MessageKey> keys, CancellationToken cancellationToken);

    /// <summary>
    /// The timers of a partition due before <paramref name="before"/>, after (due, number) in that order, at most
    /// <paramref name="max"/>.
    /// </summary>
    ValueTask<IReadOnlyList<TimerRow>> ReadTimersAsync(
        int partition, long before, long afterDue, long afterNumber, int max, CancellationToken cancellationToken);

    /// <summary>An instance as its status shows it, or null.</summary>
    ValueTask<InstanceSnapshot?> ReadSnapshotAsync(string id, CancellationToken cancellationToken);

    ValueTask<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken);

    /// <summary>How many instances a query fits, over all its pages: exact for one moment.</summary>
    ValueTask<long> CountAsync(InstanceQuery query, CancellationToken cancellationToken);

    /// <summary>Those of these requests that have been answered, in no particular order.</summary>
    ValueTask<IReadOnlyList<OutcomeRow>> ReadOutcomesAsync(
        IReadOnlyList<string> requests, CancellationToken cancellationToken);

    /// <summary>All offers of a partition, by number.</summary>
    ValueTask<IReadOnlyList<OfferRow>> ReadOffersAsync(int partition, CancellationToken cancellationToken);

    /// <summary>
    /// Claims for this node what nobody has claimed, of these functions, oldest first, at most <paramref name="max"/>;
    /// each goes to one node only. A store that only one process can have open gives nothing.
    /// </summary>
    ValueTask<IReadOnlyList<OfferRow>> ClaimAsync(
        IReadOnlyList<string> functions, int max, CancellationToken cancellationToken);

    /// <summary>Which claims of this node still stand: what is missing is not wanted any more.</summary>
    ValueTask<IReadOnlyList<OfferKey>> ReadClaimsAsync(CancellationToken cancellationToken);

    /// <summary>Gives claims of this node back, for others to claim.</summary>
    /// <param name="offers">What of them is not claimed by this node stays as it is.</param>
    /// <param name="mayHaveRun">Whether some of it may have begun; then offers of activities say so.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask GiveBackAsync(
        IReadOnlyList<OfferKey> offers, bool mayHaveRun, CancellationToken cancellationToken);

    /// <summary>The row of an entity, or null. The id is <c>@name@key</c>.</summary>
    ValueTask<EntityRow?> ReadEntityAsync(string id, CancellationToken cancellationToken);

    ValueTask<EntityPage> QueryEntitiesAsync(EntityRowQuery query, CancellationToken cancellationToken);

    ValueTask<DeadLetterPage> QueryDeadLettersAsync(DeadLetterQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Dead letters that fit, together by fingerprint, source and function; the largest groups first.
    /// </summary>
    ValueTask<IReadOnlyList<DeadLetterGroupRow>> GroupDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Changes those dead letters that are in <paramref name="from"/>, null for any state; returns which ones that
    /// were.
    /// </summary>
    ValueTask<IReadOnlyList<DeadLetterKey>> ChangeDeadLettersAsync(
        IReadOnlyList<DeadLetterKey> keys, DeadLetterState? from, DeadLetterChange change,
        CancellationToken cancellationToken);

    /// <summary>
    /// Inserts a revision of a dead letter that is active, and changes that one: whole, or not at all when it is not
    /// active. The revision is of the same partition, and its number becomes the successor.
    /// </summary>
    ValueTask<bool> ReviseDeadLetterAsync(
        DeadLetterKey original, DeadLetterRow revision, DeadLetterChange change, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes dead letters that are resolved or discarded, and have been that at <paramref name="changedBy"/>, and
    /// replaced ones whose successors are gone; the oldest first, at most <paramref name="max"/>. Returns how many.
    /// </summary>
    ValueTask<int> DeleteDeadLettersAsync(long changedBy, int max, CancellationToken cancellationToken);

    /// <summary>
    /// The stream of this name; made with so many partitions if there is none. Whoever comes first decides.
    /// </summary>
    ValueTask<StreamRow> OpenStreamAsync(StreamRow wanted, CancellationToken cancellationToken);

    /// <summary>All streams, by name.</summary>
    ValueTask<IReadOnlyList<StreamRow>> ReadStreamsAsync(CancellationToken cancellationToken);

    ValueTask<LogSummary> ReadLogAsync(int partition, string log, CancellationToken cancellationToken);

    /// <summary>
    /// The blocks of a log that end after <paramref name="from"/>, by number: the first one, and further ones as long
    /// as there are no more than <paramref name="events"/> in all.
    /// </summary>
    ValueTask<IReadOnlyList<BlockRow>> ReadBlocksAsync(
        int partition, string log, long from, int events, CancellationToken cancellationToken);

    /// <summary>The number of the first event of a log that was appended at a time or later; its end if none was.
    /// </summary>
    ValueTask<long> FindEventAsync(int partition, string log, long at, CancellationToken cancellationToken);

    /// <summary>
    /// The readers of all logs whose ids are from one text on and before another one, in the order of their bytes.
    /// </summary>
    ValueTask<IReadOnlyList<ReaderRow>> ReadReadersAsync(
        string from, string before, CancellationToken cancellationToken);

    /// <summary>Usage of minutes that begin in a time, added up, by group.</summary>
    /// <param name="from">In milliseconds since 1970; belongs to it.</param>
    /// <param name="to">Does not belong to it.</param>
    /// <param name="by">What makes a group.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<UsageSum>> ReadUsageAsync(
        long from, long to, UsageGrouping by, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the oldest hour of usage that there is, as far as it is of minutes before a time; returns whether there
    /// was any.
    /// </summary>
    ValueTask<bool> DeleteUsageAsync(long before, CancellationToken cancellationToken);

    /// <summary>How many messages of a kind there are, for each partition, target and origin, in that order.</summary>
    ValueTask<IReadOnlyList<BacklogRow>> ReadBacklogAsync(int kind, CancellationToken cancellationToken);

    /// <summary>Deletes a piece of the histories that are listed for sweeping; returns whether more is left.</summary>
    ValueTask<bool> SweepAsync(int rowsMax, CancellationToken cancellationToken);
}

/// <summary>What opening the hub told.</summary>
/// <param name="HubId">Drawn when the hub was created.</param>
/// <param name="Secret">Drawn when the hub was created.</param>
/// <param name="Partitions">Fixed when the hub was created.</param>
/// <param name="Node">The number of this opening; no other opening of the hub has it.</param>
/// <param name="Lanes">How many batches the store takes side by side.</param>
internal sealed record HubInfo(string HubId, HubSecret Secret, int Partitions, long Node, int Lanes);

/// <summary>A partition that this node now owns.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Epoch">The epoch that every commit for it must carry from now on.</param>
/// <param name="Unclean">How many openings in a row, this one included, found it not released cleanly.</param>
/// <param name="Tasks">Work that a process was doing when it died, deaths already counted.</param>
internal sealed record PartitionOpening(int Partition, long Epoch, int Unclean, IReadOnlyList<TaskRow> Tasks);

/// <summary>The store cannot be opened or read; the message says why and what to do.</summary>
internal sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// What the memory of this node rests on is not in the store. Asking again is of no use: the node must stop, write
    /// nothing, and be started again.
    /// </summary>
    public bool EndsNode { get; init; }
}
