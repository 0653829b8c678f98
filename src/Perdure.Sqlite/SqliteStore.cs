using Perdure.Core.Identity;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Core.Usage;
using Perdure.Sqlite.Commits;
using Perdure.Sqlite.Connections;
using Perdure.Sqlite.Reads;

namespace Perdure.Sqlite;

/// <summary>
/// A whole task hub in one SQLite file, owned by one process. One thread writes, batch after batch, each on the disk
/// before it is answered; readings run beside it on the threads that ask.
/// </summary>
internal sealed class SqliteStore : IStore
{
    private readonly SqliteStoreOptions _options;
    private OpenHub? _hub;
    private bool _closed;

    public SqliteStore(SqliteStoreOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Partitions ?? 1, 1);
        _options = new()
        {
            Path = Path.GetFullPath(options.Path),
            Partitions = options.Partitions,
            Forgetful = options.Forgetful,
            Fault = options.Fault,
        };
    }

    private OpenHub Hub
    {
        get
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return _hub ?? throw new InvalidOperationException("The store is not open.");
        }
    }

    public ValueTask<HubInfo> OpenAsync(long now, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_hub is not null)
            throw new InvalidOperationException("The store is open already.");
        _hub = OpenHub.Open(_options, now);
        return new(_hub.Info);
    }

    public async ValueTask<ClusterView> RenewAsync(
        TimeSpan lease, bool runs, IReadOnlyList<string> functions, CancellationToken cancellationToken)
    {
        // The file is locked: there is nobody else, whatever time it is, and somebody has to keep what arrives.
        NodeLease me = new(Hub.Info.Node, long.MaxValue, Runs: true, []);
        return new(0, [me], await List(
            c => c.Prepared(Sql.ReadPartitions), s => new PartitionLease(s.Int(0), s.Long(1), s.Long(2)),
            cancellationToken));
    }

    /// <summary>There is nobody to tell.</summary>
    public ValueTask AnnounceAsync(Announcement announcement) => ValueTask.CompletedTask;

    public void Listen(Action<Announcement> heard)
    {
        // There is nobody to hear.
    }

    public ValueTask<PartitionOpening?> OpenPartitionAsync(
        int partition, long seen, CancellationToken cancellationToken)
    {
        long node = Hub.Info.Node;
        return Call(connection => Partitions.Open(connection, partition, seen, node), cancellationToken);
    }

    public async ValueTask ClosePartitionAsync(int partition, long epoch, CancellationToken cancellationToken) =>
        await Call(connection => Partitions.Close(connection, partition, epoch), cancellationToken);

    public ValueTask<CommitResult> CommitAsync(Batch batch) => Write(new Job.Commit(batch, resolve: false));

    public ValueTask<CommitResult> ResolveAsync(Batch batch) => Write(new Job.Commit(batch, resolve: true));

    public ValueTask<InstanceRow?> ReadInstanceAsync(string id, CancellationToken cancellationToken) =>
        Read(c => RowReader.First(c.Prepared(Sql.ReadInstance).Bind(1, id), RowReader.Instance), cancellationToken);

    public ValueTask<IReadOnlyList<HistoryRow>> ReadHistoryAsync(
        ExecutionKey execution, CancellationToken cancellationToken) =>
        List(
            c => c.Prepared(Sql.ReadHistory).Bind(1, execution.Key).Bind(2, execution.Generation),
            s => new HistoryRow(execution.Key, execution.Generation, s.Int(0), s.Int(1), s.Long(2), s.Bytes(3)),
            cancellationToken);

    public ValueTask<IReadOnlyList<InstanceRow>> ReadOwedAsync(
        int partition, long afterKey, int max, CancellationToken cancellationToken) =>
        List(
            c => c.Prepared(Sql.ReadOwed).Bind(1, partition).Bind(2, afterKey).Bind(3, max),
            RowReader.Instance,
            cancellationToken);

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        int partition, long afterOrigin, long afterNumber, int max, CancellationToken cancellationToken) =>
        List(
            c => c.Prepared(Sql.ReadMessages).Bind(1, partition).Bind(2, afterOrigin).Bind(3, afterNumber).Bind(4, max),
            s => new MessageRow(new(partition, s.Long(0), s.Long(1)), s.Text(2), s.Int(3), s.Bytes(4)),
            cancellationToken);

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        IReadOnlyList<MessageKey> keys, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<MessageRow>>(c => EntityRows.Messages(c, keys), cancellationToken);

    public ValueTask<IReadOnlyList<TimerRow>> ReadTimersAsync(
        int partition, long before, long afterDue, long afterNumber, int max, CancellationToken cancellationToken) =>
        List(
            c => c.Prepared(Sql.ReadTimers)
                .Bind(1, partition).Bind(2, before).Bind(3, afterDue).Bind(4, afterNumber).Bind(5, max),
            s => new TimerRow(new(partition, s.Long(0), s.Long(1)), s.Text(2), s.Bytes(3)),
            cancellationToken);

    public ValueTask<InstanceSnapshot?> ReadSnapshotAsync(string id, CancellationToken cancellationToken) =>
        Read(c => RowReader.First(c.Prepared(Sql.ReadSnapshot).Bind(1, id), RowReader.Snapshot), cancellationToken);

    public ValueTask<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken) =>
        Read(new InstanceSearch(query).Run, cancellationToken);

    public ValueTask<long> CountAsync(InstanceQuery query, CancellationToken cancellationToken) =>
        Read(new InstanceSearch(query with { Continuation = null }).Count, cancellationToken);

    public ValueTask<IReadOnlyList<OutcomeRow>> ReadOutcomesAsync(
        IReadOnlyList<string> requests, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<OutcomeRow>>(c => OutcomeRows.Read(c, requests), cancellationToken);

    public ValueTask<IReadOnlyList<OfferRow>> ReadOffersAsync(int partition, CancellationToken cancellationToken) =>
        List(
            c => c.Prepared(Sql.ReadOffers).Bind(1, partition),
            s => new OfferRow(new(partition, s.Long(0)), new(s.Long(1), s.Int(2)), s.Text(3), s.Text(4))
            {
                Tasks = TaskList.Parse(s.Text(5)),
                Body = s.IsNull(6) ? default : s.Bytes(6),
                Node = s.Long(7),
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<OfferRow>> ClaimAsync(
        IReadOnlyList<string> functions, int max, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<OfferKey>> ReadClaimsAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask GiveBackAsync(
        IReadOnlyList<OfferKey> offers, bool mayHaveRun, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    public ValueTask<EntityRow?> ReadEntityAsync(string id, CancellationToken cancellationToken) =>
        Read(c => EntityRows.Read(c, id), cancellationToken);

    public ValueTask<EntityPage> QueryEntitiesAsync(EntityRowQuery query, CancellationToken cancellationToken) =>
        Read(c => EntityRows.Query(c, query), cancellationToken);

    public ValueTask<DeadLetterPage> QueryDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken) =>
        Read(c => DeadLetterRows.Query(c, query), cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterGroupRow>> GroupDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken) =>
        Read(c => DeadLetterRows.Group(c, query), cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterKey>> ChangeDeadLettersAsync(
        IReadOnlyList<DeadLetterKey> keys, DeadLetterState? from, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        Call(c => DeadLetterRows.Change(c, keys, from, change), cancellationToken);

    public ValueTask<bool> ReviseDeadLetterAsync(
        DeadLetterKey original, DeadLetterRow revision, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        Call(c => DeadLetterRows.Revise(c, original, revision, change), cancellationToken);

    public ValueTask<int> DeleteDeadLettersAsync(long changedBy, int max, CancellationToken cancellationToken) =>
        Call(c => DeadLetterRows.Delete(c, changedBy, max), cancellationToken);

    public ValueTask<StreamRow> OpenStreamAsync(StreamRow wanted, CancellationToken cancellationToken) =>
        Call(connection => StreamRows.Open(connection, wanted), cancellationToken);

    public ValueTask<IReadOnlyList<StreamRow>> ReadStreamsAsync(CancellationToken cancellationToken) =>
        List(c => c.Prepared(StreamSql.ReadAll), StreamRows.Stream, cancellationToken);

    public ValueTask<LogSummary> ReadLogAsync(int partition, string log, CancellationToken cancellationToken) =>
        Read(c => StreamRows.Log(c, partition, log), cancellationToken);

    public ValueTask<IReadOnlyList<BlockRow>> ReadBlocksAsync(
        int partition, string log, long from, int events, CancellationToken cancellationToken) =>
        Read(c => StreamRows.Blocks(c, partition, log, from, events), cancellationToken);

    public ValueTask<long> FindEventAsync(
        int partition, string log, long at, CancellationToken cancellationToken) =>
        Read(c => StreamRows.Find(c, partition, log, at), cancellationToken);

    public ValueTask<IReadOnlyList<ReaderRow>> ReadReadersAsync(
        string from, string before, CancellationToken cancellationToken) =>
        Read(c => StreamRows.Readers(c, from, before), cancellationToken);

    public ValueTask<IReadOnlyList<UsageSum>> ReadUsageAsync(
        long from, long to, UsageGrouping by, CancellationToken cancellationToken) =>
        Read(c => UsageRows.Sum(c, from, to, by), cancellationToken);

    public ValueTask<bool> DeleteUsageAsync(long before, CancellationToken cancellationToken) =>
        Call(c => UsageRows.Delete(c, before), cancellationToken);

    public ValueTask<IReadOnlyList<BacklogRow>> ReadBacklogAsync(int kind, CancellationToken cancellationToken) =>
        Read(c => UsageRows.Backlog(c, kind), cancellationToken);

    public ValueTask<bool> SweepAsync(int rowsMax, CancellationToken cancellationToken) =>
        Call(connection => Sweeper.Sweep(connection, rowsMax), cancellationToken);

    /// <summary>Finishes what is queued, empties the log into the file and gives the file free.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        if (Interlocked.Exchange(ref _hub, null) is not { } hub)
            return;
        // What goes on after a commit may run on the writer's thread, which cannot wait for its own end.
        if (hub.Writer.IsCurrentThread)
            await Task.Yield();
        hub.Dispose();
    }

    private ValueTask<CommitResult> Write(Job.Commit job)
    {
        Hub.Writer.Add(job);
        return new(job.Task);
    }

    private ValueTask<T> Call<T>(Func<Connection, T> action, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var job = new Job.Call<T>(action);
        Hub.Writer.Add(job);
        return new(job.Task);
    }

    private ValueTask<T> Read<T>(Func<Connection, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Hub.Reads.Read(read));
    }

    private ValueTask<IReadOnlyList<T>> List<T>(
        Func<Connection, Statement> select, Func<Statement, T> row, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<T>>(connection => RowReader.List(select(connection), row), cancellationToken);
}
