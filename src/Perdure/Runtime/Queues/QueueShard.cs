using Perdure.Core;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Functions.Queues;
using Perdure.Functions.Triggers;
using Perdure.Runtime.Circuits;
using Perdure.Telemetry;

namespace Perdure.Runtime.Queues;

/// <summary>What a partition has of one queue.</summary>
internal sealed class QueueShard : TriggerSource
{
    private readonly QueueLine _line = new();
    private readonly HashSet<ActivityWork> _inHand = [];

    /// <summary>Whatever waits or is in hand, for the audit.</summary>
    private readonly HashSet<MessageKey> _rows = [];

    private readonly Alarm _tick;
    private long _armedFor = long.MaxValue;
    private bool _isPumping;
    private int _reading;
    private int _bodies;
    private long _bodyBytes;

    public QueueShard(string queue, Partition partition)
        : this(queue, partition, partition.Node.Functions.QueueFunction(queue))
    {
    }

    private QueueShard(string queue, Partition partition, QueueFunction? function)
        : base($"queue {queue}", partition, partition.Node.Circuits.For(function?.Circuits ?? []))
    {
        (Queue, Function) = (queue, function);
        Circuits.Add(this);
        _tick = new Alarm(Node, TimeSpan.FromDays(1), OnTick);
    }

    public string Queue { get; }

    /// <summary>Null when this host has none: then messages wait for a host that has.</summary>
    public QueueFunction? Function { get; }

    /// <summary>Messages that wait or are in hand, and how many that wait have their bodies.</summary>
    public (int Messages, int Bodies) Waiting_NeedsLock => (_rows.Count, _bodies);

    public bool Holds_NeedsLock(MessageKey row) => _rows.Contains(row);

