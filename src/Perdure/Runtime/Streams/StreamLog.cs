using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Functions.Streams;
using Perdure.Runtime.DeadLetters;
using Perdure.Telemetry;

namespace Perdure.Runtime.Streams;

/// <summary>A log of a stream and its readers here. The partition's lock guards it.</summary>
internal sealed partial class StreamLog
{
    /// <summary>Messages that are not appended yet, for the audit.</summary>
    private readonly HashSet<MessageKey> _rows = [];

    private readonly List<StreamReader> _readers = [];
    private readonly Dictionary<StreamReader, StreamReplays> _replays = [];

    /// <summary>Asked for before the log was read.</summary>
    private readonly List<Replay> _earlyReplays = [];
    private EventTail? _tail;
    private long _next;
    private long _end;

    /// <summary>The first event that is kept, or will be when what is in line is durable.</summary>
    private long _start;

    /// <summary>
    /// When the oldest event came, as the last look found it: until that is too old, nobody looks again.
    /// </summary>
    private long _firstAt = long.MinValue;

    /// <summary>
    /// What there was when nothing could go: the first event that is young enough, the end of the log, and how far
    /// those who read it were, added up. While it stays like this nobody looks again.
    /// </summary>
    private (long Young, long End, long Read) _kept = (-1, -1, -1);

    public StreamLog(string id, Partition partition)
    {
        (Id, Partition, Epoch) = (id, partition, partition.Epoch);
        (Stream, _) = StreamIds.Split(id);
        _window = (long)partition.Node.Settings.DuplicateWindow(Stream).TotalMilliseconds;
    }

    public string Id { get; }
    public string Stream { get; }
    public Partition Partition { get; }
    public long Epoch { get; }

    private Node Node => Partition.Node;

    /// <summary>The number of the next event that will be durable.</summary>
    public long End_NeedsLock => _end;

    public IReadOnlyList<StreamReader> Readers_NeedsLock => _readers;

    /// <summary>What came before the log was read, and somebody waits for.</summary>
    public IEnumerable<Message> Unanswered_NeedsLock =>
        _early.Concat<Message>(_earlyCommands).Concat(_readers.SelectMany(r => r.Commands_NeedsLock))
            .Where(m => m.Ticket is not null);

    public bool Holds_NeedsLock(MessageKey row) => _rows.Contains(row);

    /// <summary>Finds out where the log ends and how far its readers are.</summary>
    public void Open() => Node.Scheduler.Queue(static l => _ = l.OpenAsync(), this);

    /// <summary>Events are durable; none when all of them were there before.</summary>
    public void Appended_NeedsLock(StoredEvent[] events, MessageKey? row)
    {
        if (row is { } taken)
            _rows.Remove(taken);
        if (events.Length == 0)
            return;
        _end = events[^1].Number + 1;
        PutAllInLine_NeedsLock();
        if (_readers.Count == 0)
            return;
        _tail!.Add(events);
        foreach (StreamReader reader in _readers)
            reader.Wake_NeedsLock();
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

    /// <summary>Something may have become of what is aside.</summary>
    public void LookAtKeys_NeedsLock()
    {
        foreach (StreamReader reader in _readers)
            reader.LookAtKeys_NeedsLock();
    }

    public void Abandon_NeedsLock()
    {
        foreach (StreamReplays replays in _replays.Values)
            replays.Abandon_NeedsLock();
        foreach (StreamReader reader in _readers)
            reader.Abandon_NeedsLock();
        _early.Clear();
        _earlyCommands.Clear();
    }

    /// <summary>
    /// Lets go of blocks that are older than the stream keeps them, up to what its readers have not done yet. The last
    /// block stays: it says where the log ends.
    /// </summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async Task TrimAsync(long olderThan, CancellationToken cancellationToken)
    {
        if (olderThan <= _firstAt)
            return;
        bool isKept = false;
        // All that there is was old enough then, and nothing has come or been read since.
        Partition.Guard(this, () => isKept = _kept == (_end, _end, Positions_NeedsLock.Sum(p => p + 1)));
        if (isKept)
            return;
        long before = await Node.Store.FindEventAsync(Partition.Number, Id, olderThan, cancellationToken);
        if (before <= Volatile.Read(ref _start))
        {
            IReadOnlyList<BlockRow> oldest =
                await Node.Store.ReadBlocksAsync(Partition.Number, Id, before, 1, cancellationToken);
            _firstAt = oldest.Count > 0 ? oldest[0].At : Node.Now;
            return;
        }
        var kept = _kept;
        Partition.Guard(
            this, () => kept = (before, _end, Positions_NeedsLock.Sum(p => p + 1)));
        if (kept == _kept)
            return;
        LogSummary log = await Node.Store.ReadLogAsync(Partition.Number, Id, cancellationToken);
        foreach (ReaderRow reader in log.Readers)
            before = Math.Min(before, reader.Position);
        // Whole blocks only, and never the last one.
        IReadOnlyList<BlockRow> first = log.End > log.Start
            ? await Node.Store.ReadBlocksAsync(
                Partition.Number, Id, Math.Min(before, log.End - 1), 1, cancellationToken)
            : [];
        before = first.Count > 0 ? first[0].First : log.Start;
        if (before <= log.Start)
        {
            // What memory knows ahead of the store would be taken for what nothing can go of.
            if (log.Readers.Sum(r => r.Position + 1) == kept.Read)
                _kept = kept;
            return;
        }
        Partition.Guard(this, () =>
        {
            // A checkpoint may have been set back meanwhile: then the next round looks again.
            if (before <= _start || Positions_NeedsLock.Any(p => p < before))
                return;
            _start = before;
            Node.LaneOf(Partition).Append(new LogTrimmed(this, new LogTrim(Partition.Number, Id, before)));
        });
        Node.LaneOf(Partition).Go();
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
                ReaderRow[] others =
                    [.. log.Readers.Where(r => !functions.Any(f => f.Consumer.Group == r.Name))];
                Partition.Guard(this, () => Opened_NeedsLock(log, readers, others));
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
        LogSummary log, List<(StreamFunction Function, ReaderState State, bool IsNew)> readers, ReaderRow[] others)
    {
        (_next, _end, _start) = (log.End, log.End, log.Start);
        foreach (ReaderRow other in others)
            _others.Add(other.Name, other);
        _tail = new EventTail(log.End);
        List<ReaderRow> begin = [];
        foreach ((StreamFunction function, ReaderState state, bool isNew) in readers)
        {
            StreamReader reader = StreamReader.Of(this, function, state);
            _readers.Add(reader);
            if (isNew)
                begin.Add(reader.Row_NeedsLock);
            reader.Wake_NeedsLock();
        }
        if (begin.Count > 0)
        {
            Node.LaneOf(Partition).Append(new ReadersBegin(this, begin));
            Node.Scheduler.Queue(static l => l.Go(), Node.LaneOf(Partition));
        }
        PutAllInLine_NeedsLock();
        while (_earlyCommands.TryDequeue(out Message.Checkpoint? command))
            Pass_NeedsLock(command);
        _earlyReplays.ForEach(Replay_NeedsLock);
        _earlyReplays.Clear();
    }
}
