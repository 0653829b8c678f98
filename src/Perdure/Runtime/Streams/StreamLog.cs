using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Functions.Streams;
using Perdure.Runtime.DeadLetters;
using Perdure.Telemetry;

namespace Perdure.Runtime.Streams;

/// <summary>
/// A log of a stream and its readers here. It numbers what is appended; what came before it was read from the store
/// waits. The partition's lock guards it.
/// </summary>
internal sealed class StreamLog
{
    private readonly Queue<Message.Append> _early = new();

    /// <summary>Messages that are not appended yet, for the audit.</summary>
    private readonly HashSet<MessageKey> _rows = [];

    private readonly List<StreamReader> _readers = [];
    private readonly Dictionary<StreamReader, StreamReplays> _replays = [];

    /// <summary>Asked for before the log was read.</summary>
    private readonly List<Replay> _earlyReplays = [];
    private EventTail? _tail;
    private long _next;

    /// <summary>Where the log began when that was looked at last: what is older is gone, or about to go.</summary>
    private long _start;

    /// <summary>
    /// What there was when nothing could go: the first event that is young enough, the end of the log, and how far its
    /// readers were, added up. While it stays like this nobody looks again.
    /// </summary>
    private (long Young, long End, long Read) _kept = (-1, -1, -1);

    public StreamLog(string id, Partition partition)
    {
        (Id, Partition, Epoch) = (id, partition, partition.Epoch);
        (Stream, _) = StreamIds.Split(id);
    }

    public string Id { get; }
    public string Stream { get; }
    public Partition Partition { get; }
    public long Epoch { get; }

    private Node Node => Partition.Node;

    /// <summary>The number of the next event that will be durable.</summary>
    public long End_NeedsLock => _tail?.End ?? 0;

    public IReadOnlyList<StreamReader> Readers_NeedsLock => _readers;

    /// <summary>What came before the log was read, and somebody waits for.</summary>
    public IEnumerable<Message.Append> Unanswered_NeedsLock => _early.Where(m => m.Ticket is not null);

    public bool Holds_NeedsLock(MessageKey row) => _rows.Contains(row);

    /// <summary>Finds out where the log ends and how far its readers are.</summary>
    public void Open() => Node.Scheduler.Queue(static l => _ = l.OpenAsync(), this);

    public void Append_NeedsLock(Message.Append message)
    {
        if (message.Row is { } row)
            _rows.Add(row);
        if (_tail is null)
            _early.Enqueue(message);
        else
            PutInLine_NeedsLock(message);
    }

    /// <summary>Events are durable.</summary>
    public void Appended_NeedsLock(StoredEvent[] events, MessageKey? row)
    {
        if (row is { } taken)
            _rows.Remove(taken);
        if (_readers.Count == 0)
            return;
        _tail!.Add(events);
        foreach (StreamReader reader in _readers)
            reader.PumpSoon_NeedsLock();
    }

    /// <summary>
    /// Events for a reader; none with <paramref name="isInStore"/> when they are there and not here.
    /// </summary>
    public List<StoredEvent> Read_NeedsLock(long from, int count, long end, out bool isInStore)
    {
        isInStore = from < _tail!.Start;
        return isInStore || from >= _tail.End ? [] : _tail.Read(from, count, end);
    }

    /// <summary>A reader has come further.</summary>
    public void Forget_NeedsLock() => _tail!.Forget(_readers.Min(r => r.Position_NeedsLock));

    /// <summary>An event that was put aside runs again, if its function is here.</summary>
    public void Replay_NeedsLock(Replay replay)
    {
        if (_tail is null)
        {
            _earlyReplays.Add(replay);
            return;
        }
        if (_readers.Find(r => r.Function.Consumer.Group == replay.Record.Place!.Value.Group) is not { } reader)
            return;
        if (!_replays.TryGetValue(reader, out StreamReplays? replays))
            _replays.Add(reader, replays = new StreamReplays(reader));
        replays.Add_NeedsLock(replay);
    }

    public void Abandon_NeedsLock()
    {
        foreach (StreamReplays replays in _replays.Values)
            replays.Abandon_NeedsLock();
        foreach (StreamReader reader in _readers)
            reader.Abandon_NeedsLock();
        _early.Clear();
    }

