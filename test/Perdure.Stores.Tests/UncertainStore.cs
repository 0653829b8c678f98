using Perdure.Core.Identity;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Core.Usage;
using Perdure.Sqlite;

namespace Perdure.Stores.Tests;

/// <summary>A store that can lose the outcome of a commit, before or after it was written.</summary>
internal sealed class UncertainStore(IStore store, Disk disk) : IStore
{
    public async ValueTask<CommitResult> CommitAsync(Batch batch)
    {
        var point = disk.FailNext;
        disk.FailNext = null;
        if (point != CommitPoint.BeforeCommit)
        {
            var result = await store.CommitAsync(batch);
            if (point is null || result.Outcome != CommitOutcome.Committed)
                return result;
        }
        return new(CommitOutcome.Unknown);
    }

    public ValueTask<CommitResult> ResolveAsync(Batch batch) => store.ResolveAsync(batch);

    public ValueTask<HubInfo> OpenAsync(long now, CancellationToken cancellationToken) =>
        store.OpenAsync(now, cancellationToken);

    public ValueTask<ClusterView> RenewAsync(
        TimeSpan lease, bool runs, IReadOnlyList<string> functions, CancellationToken cancellationToken) =>
        store.RenewAsync(lease, runs, functions, cancellationToken);

    public ValueTask AnnounceAsync(Announcement announcement) => store.AnnounceAsync(announcement);

    public void Listen(Action<Announcement> heard) => store.Listen(heard);

    public ValueTask<PartitionOpening?> OpenPartitionAsync(
        int partition, long seen, CancellationToken cancellationToken) =>
        store.OpenPartitionAsync(partition, seen, cancellationToken);

    public ValueTask ClosePartitionAsync(int partition, long epoch, CancellationToken cancellationToken) =>
        store.ClosePartitionAsync(partition, epoch, cancellationToken);

    public ValueTask<InstanceRow?> ReadInstanceAsync(string id, CancellationToken cancellationToken) =>
        store.ReadInstanceAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<HistoryRow>> ReadHistoryAsync(
        ExecutionKey execution, CancellationToken cancellationToken) =>
        store.ReadHistoryAsync(execution, cancellationToken);

    public ValueTask<IReadOnlyList<InstanceRow>> ReadOwedAsync(
        int partition, long afterKey, int max, CancellationToken cancellationToken) =>
        store.ReadOwedAsync(partition, afterKey, max, cancellationToken);

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        int partition, long afterOrigin, long afterNumber, int max, CancellationToken cancellationToken) =>
        store.ReadMessagesAsync(partition, afterOrigin, afterNumber, max, cancellationToken);

    public ValueTask<IReadOnlyList<TimerRow>> ReadTimersAsync(
        int partition, long before, long afterDue, long afterNumber, int max, CancellationToken cancellationToken) =>
        store.ReadTimersAsync(partition, before, afterDue, afterNumber, max, cancellationToken);

    public ValueTask<InstanceSnapshot?> ReadSnapshotAsync(string id, CancellationToken cancellationToken) =>
        store.ReadSnapshotAsync(id, cancellationToken);

    public ValueTask<long> CountAsync(InstanceQuery query, CancellationToken cancellationToken) =>
        store.CountAsync(query, cancellationToken);

    public ValueTask<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken) =>
        store.QueryAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        IReadOnlyList<MessageKey> keys, CancellationToken cancellationToken) =>
        store.ReadMessagesAsync(keys, cancellationToken);

    public ValueTask<IReadOnlyList<OutcomeRow>> ReadOutcomesAsync(
        IReadOnlyList<string> requests, CancellationToken cancellationToken) =>
        store.ReadOutcomesAsync(requests, cancellationToken);

    public ValueTask<IReadOnlyList<OfferRow>> ReadOffersAsync(int partition, CancellationToken cancellationToken) =>
        store.ReadOffersAsync(partition, cancellationToken);

    public ValueTask<IReadOnlyList<OfferRow>> ClaimAsync(
        IReadOnlyList<string> functions, int max, CancellationToken cancellationToken) =>
        store.ClaimAsync(functions, max, cancellationToken);

    public ValueTask<IReadOnlyList<OfferKey>> ReadClaimsAsync(CancellationToken cancellationToken) =>
        store.ReadClaimsAsync(cancellationToken);

    public ValueTask GiveBackAsync(
        IReadOnlyList<OfferKey> offers, bool mayHaveRun, CancellationToken cancellationToken) =>
        store.GiveBackAsync(offers, mayHaveRun, cancellationToken);

    public ValueTask<EntityRow?> ReadEntityAsync(string id, CancellationToken cancellationToken) =>
        store.ReadEntityAsync(id, cancellationToken);

    public ValueTask<EntityPage> QueryEntitiesAsync(EntityRowQuery query, CancellationToken cancellationToken) =>
        store.QueryEntitiesAsync(query, cancellationToken);

    public ValueTask<DeadLetterPage> QueryDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken) =>
        store.QueryDeadLettersAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterGroupRow>> GroupDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken) =>
        store.GroupDeadLettersAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterKey>> ChangeDeadLettersAsync(
        IReadOnlyList<DeadLetterKey> keys, DeadLetterState? from, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        store.ChangeDeadLettersAsync(keys, from, change, cancellationToken);

    public ValueTask<bool> ReviseDeadLetterAsync(
        DeadLetterKey original, DeadLetterRow revision, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        store.ReviseDeadLetterAsync(original, revision, change, cancellationToken);

    public ValueTask<int> DeleteDeadLettersAsync(long changedBy, int max, CancellationToken cancellationToken) =>
        store.DeleteDeadLettersAsync(changedBy, max, cancellationToken);

    public ValueTask<StreamRow> OpenStreamAsync(StreamRow wanted, CancellationToken cancellationToken) =>
        store.OpenStreamAsync(wanted, cancellationToken);

    public ValueTask<IReadOnlyList<StreamRow>> ReadStreamsAsync(CancellationToken cancellationToken) =>
        store.ReadStreamsAsync(cancellationToken);

    public ValueTask<LogSummary> ReadLogAsync(int partition, string log, CancellationToken cancellationToken) =>
        store.ReadLogAsync(partition, log, cancellationToken);

    public ValueTask<IReadOnlyList<BlockRow>> ReadBlocksAsync(
        int partition, string log, long from, int events, CancellationToken cancellationToken) =>
        store.ReadBlocksAsync(partition, log, from, events, cancellationToken);

    public ValueTask<long> FindEventAsync(int partition, string log, long at, CancellationToken cancellationToken) =>
        store.FindEventAsync(partition, log, at, cancellationToken);

    public ValueTask<IReadOnlyList<ReaderRow>> ReadReadersAsync(
        string from, string before, CancellationToken cancellationToken) =>
        store.ReadReadersAsync(from, before, cancellationToken);

    public ValueTask<IReadOnlyList<UsageSum>> ReadUsageAsync(
        long from, long to, UsageGrouping by, CancellationToken cancellationToken) =>
        store.ReadUsageAsync(from, to, by, cancellationToken);

    public ValueTask<bool> DeleteUsageAsync(long before, CancellationToken cancellationToken) =>
        store.DeleteUsageAsync(before, cancellationToken);

    public ValueTask<IReadOnlyList<BacklogRow>> ReadBacklogAsync(int kind, CancellationToken cancellationToken) =>
        store.ReadBacklogAsync(kind, cancellationToken);

    public ValueTask<bool> SweepAsync(int rowsMax, CancellationToken cancellationToken) =>
        store.SweepAsync(rowsMax, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
