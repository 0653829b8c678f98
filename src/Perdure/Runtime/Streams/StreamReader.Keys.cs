using Perdure.Core.DeadLetters;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Telemetry;

namespace Perdure.Runtime.Streams;

/// <summary>
/// Keys that stand still. Which ones do is what the store says of dead letters, and nothing else: so whatever becomes
/// of them, by whom and on which node, is found by asking again. While it asks, nothing is handed out, so that what it
/// hears is true.
/// </summary>
internal abstract partial class StreamReader
{
    private const int LettersPerRead = 1_000;

    /// <summary>Null before the store was asked, and where keys do not stand still.</summary>
    private KeyHolds? _holds;

    /// <summary>Rows of events that wait stand in line.</summary>
    private int _parking;

    private bool _isLooking;
    private bool _looksAgain;

    /// <summary>A key has as many waiting events as it may.</summary>
    private bool _isFull;

    public int HeldKeys_NeedsLock => _holds?.Count ?? 0;

    protected bool HoldsKeys => Function.Consumer.Policy == EventFailurePolicy.HoldKey;

    /// <summary>Something may have become of what is aside.</summary>
    public void LookAtKeys_NeedsLock()
    {
        if (!HoldsKeys)
            return;
        _looksAgain = true;
        PumpSoon_NeedsLock();
    }

    /// <summary>Events that wait are durable.</summary>
    public void Parked_NeedsLock()
    {
        _parking--;
        PumpSoon_NeedsLock();
    }

    /// <summary>Whether it is known which keys stand still; if not, it is found out.</summary>
    private bool KnowsKeys_NeedsLock()
    {
        if (!HoldsKeys)
            return true;
        if (_isLooking)
            return false;
        if (_holds is not null && !_looksAgain)
            return true;
        // Whatever stands in line looks here again when it is durable.
        if (_inLine.Count == 0 && _parking == 0)
        {
            (_isLooking, _looksAgain) = (true, false);
            Node.Scheduler.Queue(static r => _ = r.LookAtKeysAsync(), this);
        }
        return false;
    }

    private void HoldKeysOf_NeedsLock(ReaderTurn turn)
    {
        if (!HoldsKeys)
            return;
        foreach (DeadLetterRow dead in turn.DeadLetters)
        {
            if (dead.Order is null)
                continue;
            _holds?.PutAside(dead.Order);
            // What the store is just saying may be without it.
            _looksAgain |= _isLooking;
        }
    }

    protected bool IsHeld_NeedsLock(string? key) => _holds?.IsHeld(key) == true;

    /// <summary>Lets events wait behind others of their keys, as long as there is room.</summary>
    /// <param name="events">Events of keys that stand still.</param>
    /// <returns>Those that can wait: all that stand before the first one that cannot.</returns>
    protected List<StoredEvent> MakeWait_NeedsLock(IEnumerable<StoredEvent> events)
    {
        List<StoredEvent> waiting = [];
        string? full = null;
        foreach (StoredEvent e in events)
        {
            if (_holds!.IsFull(e.Data.Key!))
            {
                full = e.Data.Key;
                break;
            }
            _holds.Wait(e.Data.Key!);
            waiting.Add(e);
        }
        if (waiting.Count == 0 && full is not null && !_isFull)
            Node.Logger.KeyIsFull(Log.Id, Function.Consumer.Group, KeyHolds.WaitingMax, full);
        _isFull = waiting.Count == 0;
        return waiting;
    }

    /// <summary>Puts in line that events wait.</summary>
    protected void Park_NeedsLock(ReaderTurn turn)
    {
        _state = turn.State;
        Log.Forget_NeedsLock();
        _parking++;
        Node.LaneOf(Partition).Append(new ParkedEntry(this, turn));
        Node.Scheduler.Queue(static l => l.Go(), Node.LaneOf(Partition));
        PumpSoon_NeedsLock();
    }

    private async Task LookAtKeysAsync()
    {
        while (Partition.Epoch == Epoch)
        {
            try
            {
                KeyHolds holds = KeyHolds.Of(await OpenLettersAsync(), out IReadOnlyList<DeadLetterKey> next);
                if (next.Count > 0)
                    await LetRunAsync(next);
                Partition.Guard(this, () =>
                {
                    (_holds, _isLooking) = (holds, false);
                    PumpSoon_NeedsLock();
                });
                if (next.Count > 0)
                    Partition.LookForReplays();
                return;
            }
            catch (StoreException e)
            {
                Node.Logger.LoadFailed(Log.Id, e);
            }
            await Task.Delay(Partition.ReadPause, Node.Time);
        }
    }

    /// <summary>What is aside of this log and has not ended. A key belongs to one log of its stream.</summary>
    private async Task<List<DeadLetterRow>> OpenLettersAsync()
    {
        List<DeadLetterRow> open = [];
        DeadLetterQuery query = new()
        {
            Source = Function.Consumer.Source, Function = Function.Consumer.Name,
            Partition = Partition.Number, IsOpen = true, WithRecords = false, PageSize = LettersPerRead,
        };
        while (true)
        {
            DeadLetterPage page = await Node.Store.QueryDeadLettersAsync(query, CancellationToken.None);
            open.AddRange(page.Rows.Where(
                r => r.Order is not null && Node.Streams.LogFor(Log.Stream, r.Order) == Log.Id));
            if (page.After is null)
                return open;
            query = query with { After = page.After };
        }
    }

    /// <summary>
    /// Only what still waits: if the partition was lost meanwhile, its owner may have gone further, and somebody may
    /// have discarded it.
    /// </summary>
    private async Task LetRunAsync(IReadOnlyList<DeadLetterKey> next)
    {
        DeadLetterChange change = new(
            DeadLetterState.Replaying, Node.Now, TrailEntry.Of(Node.Now, DeadLetterAction.Released));
        foreach (DeadLetterKey[] some in next.Chunk(LettersPerRead))
            await Node.Store.ChangeDeadLettersAsync(some, DeadLetterState.Held, change, CancellationToken.None);
    }
}

/// <summary>Events that wait behind others of their keys, in line for a batch.</summary>
internal sealed class ParkedEntry : RowsEntry
{
    private readonly StreamReader _reader;

    public ParkedEntry(StreamReader reader, ReaderTurn turn) : base(reader.Partition, turn.Rows)
    {
        _reader = reader;
        Partition.EnterWork();
    }

    public override void OnCommitted()
    {
        Partition.Node.Logger.EventsWait(
            Rows.InsertDeadLetters!.Count, _reader.Log.Id, _reader.Function.Consumer.Group);
        Partition.Guard(_reader, _reader.Parked_NeedsLock);
        Partition.ExitWork();
    }

    /// <summary>The next owner finds them where they were.</summary>
    public override void OnStale() => Partition.ExitWork();
}
