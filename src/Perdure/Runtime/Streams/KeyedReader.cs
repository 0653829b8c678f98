using Perdure.Core.Streams;
using Perdure.Functions.Streams;
using Perdure.Runtime.Circuits;

namespace Perdure.Runtime.Streams;

/// <summary>
/// Hands out batches of several keys at a time, each of one key and in its order. The position goes over what is done
/// from the first event on; what is done beyond it is remembered.
/// </summary>
internal sealed class KeyedReader : StreamReader
{
    private readonly KeyOrder _order = new();

    /// <summary>
    /// Keys of which events run. If what became of them matters to the next of the key, it is durable first: so retries
    /// count, and nothing of a key that stands still runs.
    /// </summary>
    private readonly Dictionary<string, ActivityWork> _busy = new(StringComparer.Ordinal);

    /// <summary>What runs next.</summary>
    private int _place;

    /// <param name="log">What it reads.</param>
    /// <param name="function">What runs for it.</param>
    /// <param name="state">How far it has come, perhaps in another order: those failures are forgotten.</param>
    public KeyedReader(StreamLog log, StreamFunction function, ReaderState state)
        : base(
            log, function, state.Afresh() with { Piece = 0, PieceEnd = 0, IsSearching = false }, function.KeysMax)
    {
    }

    public override void Abandon_NeedsLock()
    {
        base.Abandon_NeedsLock();
        _busy.Clear();
    }

    public override void Placed_NeedsLock(TriggerEntry entry)
    {
        base.Placed_NeedsLock(entry);
        string key = StrandOf(entry.Work).Key;
        if (!HoldsKeys && !State_NeedsLock.Keys.ContainsKey(key))
            _busy.Remove(key);
    }

    public override void Concluded_NeedsLock(TriggerEntry entry)
    {
        Free_NeedsLock(entry.Work);
        base.Concluded_NeedsLock(entry);
    }

    protected override void GiveBack_NeedsLock(ActivityWork work, TimeSpan pause)
    {
        Free_NeedsLock(work);
        base.GiveBack_NeedsLock(work, pause);
    }

    protected override bool HasNext_NeedsLock(out (long From, int Count)? missing)
    {
        missing = Fill_NeedsLock();
        long now = Node.Now;
        if (PausedUntil_NeedsLock > now)
        {
            WakeAt_NeedsLock(PausedUntil_NeedsLock);
            return false;
        }
        ReaderState state = State_NeedsLock;
        KeyChoice choice = _order.Choose(state, _busy.ContainsKey, IsHeld_NeedsLock, now);
        if (choice.Waiting.Count > 0
            && MakeWait_NeedsLock(choice.Waiting.Select(p => _order[p])) is { Count: > 0 } waiting)
        {
            IReadOnlyList<Strand> strands = _order.Waiting(state, choice.Waiting.Take(waiting.Count));
            Park_NeedsLock(Core.Park(state, strands, now, Partition.DrawDeadLetterNumber));
            return false;
        }
        _place = choice.Place;
        if (_place < 0 && choice.DueAt < long.MaxValue)
            WakeAt_NeedsLock(choice.DueAt);
        return _place >= 0;
    }

    protected override ActivityWork Take_NeedsLock(CircuitPass pass, out (long From, int Count)? missing)
    {
        missing = null;
        Strand strand = _order.Take(State_NeedsLock, _place, pass.Of(Function.BatchMax));
        ActivityWork work = WorkOf(
            new StreamDelivery(this, strand.Before, strand.Events) { Pass = pass, Strand = strand });
        _busy.Add(strand.Key, work);
        return work;
    }

    protected override void Conclude(ActivityWork work, BatchOutcome outcome) => Partition.Conclude(this, work, () =>
    {
        StreamDelivery delivery = (StreamDelivery)work.Delivery!;
        delivery.Beside = State_NeedsLock;
        return new StreamTurnEntry(work, outcome, TurnOf(delivery, outcome));
    });

    protected override ReaderTurn Decide(StreamDelivery delivery, BatchOutcome outcome) => Core.Conclude(
        delivery.Beside!, delivery.Strand!, outcome, Node.Now, Partition.DrawDeadLetterNumber);

    protected override List<StoredEvent> Read_NeedsLock(long from, int count, long end, out bool isInStore) =>
        Log.Read_NeedsLock(from, count, end, out isInStore);

    protected override void Found_NeedsLock(List<StoredEvent> events)
    {
        // A block may begin before what was asked for.
        long from = _order.End(Position_NeedsLock);
        _order.Add([.. events.Where(e => e.Number >= from).Take(KeyOrder.WindowMax - _order.Count)]);
    }

    protected override void Moved_NeedsLock() => _order.Clear();

    private void Free_NeedsLock(ActivityWork work)
    {
        string key = StrandOf(work).Key;
        if (_busy.GetValueOrDefault(key) == work)
            _busy.Remove(key);
    }

    /// <summary>Takes more events in sight; returns what has to be read from the store first.</summary>
    private (long From, int Count)? Fill_NeedsLock()
    {
        _order.Forget(Position_NeedsLock);
        long from = _order.End(Position_NeedsLock);
        int room = KeyOrder.WindowMax - _order.Count;
        // Not one by one, while the first of them takes its time.
        if (from >= Log.End_NeedsLock || room < KeyOrder.WindowMax / 4)
            return null;
        _order.Add(Log.Read_NeedsLock(from, room, long.MaxValue, out bool isInStore));
        return isInStore ? (from, room) : null;
    }

    private static Strand StrandOf(ActivityWork work) => ((StreamDelivery)work.Delivery!).Strand!;
}
