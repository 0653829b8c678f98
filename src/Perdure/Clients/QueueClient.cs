using System.Diagnostics;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Json;
using Perdure.Runtime;

namespace Perdure.Clients;

/// <summary>Sends messages to queues; one is answered for when its row is durable.</summary>
internal sealed class QueueClient(Node node, PayloadSerializer serializer) : IQueueClient
{
    private const int SessionCharsMax = 256;
    private static readonly TimeSpan s_delayMax = TimeSpan.FromDays(365);

    public async Task<string> SendAsync(
        string queueName, object? message, QueueSendOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueName);
        cancellationToken.ThrowIfCancellationRequested();
        string queue = Known(queueName.ToLowerInvariant());
        options ??= new QueueSendOptions();
        Check(options);
        if (node.IsStopping)
            throw Node.Stopping();
        Payload body = serializer.Serialize(message, new PayloadPlace(PayloadRole.QueueMessage, queue));
        Request request = new();
        long now = node.Now;
        Message.QueueItem item = new(options.MessageId ?? node.Ids.NewId(), body)
        {
            Session = options.SessionId,
            Enqueued = now,
            VisibleAt = options.Delay > TimeSpan.Zero ? now + (long)Math.Ceiling(options.Delay.TotalMilliseconds) : 0,
            TraceParent = Activity.Current?.Id,
            Ticket = request,
        };
        string shard = node.Queues.ShardFor(queue, options.SessionId);
        node.PartitionOf(shard).Submit(shard, item);
        await request.Outcome.WaitHereAsync(cancellationToken);
        return item.Id;
    }

    /// <exception cref="ArgumentException">No function of the hub has the queue.</exception>
    private string Known(string queue)
    {
        if (node.Functions.QueueFunction(queue) is not null || node.Leases.OffersElsewhere(CodeNames.Queue(queue)))
            return queue;
        string[] known = [.. node.Functions.Queues.Select(f => f.Consumer.Queue).Order(StringComparer.Ordinal)];
        string list = known.Length == 0 ? "There is none at all." : $"Known: {string.Join(", ", known)}.";
        throw new ArgumentException($"No function of this hub has the queue '{queue}'. {list}");
    }

    private static void Check(QueueSendOptions options)
    {
        if (options.Delay < TimeSpan.Zero || options.Delay > s_delayMax)
            throw new ArgumentException($"The delay is {options.Delay}; it is zero or more, and at most 365 days.");
        ClientText.Check(options.SessionId, "session id", SessionCharsMax);
        ClientText.Check(options.MessageId, "message id", InstanceIds.LengthMax);
    }
}
