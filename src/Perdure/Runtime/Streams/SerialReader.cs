using Perdure.Core.Streams;
using Perdure.Functions.Streams;
using Perdure.Runtime.Circuits;

namespace Perdure.Runtime.Streams;

/// <summary>Hands out one batch at a time, in the order of the log.</summary>
internal sealed class SerialReader : StreamReader
{
    /// <summary>What is read from the store at once, in batches of the function, and at least so many events.</summary>
    private const int BatchesPerRead = 4, EventsPerRead = 256;

    /// <summary>So many wait behind others of their keys in one commit.</summary>
    private const int ParkedMax = 100;

    /// <summary>Read from the store: whatever the log has from the first of them to the last.</summary>
    private List<StoredEvent> _read = [];

    /// <param name="log">What it reads.</param>
    /// <param name="function">What runs for it.</param>
    /// <param name="state">How far it has come, perhaps in another order: those failures are forgotten.</param>
    public SerialReader(StreamLog log, StreamFunction function, ReaderState state)
        : base(log, function, state with { Keys = ReaderState.NoKeys }, inHandMax: 1)
    {
    }

    protected override bool HasNext_NeedsLock(out (long From, int Count)? missing)
    {
        missing = null;
        return Position_NeedsLock < Log.End_NeedsLock;
    }

    protected override ActivityWork? Take_NeedsLock(CircuitPass pass, out (long From, int Count)? missing)
    {
        missing = null;
        ReaderState state = State_NeedsLock;
        // A retry begins when its count is durable: else a death would let it begin anew.
        if (state.IsHeld || (state.Failures > 0 && InLine_NeedsLock > 0))
            return null;
        long due = Math.Max(state.DueAt, PausedUntil_NeedsLock);
        if (due > Node.Now)
        {
            WakeAt_NeedsLock(due);
            return null;
        }
        (long from, int count, long end) = StreamCore.Next(state, pass.Of(Function.BatchMax));
        List<StoredEvent> events = Read_NeedsLock(from, count, end, out bool isInStore);
        if (events.Count > 0)
        {
            events = Free_NeedsLock(events);
            return events.Count == 0 ? null : WorkOf(new StreamDelivery(this, state, events) { Pass = pass });
        }
        if (isInStore)
            missing = (from, Math.Max(count * BatchesPerRead, EventsPerRead));
        return null;
    }

    protected override void Conclude(ActivityWork work, BatchOutcome outcome) => Partition.Conclude(
        new StreamTurnEntry(work, outcome, TurnOf((StreamDelivery)work.Delivery!, outcome)));

    protected override ReaderTurn Decide(StreamDelivery delivery, BatchOutcome outcome) => Core.Conclude(
        delivery.Before, delivery.Events, outcome, Node.Now, Partition.DrawDeadLetterNumber);

    protected override List<StoredEvent> Read_NeedsLock(long from, int count, long end, out bool isInStore)
    {
        isInStore = false;
        if (_read.Count > 0)
        {
            _read.RemoveAll(e => e.Number < from);
            List<StoredEvent> some = [.. _read.Take(count).TakeWhile(e => e.Number < end)];
            if (some.Count > 0)
                return some;
        }
        return Log.Read_NeedsLock(from, count, end, out isInStore);
    }

    protected override void Found_NeedsLock(List<StoredEvent> events) => _read = events;

    protected override void Moved_NeedsLock() => _read = [];

    /// <summary>
    /// Those in front whose keys do not stand still. If the first one's does, it and what follows it are put aside as
    /// well, and none is left.
    /// </summary>
    private List<StoredEvent> Free_NeedsLock(List<StoredEvent> events)
    {
        int free = events.FindIndex(e => IsHeld_NeedsLock(e.Data.Key));
        if (free != 0)
            return free < 0 ? events : events[..free];
        List<StoredEvent> waiting = MakeWait_NeedsLock(
            events.Take(ParkedMax).TakeWhile(e => IsHeld_NeedsLock(e.Data.Key)));
        if (waiting.Count > 0)
            Park_NeedsLock(Core.Park(State_NeedsLock, waiting, Node.Now, Partition.DrawDeadLetterNumber));
        return [];
    }
}
