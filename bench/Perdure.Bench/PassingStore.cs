using Perdure.Core.Identity;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Core.Usage;

namespace Perdure.Bench;

/// <summary>A store that looks at every batch on its way to another one.</summary>
internal sealed class PassingStore(IStore inner, Action<Batch> look) : IStore
{
    public ValueTask<CommitResult> CommitAsync(Batch batch)
    {
        look(batch);
        return inner.CommitAsync(batch);
    }

    public ValueTask<HubInfo> OpenAsync(long now, CancellationToken cancellationToken) =>
        inner.OpenAsync(now, cancellationToken);

    public ValueTask<ClusterView> RenewAsync(
        TimeSpan lease, bool runs, IReadOnlyList<string> functions, CancellationToken cancellationToken) =>
        inner.RenewAsync(lease, runs, functions, cancellationToken);

    public ValueTask AnnounceAsync(Announcement announcement) => inner.AnnounceAsync(announcement);

    public void Listen(Action<Announcement> heard) => inner.Listen(heard);

    public ValueTask<PartitionOpening?> OpenPartitionAsync(
        int partition, long seen, CancellationToken cancellationToken) =>
        inner.OpenPartitionAsync(partition, seen, cancellationToken);

    public ValueTask ClosePartitionAsync(int partition, long epoch, CancellationToken cancellationToken) =>
        inner.ClosePartitionAsync(partition, epoch, cancellationToken);

    public ValueTask<CommitResult> ResolveAsync(Batch batch) => inner.ResolveAsync(batch);

    public ValueTask<InstanceRow?> ReadInstanceAsync(string id, CancellationToken cancellationToken) =>
        inner.ReadInstanceAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<HistoryRow>> ReadHistoryAsync(
        ExecutionKey execution, CancellationToken cancellationToken) =>
        inner.ReadHistoryAsync(execution, cancellationToken);

    public ValueTask<IReadOnlyList<InstanceRow>> ReadOwedAsync(
        int partition, long afterKey, int max, CancellationToken cancellationToken) =>
        inner.ReadOwedAsync(partition, afterKey, max, cancellationToken);

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        int partition, long afterOrigin, long afterNumber, int max, CancellationToken cancellationToken) =>
        inner.ReadMessagesAsync(partition, afterOrigin, afterNumber, max, cancellationToken);

    public ValueTask<IReadOnlyList<TimerRow>> ReadTimersAsync(
        int partition, long before, long afterDue, long afterNumber, int max, CancellationToken cancellationToken) =>
        inner.ReadTimersAsync(partition, before, afterDue, afterNumber, max, cancellationToken);

    public ValueTask<InstanceSnapshot?> ReadSnapshotAsync(string id, CancellationToken cancellationToken) =>
        inner.ReadSnapshotAsync(id, cancellationToken);

    public ValueTask<long> CountAsync(InstanceQuery query, CancellationToken cancellationToken) =>
        inner.CountAsync(query, cancellationToken);

    public ValueTask<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken) =>
        inner.QueryAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        IReadOnlyList<MessageKey> keys, CancellationToken cancellationToken) =>
        inner.ReadMessagesAsync(keys, cancellationToken);

    public ValueTask<IReadOnlyList<OutcomeRow>> ReadOutcomesAsync(
        IReadOnlyList<string> requests, CancellationToken cancellationToken) =>
        inner.ReadOutcomesAsync(requests, cancellationToken);

    public ValueTask<IReadOnlyList<OfferRow>> ReadOffersAsync(int partition, CancellationToken cancellationToken) =>
        inner.ReadOffersAsync(partition, cancellationToken);

    public ValueTask<IReadOnlyList<OfferRow>> ClaimAsync(
        IReadOnlyList<string> functions, int max, CancellationToken cancellationToken) =>
        inner.ClaimAsync(functions, max, cancellationToken);

    public ValueTask<IReadOnlyList<OfferKey>> ReadClaimsAsync(CancellationToken cancellationToken) =>
        inner.ReadClaimsAsync(cancellationToken);

    public ValueTask GiveBackAsync(
        IReadOnlyList<OfferKey> offers, bool mayHaveRun, CancellationToken cancellationToken) =>
        inner.GiveBackAsync(offers, mayHaveRun, cancellationToken);

    public ValueTask<EntityRow?> ReadEntityAsync(string id, CancellationToken cancellationToken) =>
        inner.ReadEntityAsync(id, cancellationToken);

    public ValueTask<EntityPage> QueryEntitiesAsync(EntityRowQuery query, CancellationToken cancellationToken) =>
        inner.QueryEntitiesAsync(query, cancellationToken);

    public ValueTask<DeadLetterPage> QueryDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken) =>
        inner.QueryDeadLettersAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterGroupRow>> GroupDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken) =>
        inner.GroupDeadLettersAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterKey>> ChangeDeadLettersAsync(
        IReadOnlyList<DeadLetterKey> keys, DeadLetterState? from, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        inner.ChangeDeadLettersAsync(keys, from, change, cancellationToken);

    public ValueTask<bool> ReviseDeadLetterAsync(
        DeadLetterKey original, DeadLetterRow revision, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        inner.ReviseDeadLetterAsync(original, revision, change, cancellationToken);

    public ValueTask<int> DeleteDeadLettersAsync(long changedBy, int max, CancellationToken cancellationToken) =>
        inner.DeleteDeadLettersAsync(changedBy, max, cancellationToken);

    public ValueTask<StreamRow> OpenStreamAsync(StreamRow wanted, CancellationToken cancellationToken) =>
        inner.OpenStreamAsync(wanted, cancellationToken);

    public ValueTask<IReadOnlyList<StreamRow>> ReadStreamsAsync(CancellationToken cancellationToken) =>
        inner.ReadStreamsAsync(cancellationToken);

    public ValueTask<LogSummary> ReadLogAsync(int partition, string log, CancellationToken cancellationToken) =>
        inner.ReadLogAsync(partition, log, cancellationToken);

    public ValueTask<IReadOnlyList<BlockRow>> ReadBlocksAsync(
        int partition, string log, long from, int events, CancellationToken cancellationToken) =>
        inner.ReadBlocksAsync(partition, log, from, events, cancellationToken);

    public ValueTask<long> FindEventAsync(int partition, string log, long at, CancellationToken cancellationToken) =>
        inner.FindEventAsync(partition, log, at, cancellationToken);

    public ValueTask<IReadOnlyList<ReaderRow>> ReadReadersAsync(
        string from, string before, CancellationToken cancellationToken) =>
        inner.ReadReadersAsync(from, before, cancellationToken);

    public ValueTask<IReadOnlyList<UsageSum>> ReadUsageAsync(
        long from, long to, UsageGrouping by, CancellationToken cancellationToken) =>
        inner.ReadUsageAsync(from, to, by, cancellationToken);

    public ValueTask<bool> DeleteUsageAsync(long before, CancellationToken cancellationToken) =>
        inner.DeleteUsageAsync(before, cancellationToken);

    public ValueTask<IReadOnlyList<BacklogRow>> ReadBacklogAsync(int kind, CancellationToken cancellationToken) =>
        inner.ReadBacklogAsync(kind, cancellationToken);

    public ValueTask<bool> SweepAsync(int rowsMax, CancellationToken cancellationToken) =>
        inner.SweepAsync(rowsMax, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
