using Perdure.Core.Circuits;
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
using Perdure.Runtime.Circuits;
using Perdure.Telemetry;

namespace Perdure.Runtime.Streams;

/// <summary>
/// Hands the events of a log to a function, one batch at a time and in order. The next batch begins when the end of the
/// one before stands in line: commits keep the order, so after a death never more is open than what had begun.
/// </summary>
internal sealed partial class StreamReader : TriggerSource
{
    /// <summary>How many ends stand in line before it waits for them.</summary>
    private const int InLineMax = 64;

    /// <summary>What is read from the store at once, in batches of the function, and at least so many events.</summary>
    private const int BatchesPerRead = 4, EventsPerRead = 256;

    private readonly StreamCore _core;
    private readonly Alarm _tick;
    private readonly int _inLineMax;
    private ReaderState _state;
    private ActivityWork? _inHand;

    /// <summary>Work whose end stands in line.</summary>
    private readonly HashSet<ActivityWork> _inLine = [];

    /// <summary>Read from the store: whatever the log has from the first of them to the last.</summary>
    private List<StoredEvent> _read = [];
    private bool _isReading;
    private bool _isPumping;

    /// <summary>Not before this time, whatever the state says.</summary>
    private long _pausedUntil;

    /// <summary>A circuit has kept it from running since it ran last.</summary>
    private bool _wasBlocked;

    public StreamReader(StreamLog log, StreamFunction function, ReaderState state)
        : base($"stream {log.Stream}", log.Partition, log.Partition.Node.Circuits.For(function.Circuits))
    {
        (Log, Function, _state) = (log, function, state);
        Circuits.Add(this);
        _core = new StreamCore(Partition.Number, Node.Partitions, Node.Number, log.Id, function.Consumer);
        _inLineMax = function.Consumer.Policy is EventFailurePolicy.HoldPartition or EventFailurePolicy.HoldKey
            ? 1
            : InLineMax;
        _tick = new Alarm(Node, TimeSpan.FromDays(1), OnTick);
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
        Circuits.Remove(this);
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
        if (outcome.FirstFailure is { } failure && IsHeldBack(work, failure, outcome.IsOfEvents))
            return;
        ReaderTurn turn = TurnOf(delivery, outcome);
        Partition.Conclude(new StreamTurnEntry(work, outcome, turn));
        Pump();
    }

    public override void Placed_NeedsLock(TriggerEntry entry)
    {
        _inHand = null;
        _inLine.Add(entry.Work);
        ReaderTurn turn = ((StreamTurnEntry)entry).Turn;
        _state = turn.State;
        HoldKeysOf_NeedsLock(turn);
        Log.Forget_NeedsLock();
    }

    public override void Concluded_NeedsLock(TriggerEntry entry)
    {
        _inLine.Remove(entry.Work);
        // What it sent was refused: then it stands still after all, or its keys do, and nothing has been handed out
        // since.
        ReaderTurn turn = ((StreamTurnEntry)entry).Turn;
        if (turn.State.IsHeld)
            _state = turn.State;
        HoldKeysOf_NeedsLock(turn);
        PumpSoon_NeedsLock();
    }

    /// <summary>What becomes of the events, and what its circuits hear of that.</summary>
    public ReaderTurn TurnOf(StreamDelivery delivery, BatchOutcome outcome)
    {
        ReaderTurn turn = _core.Conclude(
            delivery.Before, delivery.Events, outcome, Node.Now, Partition.DrawDeadLetterNumber);
        if (Circuits.All.Count == 0)
            return turn;
        List<CircuitFailure> failures =
        [
            .. turn.DeadLetters.Select(d => CircuitSignals.Of(d, delivery.FailureOf(d.EventId, outcome))),
            .. turn.Skipped.Select(s => CircuitSignals.Of(Function.Consumer.Name, s.Failure)),
        ];
        if (turn.State.IsHeld && !delivery.Before.IsHeld)
            failures.Add(CircuitSignals.Of(Function.Consumer.Name, outcome.FirstFailure!));
        List<(string, Message)> told =
        [
            .. CircuitSignals.Failed(Circuits, failures),
            .. CircuitSignals.Probed(delivery.Pass, outcome.FirstFailure, isOfEvent: true),
        ];
        return turn with { Sent = Outgoing.Add(turn.Rows, turn.Sent, told, Node.Partitions) };
    }

    /// <summary>Looks soon whether something can run.</summary>
    public void Wake_NeedsLock() => PumpSoon_NeedsLock();

    protected override void GiveBack_NeedsLock(ActivityWork work, TimeSpan pause)
    {
        _inHand = null;
        _pausedUntil = pause > TimeSpan.Zero ? Node.Now + (long)pause.TotalMilliseconds : 0;
        PumpSoon_NeedsLock();
    }

    protected override void PumpSoon_NeedsLock()
    {
        if (_isPumping || _inHand is not null || Function.IsDisabled)
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
            Hopeless = failure is null ? null
                : failure.ErrorType == Failures.Poison ? DeadLetterReason.CrashSuspect
                : failure.ErrorType == typeof(DeadLetterException).FullName ? DeadLetterReason.Rejected
                : delivery.Hopeless,
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
            if (IsLeaving || _inHand is not null || _isReading || !Obey_NeedsLock(out missing)
                || _inLine.Count >= _inLineMax || !KnowsKeys_NeedsLock() || !HasNext_NeedsLock)
                return;
            CircuitPass pass = Circuits.Ask(Partition.Number, out IReadOnlyList<CircuitGate> wanted);
            if (pass.IsNone)
            {
                _wasBlocked = true;
                Want_NeedsLock(wanted);
                return;
            }
            // What it stands still at may have failed for the same reason as all the others.
            if (_wasBlocked && _state.IsHeld)
                _state = _state.Afresh();
            _wasBlocked = false;
            work = Take_NeedsLock(pass, out missing);
            if (work is null)
                pass.Return();
        });
        if (work is not null)
            Node.Triggers.Enqueue(work);
        if (missing is var (first, most))
            _ = ReadAsync(first, most);
    }

    private bool HasNext_NeedsLock => _state.Position < Log.End_NeedsLock;

    private ActivityWork? Take_NeedsLock(CircuitPass pass, out (long From, int Count)? missing)
    {
        missing = null;
        // A retry begins when its count is durable: else a death would let it begin anew.
        if (_state.Failures > 0 && _inLine.Count > 0)
            return null;
        long due = Math.Max(_state.DueAt, _pausedUntil);
        if (_state.IsHeld || due > Node.Now)
        {
            if (!_state.IsHeld)
                _tick.SetTo(due);
            return null;
        }
        (long from, int count, long end) = StreamCore.Next(_state, pass.Of(Function.BatchMax));
        List<StoredEvent> events = Next_NeedsLock(from, count, end, out bool isInStore);
        if (events.Count > 0)
        {
            events = Free_NeedsLock(events);
            return events.Count == 0 ? null : _inHand = WorkOf(events, pass);
        }
        if (isInStore)
        {
            _isReading = true;
            missing = (from, Math.Max(count * BatchesPerRead, EventsPerRead));
        }
        return null;
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

    private ActivityWork WorkOf(List<StoredEvent> events, CircuitPass pass)
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
            Delivery = new StreamDelivery(this, _state, events) { Pass = pass },
            ScheduledAt = first.At,
            TraceParent = events.Count == 1 ? first.Data.TraceParent : null,
        };
    }

    private void OnTick() => Partition.Guard(this, PumpSoon_NeedsLock);
}
