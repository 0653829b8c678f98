using Perdure.Core.Identity;
using Perdure.Core.Orchestrations;
using Perdure.Core.Partitions;

namespace Perdure.Core.Stores.Memory;

/// <summary>
/// The contract of the stores in memory: the model that the databases are compared with, and the disk of tests and
/// simulations. The object is the disk: a node that dies leaves it behind, and the next one opens it again. Everything
/// completes before it returns, and nothing depends on a clock or on chance.
/// </summary>
internal sealed partial class MemoryStore : IStore
{
    private readonly MemoryHub _hub;
    private readonly Lock _lock;
    private readonly MemoryTables _tables;
    private long _node;

    public MemoryStore(string hubId, HubSecret secret, int partitions = 4, Func<long>? clock = null)
        : this(new MemoryHub(hubId, secret, partitions, clock))
    {
    }

    private MemoryStore(MemoryHub hub) => (_hub, _lock, _tables) = (hub, hub.Gate, hub.Tables);

    /// <summary>The same hub for another node.</summary>
    public MemoryStore Beside() => new(_hub);

    public ValueTask<HubInfo> OpenAsync(long now, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _node = _hub.AddNode();
            return new(new HubInfo(_hub.Id, _hub.Secret, _tables.Partitions.Length, _node, Lanes: 1));
        }
    }

    public ValueTask<ClusterView> RenewAsync(
        TimeSpan lease, bool runs, IReadOnlyList<string> functions, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(_hub.Renew(_node, lease, runs, functions));
    }

    public ValueTask AnnounceAsync(Announcement announcement)
    {
        Action<Announcement>[] listeners;
        lock (_lock)
            listeners = [.. _hub.Listeners];
        foreach (Action<Announcement> listener in listeners)
            listener(announcement);
        return ValueTask.CompletedTask;
    }

    public void Listen(Action<Announcement> heard)
    {
        lock (_lock)
            _hub.Listeners.Add(heard);
    }

    public ValueTask<PartitionOpening?> OpenPartitionAsync(
        int partition, long seen, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var row = _tables.Partitions[partition];
            if (row.Epoch != seen)
                return new((PartitionOpening?)null);
            bool died = row.Dirty && row.Owner != _node;
            var tasks = CountDeaths(partition, died ? row.Owner : 0);
            row = new(_node, row.Epoch + 1, Dirty: true, row.Dirty ? row.Unclean + (died ? 1 : 0) : 0);
            _tables.Partitions[partition] = row;
            return new((PartitionOpening?)new PartitionOpening(partition, row.Epoch, row.Unclean, tasks));
        }
    }

    public ValueTask ClosePartitionAsync(int partition, long epoch, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var row = _tables.Partitions[partition];
            if (row.Epoch == epoch)
                _tables.Partitions[partition] = row with { Owner = 0, Dirty = false };
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<CommitResult> CommitAsync(Batch batch)
    {
        lock (_lock)
            return new(new MemoryBatch(_tables, batch).Apply());
    }

    public ValueTask<CommitResult> ResolveAsync(Batch batch)
    {
        lock (_lock)
        {
            bool written = _tables.Commits.Contains((batch.Node, batch.Lane, batch.Number));
            return new(written ? CommitResult.Committed : new MemoryBatch(_tables, batch).Apply());
        }
    }

    public ValueTask<InstanceRow?> ReadInstanceAsync(string id, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(Find(id));
    }

    public ValueTask<IReadOnlyList<HistoryRow>> ReadHistoryAsync(
        ExecutionKey execution, CancellationToken cancellationToken)
    {
        lock (_lock)
            return List(_tables.HistoryOf(execution), int.MaxValue);
    }

    public ValueTask<IReadOnlyList<InstanceRow>> ReadOwedAsync(
        int partition, long afterKey, int max, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var later = _tables.Instances.Between(afterKey, long.MaxValue);
            return List(later.Where(row => row.Key > afterKey && row.Partition == partition && row.Owed), max);
        }
    }

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        int partition, long afterOrigin, long afterNumber, int max, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var after = new MessageKey(partition, afterOrigin, afterNumber);
            var later = _tables.Messages.Between(
                (partition, afterOrigin, afterNumber), (partition, long.MaxValue, long.MaxValue));
            return List(later.Where(row => row.Key != after), max);
        }
    }

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        IReadOnlyList<MessageKey> keys, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            List<MessageRow> rows = [];
            foreach (var key in keys)
            {
                if (_tables.Messages.TryGet((key.Partition, key.Origin, key.Number), out var row))
                    rows.Add(row);
            }
            return new(rows);
        }
    }

    public ValueTask<IReadOnlyList<TimerRow>> ReadTimersAsync(
        int partition, long before, long afterDue, long afterNumber, int max, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (afterDue >= before)
                return new([]);
            var after = new TimerKey(partition, afterDue, afterNumber);
            var later = _tables.Timers.Between((partition, afterDue, afterNumber), (partition, before, long.MinValue));
            return List(later.Where(row => row.Key != after && row.Key.Due < before), max);
        }
    }

    public ValueTask<InstanceSnapshot?> ReadSnapshotAsync(string id, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(Find(id) is { } row ? Snapshot(row, withPayloads: true) : null);
    }

    public ValueTask<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var after = query.Continuation is null ? default : PageEnd.Parse(query.Continuation);
            var found = _tables.Instances.All
                .Where(row => Matches(query, row) && (query.Continuation is null || after.IsBefore(row)))
                .OrderBy(row => row.Created).ThenBy(row => row.Id, Utf8Order.Instance)
                .Take(query.PageSize + 1)
                .ToList();
            bool more = found.Count > query.PageSize;
            var page = found.Take(query.PageSize).Select(row => Snapshot(row, query.WithPayloads)).ToArray();
            return new(new InstancePage(page, more ? PageEnd.Of(page[^1].Row).ToString() : null));
        }
    }

    public ValueTask<long> CountAsync(InstanceQuery query, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(_tables.Instances.All.LongCount(row => Matches(query, row)));
    }

    public ValueTask<IReadOnlyList<OutcomeRow>> ReadOutcomesAsync(
        IReadOnlyList<string> requests, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            List<OutcomeRow> rows = [];
            foreach (string id in requests)
            {
                if (_tables.Requests.TryGet(id, out OutcomeRow row))
                    rows.Add(row);
            }
            return new(rows);
        }
    }

    public ValueTask<IReadOnlyList<OfferRow>> ReadOffersAsync(int partition, CancellationToken cancellationToken)
    {
        lock (_lock)
            return List(_tables.Offers.Between((partition, long.MinValue), (partition, long.MaxValue)), int.MaxValue);
    }

    public ValueTask<IReadOnlyList<OfferRow>> ClaimAsync(
        IReadOnlyList<string> functions, int max, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_hub.IsShared)
                return new([]);
            OfferRow[] claimed = [.. _tables.Offers.All
                .Where(o => o.Node == 0 && functions.Contains(o.Code)).OrderBy(o => o.Key.Number)
                .Take(max).Select(o => o with { Node = _node })];
            foreach (OfferRow offer in claimed)
                _tables.Offers.Replace((offer.Key.Partition, offer.Key.Number), offer);
            _tables.Journal.Keep();
            return new(claimed);
        }
    }

    public ValueTask<IReadOnlyList<OfferKey>> ReadClaimsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return List(_tables.Offers.All.Where(o => o.Node == _node).Select(o => o.Key), int.MaxValue);
    }

    public ValueTask GiveBackAsync(
        IReadOnlyList<OfferKey> offers, bool mayHaveRun, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (OfferKey key in offers)
            {
                if (_tables.Offers.TryGet((key.Partition, key.Number), out OfferRow? offer) && offer.Node == _node)
                {
                    bool marks = mayHaveRun && offer.Tasks.Count > 0;
                    _tables.Offers.Replace(
                        (key.Partition, key.Number),
                        offer with { Node = 0, Body = marks ? OfferRow.MayHaveRun : offer.Body });
                }
            }
            _tables.Journal.Keep();
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<EntityRow?> ReadEntityAsync(string id, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(_tables.Entities.TryGet(id, out var row) ? row : null);
    }

    public ValueTask<EntityPage> QueryEntitiesAsync(EntityRowQuery query, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var (name, key) = query.After is null ? ("", "") : EntityInstanceIds.Split(query.After);
            var found = _tables.Entities.All
                .Where(row => Matches(query, row) && (query.After is null || IsAfter(row, name, key)))
                .OrderBy(row => row.Name, Utf8Order.Instance).ThenBy(row => row.Key, Utf8Order.Instance)
                .Take(query.PageSize + 1)
                .Select(row => query.WithState ? row : row with { State = default })
                .ToList();
            bool more = found.Count > query.PageSize;
            var page = found.Take(query.PageSize).ToArray();
            return new(new EntityPage(page, more ? page[^1].Id : null));
        }
    }

    public ValueTask<bool> SweepAsync(int rowsMax, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            int left = rowsMax;
            foreach (var sweep in _tables.Sweep.All.ToArray())
            {
                var rows = _tables.HistoryOf(new(sweep.Key, 0), sweep.Generation).Take(left).ToArray();
                foreach (var row in rows)
                    _tables.History.Remove((row.Key, row.Generation, row.Turn, row.Part));
                left -= rows.Length;
                if (left == 0)
                    break;
                _tables.Sweep.Remove((sweep.Partition, sweep.Key, sweep.Generation));
            }
            _tables.Journal.Keep();
            return new(_tables.Sweep.Count > 0);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private TaskRow[] CountDeaths(int partition, long deadNode)
    {
        var rows = _tables.Tasks
            .Between(
                (partition, long.MinValue, 0, int.MinValue), (partition, long.MaxValue, int.MaxValue, int.MaxValue))
            .Select(row => row.Node == deadNode ? row with { Deaths = row.Deaths + 1 } : row)
            .ToArray();
        foreach (var row in rows)
            _tables.Tasks.Replace((row.Partition, row.Key, row.Generation, row.Task), row);
        _tables.Journal.Keep();
        return rows;
    }

    private InstanceRow? Find(string id) =>
        _tables.Ids.TryGet(id, out long key) && _tables.Instances.TryGet(key, out var row) ? row : null;

    private InstanceSnapshot Snapshot(InstanceRow row, bool withPayloads)
    {
        var first = _tables.HistoryOf(new(row.Key, row.Generation)).FirstOrDefault();
        bool any = _tables.History.TryLast(
            (row.Key, row.Generation, 0, 0), (row.Key, row.Generation, int.MaxValue, int.MaxValue), out var last);
        return withPayloads
            ? new(row, first.Events, last.Events, any ? last.At : row.Created)
            : new(row, default, default, any ? last.At : row.Created);
    }

    private bool Matches(InstanceQuery query, InstanceRow row)
    {
        bool suspended = row.Held is Held.Suspended or Held.Parked && !row.Status.IsTerminal;
        bool status = query.Statuses?.Contains(row.Status) ?? query.Suspended is not true;
        return (query.Suspended switch
            {
                null => status,
                true => status || suspended,
                false => status && !suspended,
            })
            && (query.Name is null || query.Name == row.Name)
            && (query.Version is null || query.Version == (row.Version ?? ""))
            && (query.IdPrefix is null || row.Id.StartsWith(query.IdPrefix, StringComparison.Ordinal))
            && !(row.Created < query.CreatedFrom)
            && !(row.Created > query.CreatedTo)
            && (query.Tag is not { } tag || HasTag(row.Id, tag));
    }

    private static bool Matches(EntityRowQuery query, EntityRow row) =>
        (query.WithoutState || !row.State.IsNone)
        && (!query.Locked || row.Holder is not null)
        && (query.Name is null || query.Name == row.Name)
        && !(row.Last < query.LastFrom)
        && !(row.Last > query.LastTo);

    private static bool IsAfter(EntityRow row, string name, string key)
    {
        int order = Utf8Order.Instance.Compare(row.Name, name);
        return order > 0 || (order == 0 && Utf8Order.Instance.Compare(row.Key, key) > 0);
    }

    private bool HasTag(string id, KeyValuePair<string, string> tag) =>
        _tables.Tags.TryGet(id, out var tags) && tags.TryGetValue(tag.Key, out string? value) && value == tag.Value;

    private static ValueTask<IReadOnlyList<T>> List<T>(IEnumerable<T> rows, int max) => new(rows.Take(max).ToArray());
}
