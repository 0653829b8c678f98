using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Telemetry;

namespace Perdure.Runtime.Queues;

/// <summary>What became of a message, in line for a batch.</summary>
internal sealed class DeliveryEntry(ActivityWork work, QueueTurn turn)
    : RowsEntry(work.Delivery!.Shard.Partition, turn.Rows)
{
    public ActivityWork Work => work;
    public QueueTurn Turn => turn;

    public override void OnCommitted()
    {
        Partition.Concluded(this);
        for (int i = 0; i < turn.Sent.Count; i++)
        {
            (string target, Message message) = turn.Sent[i];
            Partition.Node.Deliver(target, message with { Row = Rows.InsertMessages![i].Key }, this);
        }
        if (turn.DeadLetter is { } dead)
            Log(dead);
        work.Delivery!.Exit();
    }

    private void Log(DeadLetterRow dead)
    {
        QueueConsumer function = work.Delivery!.Shard.Function!.Consumer;
        FailureDetails failure = turn.Failed!.Attempts[^1].Failure;
        Partition.Node.Logger.MessagePutAside(
            dead.EventId, function.Queue, dead.Key.ToString(), dead.Class, turn.Failed.Failures, function.Name,
            failure.ErrorType, failure.ErrorMessage);
    }

    /// <summary>The partition was lost: its next owner reads the message again.</summary>
    public override void OnStale() => work.Delivery!.Exit();

    /// <summary>
    /// What the function sent cannot be stored: it has failed. If it sent nothing, trying again would be in vain.
    /// </summary>
    protected override void OnRefused(string refusal)
    {
        if (turn.Sent.Count == 0)
        {
            base.OnRefused(refusal);
            work.Delivery!.Exit();
            return;
        }
        QueueTurn failed = work.Delivery!.Shard.Fail(work.Delivery, Offers.Refusals.OfStore);
        Partition.Conclude(work.Delivery.Shard, new DeliveryEntry(work, failed));
    }
}

/// <summary>A message that a client of this node has sent to a shard of this node.</summary>
internal sealed class QueueSend : RowsEntry
{
    private readonly string _target;
    private readonly Message.QueueItem _item;
    private readonly MessageKey _key;

    public QueueSend(Partition partition, string target, Message.QueueItem item, MessageKey key)
        : base(partition, new TurnRows
        {
            Partition = partition.Number,
            InsertMessages = [MessageCodec.Encode(key, target, item)],
        })
    {
        (_target, _item, _key) = (target, item, key);
        Partition.EnterWork();
    }

    private Request Request => (Request)_item.Ticket!;

    public override void OnCommitted()
    {
        Partition.Stored(_target, _item with { Row = _key, Ticket = null }, Epoch);
        Request.Answer(RequestOutcome.Accepted);
        Partition.ExitWork();
    }

    /// <summary>The partition was lost before: whoever owns it gets the message.</summary>
    public override void OnStale()
    {
        Partition.Submit(_target, _item);
        Partition.ExitWork();
    }

    protected override void OnRefused(string refusal)
    {
        Request.Fail(new InvalidOperationException($"The store refused the message: {refusal}"));
        Partition.ExitWork();
    }
}

/// <summary>A message that has its slot and waits for its row, because processes die.</summary>
internal sealed class CarefulDelivery(ActivityWork work)
    : CarefulWork(work.Task, $"the function '{work.Call.Name}' with the message '{work.ExecutionId}'")
{
    private QueueShard Shard => work.Delivery!.Shard;

    public override bool IsWanted_NeedsLock() => !work.IsCancelled && Shard.Has_NeedsLock(work);

    public override void Run() => Shard.Node.Triggers.Start(work);

    public override void Fail(FailureDetails failure)
    {
        Shard.Node.Triggers.Forget(work);
        Shard.Return(work, new Message.TaskDone(work.Task, default, failure));
    }

    public override void Skip()
    {
        Shard.Node.Triggers.Forget(work);
        work.Delivery!.Exit();
    }
}
