using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Telemetry;

namespace Perdure.Runtime.Queues;

/// <summary>What became of a message, in line for a batch.</summary>
internal sealed class QueueEntry(ActivityWork work, QueueTurn turn)
    : TriggerEntry((QueueShard)work.Source, work, turn.Rows, turn.Sent)
{
    public QueueTurn Turn => turn;

    private QueueShard Shard => (QueueShard)Source;

    protected override bool HasOutputs => turn is { Again: null, DeadLetter: null, Sent.Count: > 0 };

    protected override void Tell()
    {
        if (turn.DeadLetter is not { } dead)
            return;
        QueueConsumer function = Shard.Function!.Consumer;
        FailureDetails failure = turn.Failed!.Attempts[^1].Failure;
        Partition.Node.Logger.MessagePutAside(
            dead.EventId, function.Queue, dead.Key.ToString(), dead.Class, turn.Failed.Failures, function.Name,
            failure.ErrorType, failure.ErrorMessage);
    }

    protected override void Refuse()
    {
        QueueTurn failed = Shard.TurnOf((QueueDelivery)Work.Delivery!, Offers.Refusals.OfStore, []);
        Partition.Conclude(new QueueEntry(Work, failed));
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