    /// <summary>A message whose row is durable.</summary>
    public void Add_NeedsLock(Message.QueueItem item)
    {
        _rows.Add(item.Row!.Value);
        _line.Add(Keep(item));
        PumpSoon_NeedsLock();
    }

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
        QueueDelivery delivery = (QueueDelivery)work.Delivery!;
        if (result.Failure is { } thrown && IsHeldBack(work, thrown, HopelessOf(delivery, thrown) is not null))
            return;
        if (result.Failure is null && Function!.Returns is { } place && !result.Result.IsNone)
            Outputs.Send(delivery, place, result.Result);
        IReadOnlyList<(string, Message)> sent = delivery.Outbox.Close();
        Partition.Conclude(new QueueEntry(work, TurnOf(delivery, result.Failure, sent)));
    }

    /// <summary>What becomes of the message, and what its circuits hear of that.</summary>
    public QueueTurn TurnOf(
        QueueDelivery delivery, FailureDetails? failure, IReadOnlyList<(string Target, Message Message)> sent)
    {
        QueueTurn turn = failure is null
            ? Partition.Queues.Succeed(Partition.Number, delivery.Item, sent, Node.Now)
            : Fail(delivery, failure);
        List<(string, Message)> told = [.. CircuitSignals.Probed(delivery.Pass, failure, isOfEvent: true)];
        if (turn.DeadLetter is { } dead)
            told.AddRange(CircuitSignals.Failed(Circuits, [CircuitSignals.Of(dead, failure!)]));
        return turn with { Sent = Outgoing.Add(turn.Rows, turn.Sent, told, Node.Partitions) };
    }

    public override bool Has_NeedsLock(ActivityWork work) => _inHand.Contains(work);

    public override void Concluded_NeedsLock(TriggerEntry entry)
    {
        if (!_inHand.Remove(entry.Work))
            return;
        Message.QueueItem item = ((QueueDelivery)entry.Work.Delivery!).Item;
        if (((QueueEntry)entry).Turn.Again is { } again)
            _line.Again(Keep(again));
        else
        {
            _rows.Remove(item.Row!.Value);
            _line.Done(item);
        }
        PumpSoon_NeedsLock();
    }

    /// <summary>Why no retry can help, if none can.</summary>
    private static DeadLetterReason? HopelessOf(QueueDelivery delivery, FailureDetails failure) => delivery.Hopeless
        ?? (failure.ErrorType == Failures.Poison ? DeadLetterReason.CrashSuspect
            : failure.ErrorType == typeof(DeadLetterException).FullName ? DeadLetterReason.Rejected
            : null);

    private QueueTurn Fail(QueueDelivery delivery, FailureDetails failure)
    {
        long now = Node.Now;
        FailedAttempt attempt = new(
            delivery.BegunAt, Math.Max(0, now - delivery.BegunAt), Node.Number, failure);
        return QueueCore.Fail(
            Partition.Number, delivery.Item, attempt, Function!.Consumer, HopelessOf(delivery, failure), now,
            Partition.DrawDeadLetterNumber());
    }

    protected override void GiveBack_NeedsLock(ActivityWork work, TimeSpan pause)
    {
        _inHand.Remove(work);
        Message.QueueItem item = ((QueueDelivery)work.Delivery!).Item;
        if (pause > TimeSpan.Zero)
            item = item with { VisibleAt = Node.Now + (long)pause.TotalMilliseconds };
        _line.Again(Keep(item));
        PumpSoon_NeedsLock();
    }

    protected override void PumpSoon_NeedsLock()
    {
        if (_isPumping || Function is null or { IsDisabled: true })
            return;
        _isPumping = true;
        Node.Scheduler.Queue(static s => s.Pump(), this);
    }

    /// <summary>In memory with its body, or with what its order depends on, when there is too much.</summary>
    private Message.QueueItem Keep(Message.QueueItem item)
    {
        Limits limits = Node.Settings.Limits;
        if (_bodies >= limits.BodiesInMemoryMax || _bodyBytes + item.Body.Length > limits.BodyBytesInMemoryMax)
            return item with { Body = default, Attempts = [], IsLeft = true };
        _bodies++;
        _bodyBytes += item.Body.Length;
        return item;
    }

    /// <summary>Hands out what is due, as much as the function may have at a time.</summary>
    private void Pump()
    {
        List<ActivityWork> works = [];
        List<MessageKey> left = [];
        CircuitPass pass = CircuitPass.None;
        Partition.Guard(this, () =>
        {
            _isPumping = false;
            long now = Node.Now;
            if (!IsLeaving && _line.HasNext(now))
            {
                pass = Circuits.Ask(Partition.Number, out IReadOnlyList<CircuitGate> wanted);
                Want_NeedsLock(wanted);
                Take_NeedsLock(pass, now, works, left);
            }
            SetTick(now);
        });
        foreach (ActivityWork work in works)
            Node.Triggers.Enqueue(work);
        if (left.Count > 0)
            _ = ReadAsync(left, pass);
    }

    private void Take_NeedsLock(CircuitPass pass, long now, List<ActivityWork> works, List<MessageKey> left)
    {
        if (pass.IsNone)
            return;
        int most = pass.IsProbe ? InHand + 1 : pass.Of(Function!.InHandMax);
        while (InHand < most && _line.Take(now) is { } item)
        {
            if (item.IsLeft)
            {
                _reading++;
                left.Add(item.Row!.Value);
                continue;
            }
            _bodies--;
            _bodyBytes -= item.Body.Length;
            works.Add(Hold(item, pass));
        }
    }

    private int InHand => _inHand.Count + _reading;

    private ActivityWork Hold(Message.QueueItem item, CircuitPass pass)
    {
        ActivityWork work = WorkOf(item, pass);
        _inHand.Add(work);
        return work;
    }

    /// <summary>What was left in the store, before it runs.</summary>
    private async Task ReadAsync(List<MessageKey> keys, CircuitPass pass)
    {
        List<ActivityWork> works = [];
        try
        {
            IReadOnlyList<MessageRow> rows = await ReadRowsAsync(keys);
            Partition.Guard(this, () =>
            {
                _reading -= keys.Count;
                if (rows.Count < keys.Count)
                    throw new FormatException($"{keys.Count - rows.Count} messages of the {Id} are gone.");
                foreach (MessageRow row in rows)
                    works.Add(Hold((Message.QueueItem)MessageCodec.Decode(row), pass));
            });
        }
        catch (FormatException e)
        {
            Partition.OnBug(e);
            return;
        }
        foreach (ActivityWork work in works)
            Node.Triggers.Enqueue(work);
    }

    private async Task<IReadOnlyList<MessageRow>> ReadRowsAsync(List<MessageKey> keys)
    {
        while (true)
        {
            try
            {
                return await Node.Store.ReadMessagesAsync(keys, CancellationToken.None);
            }
            catch (StoreException e)
            {
                Node.Logger.LoadFailed(Id, e);
                await Task.Delay(Partition.ReadPause, Node.Time);
            }
        }
    }

    private ActivityWork WorkOf(Message.QueueItem item, CircuitPass pass)
    {
        // Only care asks for the number: a crash is counted against the message, whatever its row is called then.
        TaskKey task = new(EntityInstanceIds.TaskKey($"{Queue}/{item.Id}"), 0, 0);
        HistoryEvent.TaskScheduled call = new(0, Function!.Consumer.Name, item.Body) { Attempt = item.Failures + 1 };
        return new ActivityWork(this, task, item.Id, call)
        {
            Function = Function.Code,
            Delivery = new QueueDelivery(this, item) { Pass = pass },
            ScheduledAt = item.Enqueued,
            TraceParent = item.TraceParent,
        };
    }

    private void SetTick(long now)
    {
        long at = InHand < Function!.InHandMax ? _line.NextDue ?? long.MaxValue : long.MaxValue;
        // What is due and waits for a circuit is told by it.
        if (at == long.MaxValue || (at <= now && Circuits.IsBlocked) || (at >= _armedFor && _armedFor > now))
            return;
        _armedFor = at;
        _tick.SetTo(at);
    }

    private void OnTick() => Partition.Guard(this, () =>
    {
        _armedFor = long.MaxValue;
        PumpSoon_NeedsLock();
    });
}
