using System.Text;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Stores;
using Perdure.Json;
using Perdure.Runtime.Queues;

namespace Perdure.Functions.Queues;

/// <summary>What compiled calls of queue functions use: the message as a value.</summary>
internal static class QueueValues
{
    /// <summary>
    /// The message as its function wants it. A text whose function wants something else is read as JSON: senders that
    /// have JSON as a text send it so.
    /// </summary>
    /// <exception cref="PayloadException">It does not fit, and never will.</exception>
    public static T Read<T>(QueueDelivery delivery, PayloadSerializer serializer)
    {
        try
        {
            return Read<T>(
                delivery.Item.Body, serializer, new PayloadPlace(PayloadRole.QueueMessage, delivery.Shard.Queue));
        }
        catch (PayloadException)
        {
            delivery.Hopeless = DeadLetterReason.Unbindable;
            throw;
        }
    }

    /// <exception cref="PayloadException">It does not fit, and never will.</exception>
    public static T Read<T>(Payload body, PayloadSerializer serializer, PayloadPlace place)
    {
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

    /// <summary>What throws for a body that does not fit the type.</summary>
    public static Action<Payload> Checker<T>(PayloadSerializer serializer, PayloadPlace place) =>
        body => Read<T>(body, serializer, place);

    /// <summary>The same for a type that is known when the program runs.</summary>
    public static Action<Payload> Checker(Type type, PayloadSerializer serializer, PayloadPlace place) =>
        (Action<Payload>)typeof(QueueValues)
            .GetMethod(nameof(Checker), 1, [typeof(PayloadSerializer), typeof(PayloadPlace)])!
            .MakeGenericMethod(type).Invoke(null, [serializer, place])!;

    public static string Text(QueueDelivery delivery) => Text(delivery.Item.Body);

    /// <summary>What was sent as a text is that text; anything else is its JSON.</summary>
    public static string Text(Payload body) => body.Span is [(byte)'"', ..]
        ? JsonSerializer.Deserialize<string>(body.Span)!
        : body.ToString();

    public static byte[] Bytes(QueueDelivery delivery) => Bytes(delivery.Item.Body);

    public static byte[] Bytes(Payload payload)
    {
        ReadOnlySpan<byte> body = payload.Span;
        if (body is not [(byte)'"', ..])
            return body.ToArray();
        Utf8JsonReader reader = new(body);
        reader.Read();
        return reader.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : Encoding.UTF8.GetBytes(reader.GetString()!);
    }

    public static QueueMessage Whole(QueueDelivery delivery) => new()
    {
        Id = delivery.Item.Id,
        Body = delivery.Item.Body.Json,
        DequeueCount = delivery.Number,
        InsertionTime = InsertionTime(delivery),
        SessionId = delivery.Item.Session,
    };

    public static DateTimeOffset InsertionTime(QueueDelivery delivery) =>
        DateTimeOffset.FromUnixTimeMilliseconds(delivery.Item.Enqueued);
}
