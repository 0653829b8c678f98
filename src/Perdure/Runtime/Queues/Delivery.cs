using Perdure.Clients;
using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;

namespace Perdure.Runtime.Queues;

/// <summary>One run of the function of a queue with one message.</summary>
internal sealed class Delivery(QueueShard shard, Message.QueueItem item)
{
    private int _counted;

    public QueueShard Shard => shard;
    public Message.QueueItem Item => item;
    public Outbox Outbox { get; } = new();

    /// <summary>When it was handed to the function, in milliseconds since 1970.</summary>
    public long BegunAt { get; set; }

    /// <summary>Why it is hopeless, as far as that is known before the failure is looked at.</summary>
    public DeadLetterClass? Hopeless { get; set; }

    /// <summary>Which delivery of the message this is, from 1.</summary>
    public int Number => item.Failures + 1;

    public RetryContext Retries => new(item.Failures, shard.Function!.Consumer.Retries.RetriesMax);

    /// <summary>A client whose starts, events and signals leave with the acknowledgement.</summary>
    public IDurableClient Client => shard.Node.ClientFor(Outbox);

    /// <summary>The partition waits for it before it is handed over; not if it has been given up already.</summary>
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _counted, 1, 0) == 0)
            shard.Partition.EnterWork();
    }

    public void Exit()
    {
        if (Interlocked.Exchange(ref _counted, 2) == 1)
            shard.Partition.ExitWork();
    }
}
