using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Telemetry;

namespace Perdure.Runtime.Streams;

/// <summary>What is appended: it gets its numbers here, unless its id was appended before.</summary>
internal sealed partial class StreamLog
{
    /// <summary>How many events are read at once to find out which ids they have.</summary>
    private const int IdsPerRead = 5_000;

    /// <summary>
    /// Waits until the log is read, until it is known which ids it has, or until the first of two events with one id is
    /// durable. Then everything behind it waits too, so that the order stays.
    /// </summary>
    private readonly Queue<Message.Append> _early = new();

    /// <summary>Which ids the latest events have; null before an event comes with an id of its sender.</summary>
    private RecentIds? _ids;
    private bool _isReadingIds;

    /// <summary>How long ids are known, in milliseconds.</summary>
    private readonly long _window;

    public void Append_NeedsLock(Message.Append message)
    {
        if (message.Row is { } row)
            _rows.Add(row);
        _early.Enqueue(message);
        PutAllInLine_NeedsLock();
    }

    /// <summary>The store has refused them.</summary>
    public void NotAppended_NeedsLock(BlockRow block)
    {
        _ids?.Remove(block.First, block.End);
        PutAllInLine_NeedsLock();
    }

    private void PutAllInLine_NeedsLock()
    {
        while (_tail is not null && _early.TryPeek(out Message.Append? message) && PutInLine_NeedsLock(message))
            _early.Dequeue();
    }

    /// <summary>False when it has to wait.</summary>
    private bool PutInLine_NeedsLock(Message.Append message)
    {
        if (_window <= 0 || !HasGiven(message.Events))
        {
            Number_NeedsLock(message, message.Events);
            return true;
        }
        if (_ids is null)
        {
            if (!_isReadingIds)
            {
                _isReadingIds = true;
                Node.Scheduler.Queue(static l => _ = l.ReadIdsAsync(), this);
            }
            return false;
        }
        _ids.Forget(Node.Now, _next);
        List<EventData> first = new(message.Events.Count);
        HashSet<string> own = new(StringComparer.Ordinal);
        foreach (EventData e in message.Events)
        {
            if (e.IsGiven && _ids.Find(e.Id) is { } number)
            {
                // While it may still be refused, nobody can be told that it is there.
                if (number >= _end)
                    return false;
            }
            else if (!e.IsGiven || own.Add(e.Id))
            {
                first.Add(e);
            }
        }
        long next = _next;
        Number_NeedsLock(message with { Events = first }, first);
        for (int i = 0; i < first.Count; i++)
        {
            if (first[i].IsGiven)
                _ids.Add(first[i].Id, next + i, Node.Now);
        }
        return true;
    }

    private static bool HasGiven(IReadOnlyList<EventData> events)
    {
        for (int i = 0; i < events.Count; i++)
        {
            if (events[i].IsGiven)
                return true;
        }
        return false;
    }

    private void Number_NeedsLock(Message.Append message, IReadOnlyList<EventData> events)
    {
        BlockRow block = new(
            Partition.Number, Id, _next, events.Count, Node.Now,
            events.Count > 0 ? EventCodec.Encode(events) : default);
        _next = block.End;
        Node.LaneOf(Partition).Append(new BlockEntry(this, message, block));
        Node.Scheduler.Queue(static l => l.Go(), Node.LaneOf(Partition));
    }

    private async Task ReadIdsAsync()
    {
        while (Partition.Epoch == Epoch)
        {
            try
            {
                RecentIds ids = await IdsAsync();
                Partition.Guard(this, () =>
                {
                    _ids = ids;
                    PutAllInLine_NeedsLock();
                });
                return;
            }
            catch (Exception e) when (e is StoreException or FormatException)
            {
                Node.Logger.LoadFailed(Id, e);
            }
            await Task.Delay(Partition.ReadPause, Node.Time);
        }
    }

    /// <summary>
    /// What has an id and is in line or comes while this reads waits behind it, so the store knows all that have one.
    /// </summary>
    private async Task<RecentIds> IdsAsync()
    {
        RecentIds ids = new(_window);
        LogSummary log = await Node.Store.ReadLogAsync(Partition.Number, Id, CancellationToken.None);
        long from = await Node.Store.FindEventAsync(
            Partition.Number, Id, Node.Now - _window, CancellationToken.None);
        from = Math.Max(from, log.End - RecentIds.EventsMax);
        while (from < log.End)
        {
            IReadOnlyList<BlockRow> blocks = await Node.Store.ReadBlocksAsync(
                Partition.Number, Id, from, IdsPerRead, CancellationToken.None);
            if (blocks.Count == 0)
                break;
            foreach (StoredEvent e in blocks.SelectMany(EventCodec.Decode).Where(static e => e.Data.IsGiven))
                ids.Add(e.Data.Id, e.Number, e.At);
            from = blocks[^1].End;
        }
        return ids;
    }
}
