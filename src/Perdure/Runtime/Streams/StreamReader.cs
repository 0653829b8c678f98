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
/// Hands the events of a log to a function, in order. What comes next begins when the end of what was before it stands
/// in line: commits keep the order, so after a death never more is open than what had begun.
/// </summary>
internal abstract partial class StreamReader : TriggerSource
{
    /// <summary>How many ends stand in line before it waits for them.</summary>
    private const int InLineMax = 64;

    private readonly StreamCore _core;
    private readonly Alarm _tick;
    private readonly int _inHandMax;
    private readonly int _inLineMax;
    private readonly HashSet<ActivityWork> _inHand = [];
    private ReaderState _state;

    /// <summary>Work whose end stands in line.</summary>
    private readonly HashSet<ActivityWork> _inLine = [];

    private bool _isReading;
    private bool _isPumping;

    /// <summary>Not before this time, whatever the state says.</summary>
    private long _pausedUntil;

    /// <summary>A circuit has kept it from running since it ran last.</summary>
    private bool _wasBlocked;

    /// <param name="log">What it reads.</param>
    /// <param name="function">What runs for it.</param>
    /// <param name="state">How far it has come.</param>
    /// <param name="inHandMax">How many batches run at a time.</param>
    protected StreamReader(StreamLog log, StreamFunction function, ReaderState state, int inHandMax)
        : base($"stream {log.Stream}", log.Partition, log.Partition.Node.Circuits.For(function.Circuits))
    {
        (Log, Function, _state, _inHandMax) = (log, function, state, inHandMax);
        Circuits.Add(this);
        _core = new StreamCore(Partition.Number, Node.Partitions, Node.Number, log.Id, function.Consumer);
        _inLineMax = function.Consumer.Policy is EventFailurePolicy.HoldPartition or EventFailurePolicy.HoldKey
            ? 1
            : InLineMax;
        _tick = new Alarm(Node, TimeSpan.FromDays(1), OnTick);
    }

    public static StreamReader Of(StreamLog log, StreamFunction function, ReaderState state) =>
        function.KeysMax > 0 ? new KeyedReader(log, function, state) : new SerialReader(log, function, state);

    public StreamLog Log { get; }
    public StreamFunction Function { get; }

    public long Position_NeedsLock => _state.Position;

    public ReaderState State_NeedsLock => _state;

    public ReaderRow Row_NeedsLock => _core.RowOf(_state, Node.Now);

    protected StreamCore Core => _core;

    /// <summary>Nothing begins before this time, whatever the state says.</summary>
    protected long PausedUntil_NeedsLock => _pausedUntil;

    protected int InLine_NeedsLock => _inLine.Count;

    /// <summary>Whether there is something that may begin now, apart from circuits.</summary>
    /// <param name="missing">What has to be read from the store first.</param>
    protected abstract bool HasNext_NeedsLock(out (long From, int Count)? missing);

    /// <summary>What begins now, if there is something.</summary>
    /// <param name="pass">What circuits let begin.</param>
    /// <param name="missing">What has to be read from the store first.</param>
    protected abstract ActivityWork? Take_NeedsLock(CircuitPass pass, out (long From, int Count)? missing);

    public override bool Has_NeedsLock(ActivityWork work) => _inHand.Contains(work);

    public override void Abandon_NeedsLock()
    {
        _tick.Dispose();
        Circuits.Remove(this);
        foreach (ActivityWork work in _inHand)
        {
            work.Abandon();
            work.Delivery!.Exit();
        }
        _inHand.Clear();
    }

    public override void Return(ActivityWork work, Message.TaskDone result)
    {
        StreamDelivery delivery = (StreamDelivery)work.Delivery!;
        BatchOutcome outcome = OutcomeOf(delivery, result);
        if (outcome.FirstFailure is { } failure && IsHeldBack(work, failure, outcome.IsOfEvents))
            return;
        Conclude(work, outcome);
        Pump();
    }

    /// <summary>Puts in line what becomes of the events.</summary>
    protected abstract void Conclude(ActivityWork work, BatchOutcome outcome);

    /// <summary>What becomes of the events of a delivery.</summary>
    protected abstract ReaderTurn Decide(StreamDelivery delivery, BatchOutcome outcome);

    public override void Placed_NeedsLock(TriggerEntry entry)
    {
        _inHand.Remove(entry.Work);
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
        ReaderTurn turn = Decide(delivery, outcome);
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
        _inHand.Remove(work);
        _pausedUntil = pause > TimeSpan.Zero ? Node.Now + (long)pause.TotalMilliseconds : 0;
        PumpSoon_NeedsLock();
    }

    protected override void PumpSoon_NeedsLock()
    {
        if (_isPumping || _inHand.Count >= _inHandMax || Function.IsDisabled)
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
            if (IsLeaving || _inHand.Count >= _inHandMax || _isReading)
                return;
            work = Next_NeedsLock(out missing);
            _isReading = missing is not null;
            if (work is null)
                return;
            _inHand.Add(work);
            PumpSoon_NeedsLock();
        });
        if (work is not null)
            Node.Triggers.Enqueue(work);
        if (missing is var (first, most))
            _ = ReadAsync(first, most);
    }

    private ActivityWork? Next_NeedsLock(out (long From, int Count)? missing)
    {
        if (!Obey_NeedsLock(out missing) || _inLine.Count >= _inLineMax || !KnowsKeys_NeedsLock()
            || !HasNext_NeedsLock(out missing))
            return null;
        CircuitPass pass = Circuits.Ask(Partition.Number, out IReadOnlyList<CircuitGate> wanted);
        if (pass.IsNone)
        {
            _wasBlocked = true;
            Want_NeedsLock(wanted);
            return null;
        }
        // What it stands still at may have failed for the same reason as all the others.
        if (_wasBlocked && _state.IsHeld)
            _state = _state.Afresh();
        _wasBlocked = false;
        ActivityWork? work = Take_NeedsLock(pass, out missing);
        if (work is null)
            pass.Return();
        return work;
    }

    /// <summary>Looks again then.</summary>
    protected void WakeAt_NeedsLock(long time) => _tick.SetTo(time);

    /// <summary>Events have been read from the store.</summary>
    protected abstract void Found_NeedsLock(List<StoredEvent> events);

    /// <summary>Somebody has moved the checkpoint.</summary>
    protected abstract void Moved_NeedsLock();

    /// <summary>Events from a number on, for what is asked by an operator.</summary>
    protected abstract List<StoredEvent> Read_NeedsLock(long from, int count, long end, out bool isInStore);

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
            Found_NeedsLock(found);
            PumpSoon_NeedsLock();
        });
    }

    protected ActivityWork WorkOf(StreamDelivery delivery)
    {
        IReadOnlyList<StoredEvent> events = delivery.Events;
        StoredEvent first = events[0];
        // Only care asks for the number: a crash is counted against what stands at the position.
        TaskKey task = new(EntityInstanceIds.TaskKey($"{Log.Id}/{Function.Consumer.Group}/{first.Number}"), 0, 0);
        HistoryEvent.TaskScheduled call = new(0, Function.Consumer.Name, Payload.None)
        {
            Attempt = delivery.Before.Failures + 1,
        };
        return new ActivityWork(this, task, first.Data.Id, call)
        {
            Function = Function.Code,
            Delivery = delivery,
            ScheduledAt = first.At,
            TraceParent = events.Count == 1 ? first.Data.TraceParent : null,
        };
    }

    private void OnTick() => Partition.Guard(this, PumpSoon_NeedsLock);
}
