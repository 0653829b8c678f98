using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Runtime.Circuits;
using Perdure.Runtime.Queues;

namespace Perdure.Runtime;

/// <summary>Queues: one shard of each lives here, and what it writes stands in the same line as all turns.</summary>
internal sealed partial class Partition
{
    private readonly Dictionary<string, QueueShard> _queues = new(StringComparer.Ordinal);
    private long _lastDeadLetter;

    public QueueCore Queues { get; }

    /// <summary>How many messages of a queue are here, and how many of those that wait have their bodies.</summary>
    public (int Messages, int Bodies) QueuedHere(string queue)
    {
        lock (_gate)
            return _queues.TryGetValue(queue, out QueueShard? shard) ? shard.Waiting_NeedsLock : default;
    }

    public long DrawDeadLetterNumber() => (Epoch << 32) + Interlocked.Increment(ref _lastDeadLetter);

    /// <summary>Does something with a source under the lock, unless it is not there any more.</summary>
    public void Guard(TriggerSource source, Action action)
    {
        lock (_gate)
        {
            if (!_closed && _epoch == source.Epoch)
                action();
        }
    }

    /// <summary>Says something to circuits; false when the partition is not open here.</summary>
    public bool Tell(IReadOnlyList<(string Target, Message Message)> told)
    {
        lock (_gate)
        {
            if (_closed || _held is not null || Epoch == 0)
                return false;
            CircuitEntry.Tell_NeedsLock(this, told);
            return true;
        }
    }

    public bool IsCareful => _care.IsOn;

    /// <summary>Starts the work when careful mode lets it.</summary>
    public void RunCarefully(CarefulWork work) => _care.Run(work);

    public void CareDone(TaskKey task) => _care.Done(task);

    /// <summary>What became of a trigger stands in line, unless it is in somebody else's hands by now.</summary>
    public void Conclude(TriggerEntry entry) => Conclude(entry.Source, entry.Work, () => entry);

    /// <summary>The same of an entry that depends on what else stands in line.</summary>
    public void Conclude(TriggerSource source, ActivityWork work, Func<TriggerEntry> entryOf)
    {
        bool counts;
        lock (_gate)
        {
            counts = _epoch == source.Epoch && source.Has_NeedsLock(work);
            if (counts)
            {
                TriggerEntry entry = entryOf();
                _node.LaneOf(this).Append(entry);
                source.Placed_NeedsLock(entry);
            }
        }
        CareDone(work.Task);
        if (counts)
            _node.LaneOf(this).Go();
        else
            work.Delivery!.Exit();
    }

    /// <summary>Work is as if it had not run; circuits are told something all the same.</summary>
    public void GiveBack(
        TriggerSource source, ActivityWork work, IReadOnlyList<(string Target, Message Message)> told, TimeSpan pause)
    {
        lock (_gate)
        {
            if (_epoch == source.Epoch && source.Has_NeedsLock(work))
                source.TakeBack_NeedsLock(work, told, pause);
        }
        CareDone(work.Task);
        work.Delivery!.Exit();
    }

    public void Concluded(TriggerEntry entry)
    {
        lock (_gate)
        {
            if (_epoch == entry.Epoch)
                entry.Source.Concluded_NeedsLock(entry);
        }
    }

    /// <summary>A message that was sent here is durable.</summary>
    public void Stored(string target, Message.QueueItem item, long epoch)
    {
        lock (_gate)
        {
            if (_epoch == epoch && !_closed)
                Shard_NeedsLock(target).Add_NeedsLock(item);
        }
    }

    /// <summary>Whether the message was for a queue, a stream or a timer; then it is there.</summary>
    private bool PutForTrigger_NeedsLock(string target, Message message)
    {
        switch (message)
        {
            case Message.QueueItem item: Put_NeedsLock(target, item); return true;
            case Message.Append or Message.Checkpoint: PutToLog_NeedsLock(target, message); return true;
            case Message.TimerOrder order: Put_NeedsLock(target, order); return true;
            default: return false;
        }
    }

    private void Put_NeedsLock(string target, Message.QueueItem item)
    {
        if (item.Ticket is null)
        {
            Shard_NeedsLock(target).Add_NeedsLock(item);
            return;
        }
        MessageKey key = NextRequestKey_NeedsLock();
        // It comes by itself when it is stored: whoever reads what is new must not put it there as well.
        _seen[key.Origin] = key.Number;
        _node.LaneOf(this).Append(new QueueSend(this, target, item, key));
        _node.Scheduler.Queue(static l => l.Go(), _node.LaneOf(this));
    }

    private QueueShard Shard_NeedsLock(string target)
    {
        string queue = QueueIds.QueueOf(target);
        if (_queues.TryGetValue(queue, out QueueShard? shard))
            return shard;
        _queues.Add(queue, shard = new QueueShard(queue, this));
        if (shard.Function is null)
            _logger.QueueHasNoFunction(queue, Number);
        return shard;
    }

    private void AbandonQueues_NeedsLock()
    {
        foreach (QueueShard shard in _queues.Values)
            shard.Abandon_NeedsLock();
        _queues.Clear();
    }
}
