using Perdure.Core.Identity;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Core.Usage;

namespace Perdure.Tests.Runtime.Support;

/// <summary>
/// A store as one process sees it. When the process dies, nothing of what it asks for is ever heard of again; and a
/// test can come between a commit and its outcome.
/// </summary>
internal sealed class ProcessStore(IStore inner, bool keepsInner) : IStore
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    private volatile bool _dead;
    private int _sweeps;

    /// <summary>How often something was asked for that comes at the end of every upkeep.</summary>
    public int Sweeps => _sweeps;

    /// <summary>What a batch waits for before anything comes of it.</summary>
    public Func<Batch, Task>? Before { get; set; }

    /// <summary>What the process waits for before it hears of a batch that was sent.</summary>
    public Func<Task>? After { get; set; }

    /// <summary>Says what comes of a batch that is not even sent; null sends it.</summary>
    public Func<Batch, CommitResult?>? Instead { get; set; }

    /// <summary>Says what is heard of a batch that was sent.</summary>
    public Func<Batch, CommitResult, CommitResult>? Afterwards { get; set; }

    public Func<Batch, CommitResult?>? InsteadOfResolving { get; set; }

    /// <summary>What the process is told of the others, and of the time.</summary>
    public Func<ClusterView, ClusterView> Sees { get; set; } = static view => view;

    /// <summary>Called before a partition is opened.</summary>
    public Action? BeforeOpening { get; set; }

    /// <summary>Called before other nodes are told of something.</summary>
    public Action<Announcement>? BeforeAnnouncing { get; set; }

    /// <summary>Called before messages of a partition are read.</summary>
    public Action<int>? BeforeMessages { get; set; }

    /// <summary>Called before a history is read.</summary>
    public Action? BeforeHistory { get; set; }

    /// <summary>What the second page of messages, and every further one, waits for.</summary>
    public Task BeforeMoreMessages { get; set; } = Task.CompletedTask;

    /// <summary>Thrown by every reading while it is set.</summary>
    public Exception? ReadFailure { get; set; }

    public IStore Inner => inner;

    /// <summary>The process is gone: SIGKILL, not a stop. What was committed stays.</summary>
    public async Task DieAsync()
    {
        _dead = true;
        if (!keepsInner)
            await inner.DisposeAsync();
    }

    public ValueTask<HubInfo> OpenAsync(long now, CancellationToken cancellationToken) =>
        inner.OpenAsync(now, cancellationToken);

    public ValueTask<ClusterView> RenewAsync(
        TimeSpan lease, bool runs, IReadOnlyList<string> functions, CancellationToken cancellationToken) =>
        Read(async () => Sees(await inner.RenewAsync(lease, runs, functions, cancellationToken)));

    public ValueTask AnnounceAsync(Announcement announcement)
    {
        BeforeAnnouncing?.Invoke(announcement);
        return inner.AnnounceAsync(announcement);
    }

    public void Listen(Action<Announcement> heard) => inner.Listen(a =>
    {
        if (!_dead)
            heard(a);
    });

    public ValueTask<PartitionOpening?> OpenPartitionAsync(
        int partition, long seen, CancellationToken cancellationToken) =>
        Alive(() =>
        {
            BeforeOpening?.Invoke();
            return inner.OpenPartitionAsync(partition, seen, cancellationToken);
        });

    public async ValueTask ClosePartitionAsync(int partition, long epoch, CancellationToken cancellationToken)
    {
        if (_dead)
            await Never;
        await inner.ClosePartitionAsync(partition, epoch, cancellationToken);
    }

    public ValueTask<CommitResult> CommitAsync(Batch batch) => Alive(async () =>
    {
        if (Before is { } before)
            await before(batch);
        if (Instead?.Invoke(batch) is { } result)
            return result;
        result = await inner.CommitAsync(batch);
        if (After is { } after)
            await after();
        return Afterwards?.Invoke(batch, result) ?? result;
    });

    public ValueTask<CommitResult> ResolveAsync(Batch batch) => Alive(async () =>
        InsteadOfResolving?.Invoke(batch) ?? await inner.ResolveAsync(batch));

    public ValueTask<InstanceRow?> ReadInstanceAsync(string id, CancellationToken cancellationToken) =>
        Read(() => inner.ReadInstanceAsync(id, cancellationToken));

    public ValueTask<IReadOnlyList<HistoryRow>> ReadHistoryAsync(
        ExecutionKey execution, CancellationToken cancellationToken) =>
        Read(() =>
        {
            BeforeHistory?.Invoke();
            return inner.ReadHistoryAsync(execution, cancellationToken);
        });

    public ValueTask<IReadOnlyList<InstanceRow>> ReadOwedAsync(
        int partition, long afterKey, int max, CancellationToken cancellationToken) =>
        Read(() => inner.ReadOwedAsync(partition, afterKey, max, cancellationToken));

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        int partition, long afterOrigin, long afterNumber, int max, CancellationToken cancellationToken) =>
        Read(async () =>
        {
            BeforeMessages?.Invoke(partition);
            if (afterNumber > long.MinValue)
                await BeforeMoreMessages;
            return await inner.ReadMessagesAsync(partition, afterOrigin, afterNumber, max, cancellationToken);
        });

    public ValueTask<IReadOnlyList<TimerRow>> ReadTimersAsync(
        int partition, long before, long afterDue, long afterNumber, int max, CancellationToken cancellationToken) =>
        Read(() => inner.ReadTimersAsync(partition, before, afterDue, afterNumber, max, cancellationToken));

    public ValueTask<InstanceSnapshot?> ReadSnapshotAsync(string id, CancellationToken cancellationToken) =>
        Read(() => inner.ReadSnapshotAsync(id, cancellationToken));

    public ValueTask<long> CountAsync(InstanceQuery query, CancellationToken cancellationToken) =>
        Read(() => inner.CountAsync(query, cancellationToken));

    public ValueTask<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken) =>
        Read(() => inner.QueryAsync(query, cancellationToken));

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        IReadOnlyList<MessageKey> keys, CancellationToken cancellationToken) =>
        inner.ReadMessagesAsync(keys, cancellationToken);

    public ValueTask<IReadOnlyList<OutcomeRow>> ReadOutcomesAsync(
        IReadOnlyList<string> requests, CancellationToken cancellationToken) =>
        Alive(() => inner.ReadOutcomesAsync(requests, cancellationToken));

    public ValueTask<IReadOnlyList<OfferRow>> ReadOffersAsync(int partition, CancellationToken cancellationToken) =>
        Read(() => inner.ReadOffersAsync(partition, cancellationToken));

    public ValueTask<IReadOnlyList<OfferRow>> ClaimAsync(
        IReadOnlyList<string> functions, int max, CancellationToken cancellationToken) =>
        Read(() => inner.ClaimAsync(functions, max, cancellationToken));

    public ValueTask<IReadOnlyList<OfferKey>> ReadClaimsAsync(CancellationToken cancellationToken) =>
        Read(() => inner.ReadClaimsAsync(cancellationToken));

    public ValueTask GiveBackAsync(
        IReadOnlyList<OfferKey> offers, bool mayHaveRun, CancellationToken cancellationToken) =>
        inner.GiveBackAsync(offers, mayHaveRun, cancellationToken);

    public ValueTask<EntityRow?> ReadEntityAsync(string id, CancellationToken cancellationToken) =>
        Read(() => inner.ReadEntityAsync(id, cancellationToken));

    public ValueTask<EntityPage> QueryEntitiesAsync(EntityRowQuery query, CancellationToken cancellationToken) =>
        inner.QueryEntitiesAsync(query, cancellationToken);

    public ValueTask<DeadLetterPage> QueryDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken) =>
        inner.QueryDeadLettersAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterGroupRow>> GroupDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken) =>
        Read(() => inner.GroupDeadLettersAsync(query, cancellationToken));

    public ValueTask<IReadOnlyList<DeadLetterKey>> ChangeDeadLettersAsync(
        IReadOnlyList<DeadLetterKey> keys, DeadLetterState? from, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        Alive(() => inner.ChangeDeadLettersAsync(keys, from, change, cancellationToken));

    public ValueTask<bool> ReviseDeadLetterAsync(
        DeadLetterKey original, DeadLetterRow revision, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        Alive(() => inner.ReviseDeadLetterAsync(original, revision, change, cancellationToken));

    public ValueTask<int> DeleteDeadLettersAsync(long changedBy, int max, CancellationToken cancellationToken) =>
        Alive(() => inner.DeleteDeadLettersAsync(changedBy, max, cancellationToken));

    public ValueTask<StreamRow> OpenStreamAsync(StreamRow wanted, CancellationToken cancellationToken) =>
        Read(() => inner.OpenStreamAsync(wanted, cancellationToken));

    public ValueTask<IReadOnlyList<StreamRow>> ReadStreamsAsync(CancellationToken cancellationToken) =>
        Read(() => inner.ReadStreamsAsync(cancellationToken));

    public ValueTask<LogSummary> ReadLogAsync(int partition, string log, CancellationToken cancellationToken) =>
        Read(() => inner.ReadLogAsync(partition, log, cancellationToken));

    public ValueTask<IReadOnlyList<BlockRow>> ReadBlocksAsync(
        int partition, string log, long from, int events, CancellationToken cancellationToken) =>
        Read(() => inner.ReadBlocksAsync(partition, log, from, events, cancellationToken));

    public ValueTask<long> FindEventAsync(int partition, string log, long at, CancellationToken cancellationToken) =>
        Read(() => inner.FindEventAsync(partition, log, at, cancellationToken));

    public ValueTask<IReadOnlyList<ReaderRow>> ReadReadersAsync(
        string from, string before, CancellationToken cancellationToken) =>
        Read(() => inner.ReadReadersAsync(from, before, cancellationToken));

    public ValueTask<IReadOnlyList<UsageSum>> ReadUsageAsync(
        long from, long to, UsageGrouping by, CancellationToken cancellationToken) =>
        Read(() => inner.ReadUsageAsync(from, to, by, cancellationToken));

    public ValueTask<bool> DeleteUsageAsync(long before, CancellationToken cancellationToken) =>
        Alive(() => inner.DeleteUsageAsync(before, cancellationToken));

    public ValueTask<IReadOnlyList<BacklogRow>> ReadBacklogAsync(int kind, CancellationToken cancellationToken) =>
        Read(() => inner.ReadBacklogAsync(kind, cancellationToken));

    public ValueTask<bool> SweepAsync(int rowsMax, CancellationToken cancellationToken) => Alive(() =>
    {
        Interlocked.Increment(ref _sweeps);
        return inner.SweepAsync(rowsMax, cancellationToken);
    });

    public ValueTask DisposeAsync() => _dead || keepsInner ? ValueTask.CompletedTask : inner.DisposeAsync();

    private ValueTask<T> Read<T>(Func<ValueTask<T>> call) =>
        ReadFailure is { } failure ? ValueTask.FromException<T>(failure) : Alive(call);

    private async ValueTask<T> Alive<T>(Func<ValueTask<T>> call)
    {
        if (_dead)
            await Never;
        try
        {
            return await call();
        }
        finally
        {
            if (_dead)
                await Never;
        }
    }
}