    /// <summary>
    /// Lets go of blocks that are older than the stream keeps them, up to what its readers have not done yet. The last
    /// block stays: it says where the log ends.
    /// </summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async Task TrimAsync(long olderThan, CancellationToken cancellationToken)
    {
        long before = await Node.Store.FindEventAsync(Partition.Number, Id, olderThan, cancellationToken);
        if (before <= Volatile.Read(ref _start))
            return;
        var kept = _kept;
        Partition.Guard(
            this, () => kept = (before, End_NeedsLock, _readers.Sum(r => r.Position_NeedsLock)));
        if (kept == _kept)
            return;
        LogSummary log = await Node.Store.ReadLogAsync(Partition.Number, Id, cancellationToken);
        foreach (ReaderRow reader in log.Readers)
            before = Math.Min(before, reader.Position);
        IReadOnlyList<BlockRow> last = log.End > log.Start
            ? await Node.Store.ReadBlocksAsync(Partition.Number, Id, log.End - 1, 1, cancellationToken)
            : [];
        before = Math.Min(before, last.Count > 0 ? last[0].First : log.Start);
        Volatile.Write(ref _start, Math.Max(before, log.Start));
        if (before <= log.Start)
        {
            _kept = kept;
            return;
        }
        Partition.Guard(this, () => Node.LaneOf(Partition).Append(
            new LogTrimmed(this, new LogTrim(Partition.Number, Id, before))));
        Node.LaneOf(Partition).Go();
    }

    private void PutInLine_NeedsLock(Message.Append message)
    {
        BlockRow block = new(
            Partition.Number, Id, _next, message.Events.Count, Node.Now, EventCodec.Encode(message.Events));
        _next = block.End;
        Node.LaneOf(Partition).Append(new BlockEntry(this, message, block));
        Node.Scheduler.Queue(static l => l.Go(), Node.LaneOf(Partition));
    }

    private async Task OpenAsync()
    {
        IReadOnlyList<StreamFunction> functions = Node.Functions.StreamFunctions(Stream);
        while (Partition.Epoch == Epoch)
        {
            try
            {
                LogSummary log = await Node.Store.ReadLogAsync(Partition.Number, Id, CancellationToken.None);
                List<(StreamFunction Function, ReaderState State, bool IsNew)> readers = [];
                foreach (StreamFunction function in functions)
                    readers.Add(await ReaderAsync(function, log));
                Partition.Guard(this, () => Opened_NeedsLock(log, readers));
                return;
            }
            catch (StoreException e)
            {
                Node.Logger.LoadFailed(Id, e);
            }
            catch (FormatException e)
            {
                // It stands still until a program comes that can read it.
                Node.Logger.LoadFailed(Id, e);
            }
            await Task.Delay(Partition.ReadPause, Node.Time);
        }
    }

    private async Task<(StreamFunction, ReaderState, bool IsNew)> ReaderAsync(StreamFunction function, LogSummary log)
    {
        foreach (ReaderRow row in log.Readers)
        {
            if (row.Name == function.Consumer.Group)
            {
                if (row.Position < log.Start)
                    Node.Logger.EventsLost(Id, function.Consumer.Group, row.Position, log.Start);
                ReaderState state = ReaderStateCodec.Decode(row.Position, row.State);
                // What it stands still at is tried again by a program that may be another one, with all its retries.
                return (function, state.IsHeld ? state.Afresh() : state, IsNew: false);
            }
        }
        long position = function.Start.IsEnd ? log.End
            : function.Start.Time <= 0 ? log.Start
            : await Node.Store.FindEventAsync(Partition.Number, Id, function.Start.Time, CancellationToken.None);
        return (function, new ReaderState { Position = position }, IsNew: true);
    }

    private void Opened_NeedsLock(
        LogSummary log, List<(StreamFunction Function, ReaderState State, bool IsNew)> readers)
    {
        (_next, _start) = (log.End, log.Start);
        _tail = new EventTail(log.End);
        List<ReaderRow> begin = [];
        foreach ((StreamFunction function, ReaderState state, bool isNew) in readers)
        {
            StreamReader reader = new(this, function, state);
            _readers.Add(reader);
            if (isNew)
                begin.Add(reader.Row_NeedsLock);
            reader.PumpSoon_NeedsLock();
        }
        if (begin.Count > 0)
        {
            Node.LaneOf(Partition).Append(new ReadersBegin(this, begin));
            Node.Scheduler.Queue(static l => l.Go(), Node.LaneOf(Partition));
        }
        while (_early.TryDequeue(out Message.Append? message))
            PutInLine_NeedsLock(message);
        _earlyReplays.ForEach(Replay_NeedsLock);
        _earlyReplays.Clear();
    }
}
