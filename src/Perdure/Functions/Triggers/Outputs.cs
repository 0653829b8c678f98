using System.Diagnostics;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Streams;
using Perdure.Json;
using Perdure.Runtime;

namespace Perdure.Functions.Triggers;

/// <summary>What a triggered function gives, as messages that leave with its end.</summary>
internal static class Outputs
{
    /// <summary>Null sends nothing.</summary>
    public static void Send<T>(Delivery delivery, PayloadSerializer serializer, OutputPlace place, T value)
    {
        if (value is StreamEntry entry && place.IsStream)
            Append(delivery, place.Name, entry.PartitionKey, entry.EventId, Body(serializer, place, entry.Value));
        else if (value is not null)
            Send(delivery, place, Body(serializer, place, value));
    }

    public static void Send(Delivery delivery, OutputPlace place, Payload body)
    {
        if (place.IsStream)
        {
            Append(delivery, place.Name, key: null, id: null, body);
            return;
        }
        Node node = delivery.Node;
        delivery.Outbox.Add(
            node.Queues.ShardFor(place.Name, session: null),
            new Message.QueueItem(node.Ids.NewId(), body)
            {
                Enqueued = node.Now,
                TraceParent = Activity.Current?.Id,
            });
    }

    private static void Append(Delivery delivery, string stream, string? key, string? id, Payload body)
    {
        Node node = delivery.Node;
        delivery.Outbox.Append(
            node.Streams.LogFor(stream, key ?? id),
            new EventData(id ?? node.Ids.NewId(), key, body)
            {
                IsGiven = id is not null, TraceParent = Activity.Current?.Id,
            });
    }

    private static Payload Body<T>(PayloadSerializer serializer, OutputPlace place, T value) => serializer.Serialize(
        value, new PayloadPlace(place.IsStream ? PayloadRole.StreamEvent : PayloadRole.QueueMessage, place.Name));
}

/// <summary>Takes what a function gives.</summary>
internal sealed class OutputCollector<T>(Delivery delivery, PayloadSerializer serializer, OutputPlace place)
    : ICollector<T>, IAsyncCollector<T>
{
    public void Add(T item) => Outputs.Send(delivery, serializer, place, item);

    public Task AddAsync(T item, CancellationToken cancellationToken = default)
    {
        Add(item);
        return Task.CompletedTask;
    }

    public Task FlushAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}
