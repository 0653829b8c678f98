using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Timers;
using Perdure.Functions;
using Perdure.Functions.Timers;
using Perdure.Functions.Triggers;
using Perdure.Runtime.Circuits;
using Perdure.Telemetry;

namespace Perdure.Runtime.Timers;

/// <summary>
/// A timer whose id belongs here. It lets the function run when an occurrence is due, one at a time, and each step is
/// durable before the next. What it is told before it was read from the store waits. The partition's lock guards it.
/// </summary>
internal sealed class TimerSource : TriggerSource
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    private readonly Alarm _tick;

    /// <summary>What it is told, and cannot take yet.</summary>
    private readonly Queue<Message.TimerOrder> _early = new();

    /// <summary>Messages that are not consumed yet, for the audit.</summary>
    private readonly HashSet<MessageKey> _rows = [];

    private readonly TimerCore? _core;
    private TimerState? _state;
    private ActivityWork? _inHand;

    /// <summary>A step or an end stands in line, and nothing goes on before it is durable.</summary>
    private bool _isInLine;

    private bool _isPumping;

    /// <summary>What was given back does not run before.</summary>
    private long _pausedUntil;

    public TimerSource(string id, Partition partition)
        : this(id, partition, partition.Node.Functions.TimerFunction(TimerIds.NameOf(id)))
    {
    }

    private TimerSource(string id, Partition partition, TimerFunction? function)
        : base(
            $"timer {TimerIds.NameOf(id)}", partition, partition.Node.Circuits.For(function?.Circuits ?? []))
    {
        (TimerId, Function) = (id, function);
        Circuits.Add(this);
        if (Function is not null)
            _core = new TimerCore(partition.Number, Node.Partitions, Node.Number, Function.Consumer);
        _tick = new Alarm(Node, LookEvery, OnTick);
    }

    public string TimerId { get; }

    /// <summary>Null when this program does not have it: then only what the timer is told is stored.</summary>
    public TimerFunction? Function { get; }

    public TimerCore Core => _core!;

    /// <summary>As memory has it; null before it was read.</summary>
    public TimerState? State_NeedsLock => _state;

    /// <summary>What it was told, is not durable, and somebody waits for.</summary>
    public IEnumerable<Message.TimerOrder> Unanswered_NeedsLock => _early.Where(o => o.Ticket is not null);

    public bool Holds_NeedsLock(MessageKey row) => _rows.Contains(row);

    /// <summary>Finds out where the timer stands.</summary>
    public void Open() => Node.Scheduler.Queue(static t => _ = t.OpenAsync(), this);

    public void Put_NeedsLock(Message.TimerOrder order)
    {
        if (order.Row is { } row)
            _rows.Add(row);
        _early.Enqueue(order);
        PumpSoon_NeedsLock();
    }

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
        TimerDelivery delivery = (TimerDelivery)work.Delivery!;
        FailureDetails? failure = result.Failure;
        if (failure is null && Function!.Returns is { } place && !result.Result.IsNone)
            Outputs.Send(delivery, place, result.Result);
        DeadLetterReason? hopeless = failure?.ErrorType == Failures.Poison ? DeadLetterReason.CrashSuspect
            : failure?.ErrorType == typeof(DeadLetterException).FullName ? DeadLetterReason.Rejected
            : null;
        if (failure is not null && IsHeldBack(work, failure, hopeless is not null))
            return;
        TimerOutcome outcome = new(delivery.BegunAt, failure, hopeless, delivery.Outbox.Close());
        // Of the state as it is then: it may have been told something while the function ran.
        Partition.Conclude(this, work, () => new TimerTurnEntry(
            work, _state!.Current!, outcome, Told(delivery, outcome, Core.Conclude(
                _state, outcome, Node.Now, Partition.DrawDeadLetterNumber))));
    }

    /// <summary>With what its circuits hear of it.</summary>
    private TimerTurn Told(TimerDelivery delivery, TimerOutcome outcome, TimerTurn turn)
    {
        List<(string, Message)> told = [.. CircuitSignals.Probed(delivery.Pass, outcome.Failure, isOfEvent: true)];
        if (turn.DeadLetter is { } dead)
            told.AddRange(CircuitSignals.Failed(Circuits, [CircuitSignals.Of(dead, outcome.Failure!)]));
        return turn with { Sent = Outgoing.Add(turn.Rows, turn.Sent, told, Node.Partitions) };
    }

    protected override void GiveBack_NeedsLock(ActivityWork work, TimeSpan pause)
    {
        _inHand = null;
        _pausedUntil = pause > TimeSpan.Zero ? Node.Now + (long)pause.TotalMilliseconds : 0;
        PumpSoon_NeedsLock();
    }

    public override void Placed_NeedsLock(TriggerEntry entry)
    {
        _inHand = null;
        _isInLine = true;
        _state = ((TimerTurnEntry)entry).Turn.State;
    }

    public override void Concluded_NeedsLock(TriggerEntry entry) => Stepped_NeedsLock();

    /// <summary>A step is durable.</summary>
    public void Stepped_NeedsLock()
    {
        _isInLine = false;
        PumpSoon_NeedsLock();
    }

    /// <summary>What it was told is durable.</summary>
    public void Ordered_NeedsLock(Message.TimerOrder order)
    {
        if (order.Row is { } row)
            _rows.Remove(row);
        PumpSoon_NeedsLock();
    }

    /// <summary>Logs what does not run.</summary>
    public void Tell((long From, long Before)? skipped)
    {
        if (skipped is var (from, before))
        {
            Node.Logger.OccurrencesSkipped(
                Function!.Consumer.Name, DateTimeOffset.FromUnixTimeMilliseconds(from),
                before == TimerSchedule.Never
                    ? DateTimeOffset.MaxValue
                    : DateTimeOffset.FromUnixTimeMilliseconds(before));
        }
    }

    protected override void PumpSoon_NeedsLock()
    {
        if (_isPumping || _state is null)
            return;
        _isPumping = true;
        Node.Scheduler.Queue(static t => t.Pump(), this);
    }

    /// <summary>Takes what it was told, and lets run what is due.</summary>
    private void Pump()
    {
        ActivityWork? work = null;
        Partition.Guard(this, () =>
        {
            _isPumping = false;
            while (TakeOrder_NeedsLock())
            {
            }
            if (!IsLeaving && _core is not null && Function is { IsDisabled: false } && _inHand is null && !_isInLine)
                work = _inHand = GoOn_NeedsLock(_core);
        });
        Node.LaneOf(Partition).Go();
        if (work is not null)
            Node.Triggers.Enqueue(work);
    }

    /// <summary>What is to run again is never refused: it waits in its row until there is room.</summary>
    private bool TakeOrder_NeedsLock()
    {
        if (!_early.TryPeek(out Message.TimerOrder? order)
            || (order.Kind == TimerOrderKind.RunAgain && _state!.Asked.Count >= TimerOrders.AskedMax))
            return false;
        _early.Dequeue();
        (_state, RequestOutcome outcome) = TimerOrders.Apply(_state!, order, Function?.Consumer, Node.Now);
        Node.LaneOf(Partition).Append(new TimerOrderEntry(this, order, _state, outcome));
        return true;
    }

    /// <summary>What runs now; null when that is nothing, or has to be stored before.</summary>
    private ActivityWork? GoOn_NeedsLock(TimerCore core)
    {
        long now = Node.Now;
        if (_state!.Current is { } current)
        {
            long due = Math.Max(current.DueAt, _pausedUntil);
            if (due <= now)
                return Begin_NeedsLock(current);
            _tick.SetTo(due);
            return null;
        }
        TimerStep step = core.Next(_state, now);
        if (step.IsChanged)
            Step_NeedsLock(step);
        else if (step.WakeAt != TimerSchedule.Never)
            _tick.SetTo(step.WakeAt);
        return null;
    }

    /// <summary>What a circuit does not let run stays the current occurrence until it does.</summary>
    private ActivityWork? Begin_NeedsLock(Occurrence current)
    {
        CircuitPass pass = Circuits.Ask(Partition.Number, out IReadOnlyList<CircuitGate> wanted);
        Want_NeedsLock(wanted);
        return pass.IsNone ? null : WorkOf(current, pass);
    }

    private void Step_NeedsLock(TimerStep step)
    {
        _state = step.State;
        _isInLine = true;
        Node.LaneOf(Partition).Append(new TimerStepEntry(this, step));
    }

    private ActivityWork WorkOf(Occurrence occurrence, CircuitPass pass)
    {
        // Only care asks for the number: a crash is counted against the occurrence.
        TaskKey task = new(EntityInstanceIds.TaskKey($"{TimerId}/{occurrence.Id}"), 0, 0);
        HistoryEvent.TaskScheduled call = new(0, Function!.Consumer.Name, Payload.None)
        {
            Attempt = occurrence.Failures + 1,
        };
        return new ActivityWork(this, task, occurrence.Id, call)
        {
            Function = Function.Code,
            Delivery = new TimerDelivery(this, _state!) { Pass = pass },
            ScheduledAt = occurrence.Time,
        };
    }

    private async Task OpenAsync()
    {
        while (Partition.Epoch == Epoch)
        {
            try
            {
                LogSummary log = await Node.Store.ReadLogAsync(Partition.Number, TimerId, CancellationToken.None);
                TimerState? stored = log.Readers is [var row, ..]
                    ? TimerStateCodec.Decode(row.Position, row.At, row.State)
                    : null;
                Partition.Guard(this, () => Opened_NeedsLock(stored));
                Node.LaneOf(Partition).Go();
                return;
            }
            catch (Exception e) when (e is StoreException or FormatException)
            {
                // What this program cannot read stands still until one comes that can.
                Node.Logger.LoadFailed(TimerId, e);
            }
            await Task.Delay(Partition.ReadPause, Node.Time);
        }
    }

    private void Opened_NeedsLock(TimerState? stored)
    {
        _state = stored ?? new TimerState { Name = TimerIds.NameOf(TimerId) };
        if (_core is null)
        {
            PumpSoon_NeedsLock();
            return;
        }
        TimerStep step = _core.Open(stored, Node.Now, Node.IsNew(TimerId));
        if (step.IsChanged)
            Step_NeedsLock(step);
        else
            Node.Had(TimerId);
        PumpSoon_NeedsLock();
    }

    private void OnTick() => Partition.Guard(this, PumpSoon_NeedsLock);
}
