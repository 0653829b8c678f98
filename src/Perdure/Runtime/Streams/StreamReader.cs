using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Functions;
using Perdure.Functions.Streams;
using Perdure.Functions.Triggers;
using Perdure.Telemetry;

namespace Perdure.Runtime.Streams;

/// <summary>
/// Hands the events of a log to a function, one batch at a time and in order. The next batch begins when the end of the
/// one before stands in line: commits keep the order, so after a death never more is open than what had begun.
/// </summary>
internal sealed class StreamReader : TriggerSource
{
    /// <summary>How many ends stand in line before it waits for them.</summary>
    private const int InLineMax = 64;

    /// <summary>What is read from the store at once, in batches of the function, and at least so many events.</summary>
    private const int BatchesPerRead = 4, EventsPerRead = 256;

    private readonly StreamCore _core;
    private readonly ITimer _tick;
    private readonly int _inLineMax;
    private ReaderState _state;
    private ActivityWork? _inHand;

    /// <summary>Work whose end stands in line.</summary>
    private readonly HashSet<ActivityWork> _inLine = [];

    /// <summary>Read from the store: whatever the log has from the first of them to the last.</summary>
    private List<StoredEvent> _read = [];
    private bool _isReading;
    private bool _isPumping;

    public StreamReader(StreamLog log, StreamFunction function, ReaderState state)
        : base($"stream {log.Stream}", log.Partition)
    {
        (Log, Function, _state) = (log, function, state);
        _core = new StreamCore(Partition.Number, Node.Partitions, Node.Number, log.Id, function.Consumer);
        _inLineMax = function.Consumer.Policy == EventFailurePolicy.HoldPartition ? 1 : InLineMax;
        _tick = Node.Time.CreateTimer(
            static r => ((StreamReader)r!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public StreamLog Log { get; }
    public StreamFunction Function { get; }

    public long Position_NeedsLock => _state.Position;

    public ReaderState State_NeedsLock => _state;

    public ReaderRow Row_NeedsLock => _core.RowOf(_state, Node.Now);

    public override bool Has_NeedsLock(ActivityWork work) => _inHand == work;

    public override void Abandon_NeedsLock()
    {
        _tick.Dispose();
        if (_inHand is { } work)
        {
            work.Abandon();
            work.Delivery!.Exit();
        }
        _inHand = null;
    }

    public override void Return(ActivityWork work, Message.TaskDone result)
    {
        StreamDelivery delivery = (StreamDelivery)work.Delivery!;
        BatchOutcome outcome = OutcomeOf(delivery, result);
        ReaderTurn turn = TurnOf(delivery, outcome);
        Partition.Conclude(new StreamTurnEntry(work, outcome, turn));
        Pump();
    }

    public override void Placed_NeedsLock(TriggerEntry entry)
    {
        _inHand = null;
        _inLine.Add(entry.Work);
        _state = ((StreamTurnEntry)entry).Turn.State;
        Log.Forget_NeedsLock();
    }

    public override void Concluded_NeedsLock(TriggerEntry entry)
    {
        _inLine.Remove(entry.Work);
        PumpSoon_NeedsLock();
    }

    public ReaderTurn TurnOf(StreamDelivery delivery, BatchOutcome outcome) =>
        _core.Conclude(delivery.Before, delivery.Events, outcome, Node.Now, Partition.DrawDeadLetterNumber);

    public void PumpSoon_NeedsLock()
    {
        if (_isPumping || _inHand is not null)
            return;
        _isPumping = true;
        Node.Scheduler.Queue(static r => r.Pump(), this);
    }

    public BatchOutcome OutcomeOf(StreamDelivery delivery, Message.TaskDone result)
    {
        List<FailedEvent> failed = delivery.Unbindable;
        FailureDetails? failure = result.Failure;
        // Of a batch of which nothing fits the function has seen nothing.
        if (delivery.Passed.Count == 0)
            failure = null;
        else
            failure ??= TakeResult(delivery, result.Result, failed);
        return new BatchOutcome
        {
            BegunAt = delivery.BegunAt,
            Failure = failure,
            Hopeless = failure?.ErrorType == Failures.Poison ? DeadLetterReason.CrashSuspect
                : failure?.ErrorType == typeof(DeadLetterException).FullName ? DeadLetterReason.Rejected
                : null,
            Events = failed,
            Sent = delivery.Outbox.Close(),
        };
    }

    /// <summary>What the function returned; a failure when that is a mistake.</summary>
    private FailureDetails? TakeResult(StreamDelivery delivery, Payload result, List<FailedEvent> failed)
    {
        if (Function.Returns is { } place && !result.IsNone)
            Outputs.Send(delivery, place, result);
        if (!Function.NamesFailures)
            return null;
        try
        {
            failed.AddRange(StreamValues.Failed(delivery, result));
            return null;
        }
        catch (InvalidOperationException e)
        {
            return ThrownFailure.Of(e);
        }
    }

    /// <summary>Hands out the next events, if there are some and it may.</summary>
    private void Pump()
    {
        ActivityWork? work = null;
        (long From, int Count)? missing = null;
        Partition.Guard(this, () =>
        {
            _isPumping = false;
            if (IsLeaving || _inHand is not null || _isReading || _state.IsHeld || _inLine.Count >= _inLineMax)
                return;
            long wait = _state.DueAt - Node.Now;
            if (wait > 0)
            {
                // A timer of the platform takes no more than some weeks; whoever wakes too early looks again.
                _tick.Change(
                    TimeSpan.FromMilliseconds(Math.Min(wait, (long)TimeSpan.FromDays(1).TotalMilliseconds)),
                    Timeout.InfiniteTimeSpan);
                return;
            }
            (long from, int count, long end) = StreamCore.Next(_state, Function.BatchMax);
            List<StoredEvent> events = Next_NeedsLock(from, count, end, out bool isInStore);
            if (events.Count > 0)
                work = _inHand = WorkOf(events);
            else if (isInStore)
            {
                _isReading = true;
                missing = (from, Math.Max(count * BatchesPerRead, EventsPerRead));
            }
        });
        if (work is not null)
            Node.Triggers.Enqueue(work);
        if (missing is var (first, most))
            _ = ReadAsync(first, most);
    }

    private List<StoredEvent> Next_NeedsLock(long from, int count, long end, out bool isInStore)
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

    private async Task ReadAsync(long from, int count)
    {
        List<StoredEvent> found = [];
        while (Partition.Epoch == Epoch)
        {
            try
            {
                IReadOnlyList<BlockRow> blocks = await Node.Store.ReadBlocksAsync(
                    Partition.Number, Log.Id, from, count, CancellationToken.None);
                foreach (BlockRow block in blocks)
                    found.AddRange(EventCodec.Decode(block));
                break;
            }
            catch (Exception e) when (e is StoreException or FormatException)
            {
                Node.Logger.LoadFailed(Log.Id, e);
                found.Clear();
                await Task.Delay(Partition.ReadPause, Node.Time);
            }
        }
        Partition.Guard(this, () =>
        {
            _isReading = false;
            _read = found;
            PumpSoon_NeedsLock();
        });
    }

    private ActivityWork WorkOf(List<StoredEvent> events)
    {
        StoredEvent first = events[0];
        // Only care asks for the number: a crash is counted against what stands at the position.
        TaskKey task = new(EntityInstanceIds.TaskKey($"{Log.Id}/{Function.Consumer.Group}/{first.Number}"), 0, 0);
        HistoryEvent.TaskScheduled call = new(0, Function.Consumer.Name, Payload.None)
        {
            Attempt = _state.Failures + 1,
        };
        return new ActivityWork(this, task, first.Data.Id, call)
        {
            Function = Function.Code,
            Delivery = new StreamDelivery(this, _state, events),
            ScheduledAt = first.At,
            TraceParent = events.Count == 1 ? first.Data.TraceParent : null,
        };
    }

    private void OnTick() => Partition.Guard(this, PumpSoon_NeedsLock);
}
