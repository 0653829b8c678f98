using System.Text;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Json;
using Perdure.Runtime;
using Perdure.Runtime.Queues;

namespace Perdure.Functions.Queues;

/// <summary>What compiled calls of queue functions use: the message as a value, and values as messages.</summary>
internal static class QueueValues
{
    /// <summary>
    /// The message as its function wants it. A text whose function wants something else is read as JSON: senders that
    /// have JSON as a text send it so.
    /// </summary>
    /// <exception cref="PayloadException">It does not fit, and never will.</exception>
    public static T Read<T>(Delivery delivery, PayloadSerializer serializer)
    {
        try
        {
            PayloadPlace place = new(PayloadRole.QueueMessage, delivery.Shard.Queue);
            Payload body = delivery.Item.Body;
            bool isText = body.Span is [(byte)'"', ..] && typeof(T) != typeof(string) && typeof(T) != typeof(object);
            if (!isText)
                return serializer.Deserialize<T>(body, place);
            try
            {
                return serializer.Deserialize<T>(body, place);
            }
            catch (PayloadException)
            {
                string text = JsonSerializer.Deserialize<string>(body.Span)!;
                return serializer.Deserialize<T>(new Payload(Encoding.UTF8.GetBytes(text)), place);
            }
        }
        catch (PayloadException)
        {
            delivery.Hopeless = DeadLetterClass.Unbindable;
            throw;
        }
    }

    /// <summary>What was sent as a text is that text; anything else is its JSON.</summary>
    public static string Text(Delivery delivery) => delivery.Item.Body.Span is [(byte)'"', ..]
        ? JsonSerializer.Deserialize<string>(delivery.Item.Body.Span)!
        : delivery.Item.Body.ToString();

    public static byte[] Bytes(Delivery delivery)
    {
        ReadOnlySpan<byte> body = delivery.Item.Body.Span;
        if (body is not [(byte)'"', ..])
            return body.ToArray();
        Utf8JsonReader reader = new(body);
        reader.Read();
        return reader.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : Encoding.UTF8.GetBytes(reader.GetString()!);
    }

    public static QueueMessage Whole(Delivery delivery) => new()
    {
        Id = delivery.Item.Id,
        Body = delivery.Item.Body.Json,
        DequeueCount = delivery.Number,
        InsertionTime = InsertionTime(delivery),
        SessionId = delivery.Item.Session,
    };

    public static DateTimeOffset InsertionTime(Delivery delivery) =>
        DateTimeOffset.FromUnixTimeMilliseconds(delivery.Item.Enqueued);

    /// <summary>Sends a value with the end of the function; null sends nothing.</summary>
    public static void Send<T>(Delivery delivery, PayloadSerializer serializer, string queue, T value)
    {
        if (value is not null)
            Send(delivery, queue, serializer.Serialize(value, new PayloadPlace(PayloadRole.QueueMessage, queue)));
    }

    public static void Send(Delivery delivery, string queue, Payload body)
    {
        Node node = delivery.Shard.Node;
        delivery.Outbox.Add(
            node.Queues.ShardFor(queue, session: null),
            new Message.QueueItem(node.Ids.NewId(), body) { Enqueued = node.Now });
    }
}

/// <summary>Takes what a function sends to a queue.</summary>
internal sealed class QueueCollector<T>(Delivery delivery, PayloadSerializer serializer, string queue)
    : ICollector<T>, IAsyncCollector<T>
{
    public void Add(T item) => QueueValues.Send(delivery, serializer, queue, item);

    public Task AddAsync(T item, CancellationToken cancellationToken = default)
    {
        Add(item);
        return Task.CompletedTask;
    }

    public Task FlushAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}
