using Perdure.Core.Messages;

namespace Perdure.Runtime.Queues;

/// <summary>One run of the function of a queue with one message.</summary>
internal sealed class QueueDelivery(QueueShard shard, Message.QueueItem item) : Delivery(shard.Partition)
{
    public QueueShard Shard => shard;
    public Message.QueueItem Item => item;

    public override string Origin => shard.Queue;

    /// <summary>Which delivery of the message this is, from 1.</summary>
    public int Number => item.Failures + 1;

    public override RetryContext Retries => new(item.Failures, shard.Function!.Consumer.Retries.RetriesMax);
}
