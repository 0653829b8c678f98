using Perdure.Core.History;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Functions.Queues;
using Perdure.Json;
using Perdure.Runtime.Streams;

namespace Perdure.Functions.Streams;

/// <summary>What compiled calls of stream functions use: events as values.</summary>
internal static class StreamValues
{
    /// <summary>The event as its function wants it.</summary>
    /// <exception cref="PayloadException">It does not fit, and never will.</exception>
    public static T One<T>(StreamDelivery delivery, Func<StoredEvent, T> read)
    {
        try
        {
            return read(delivery.Events[0]);
        }
        catch (PayloadException)
        {
            delivery.Hopeless = DeadLetterReason.Unbindable;
            throw;
        }
    }

    /// <summary>The events as their function wants them; those that do not fit fail by themselves.</summary>
    /// <exception cref="PayloadException">None fits.</exception>
    public static T[] All<T>(StreamDelivery delivery, Func<StoredEvent, T> read)
    {
        T[] values = new T[delivery.Events.Count];
        List<int>? passed = null;
        int count = 0;
        PayloadException? last = null;
        for (int i = 0; i < values.Length; i++)
        {
            try
            {
                values[count++] = read(delivery.Events[i]);
                passed?.Add(i);
            }
            catch (PayloadException e)
            {
                last = e;
                count--;
                passed ??= [.. Enumerable.Range(0, i)];
                delivery.Unbindable.Add(new FailedEvent(i, ThrownFailure.Of(e), DeadLetterReason.Unbindable));
            }
        }
        if (passed is null)
            return values;
        delivery.Passed = passed;
        return count > 0 ? values[..count] : throw last!;
    }

    public static Func<StoredEvent, T> Reader<T>(PayloadSerializer serializer, string stream)
    {
        PayloadPlace place = new(PayloadRole.StreamEvent, stream);
        return e => QueueValues.Read<T>(e.Data.Body, serializer, place);
    }

    public static string Text(StoredEvent e) => QueueValues.Text(e.Data.Body);

    public static byte[] Bytes(StoredEvent e) => QueueValues.Bytes(e.Data.Body);

    public static Func<StoredEvent, StreamEvent> Whole(StreamDelivery delivery)
    {
        int partition = PartitionOf(delivery);
        return e => Whole(e, partition);
    }

    private static StreamEvent Whole(StoredEvent e, int partition) => new()
    {
        EventId = e.Data.Id,
        PartitionKey = e.Data.Key,
        Body = e.Data.Body.Json,
        SequenceNumber = e.Number,
        EnqueuedTime = TimeOf(e),
        PartitionId = partition,
    };

    public static DateTimeOffset TimeOf(StoredEvent e) => DateTimeOffset.FromUnixTimeMilliseconds(e.At);

    /// <summary>One value of each event that the function gets.</summary>
    public static T[] Each<T>(StreamDelivery delivery, Func<StoredEvent, T> read) =>
        [.. delivery.Passed.Select(place => read(delivery.Events[place]))];

    public static T First<T>(StreamDelivery delivery, Func<StoredEvent, T> read) => read(delivery.Events[0]);

    public static int PartitionOf(StreamDelivery delivery) => StreamIds.Split(delivery.Reader.Log.Id).Number;

    /// <summary>The events that a <see cref="BatchResult"/> names.</summary>
    /// <exception cref="InvalidOperationException">An index is not one of an event.</exception>
    public static IEnumerable<FailedEvent> Failed(StreamDelivery delivery, Payload result)
    {
        PayloadPlace place = new(PayloadRole.StreamEvent, delivery.Origin);
        BatchResult? named = result.IsNone ? null : delivery.Node.Serializer.Deserialize<BatchResult>(result, place);
        return [.. (named?.Failures ?? []).DistinctBy(f => f.Index).Select(f => Failed(delivery, f))];
    }

    private static FailedEvent Failed(StreamDelivery delivery, BatchFailure failure)
    {
        if (failure.Index < 0 || failure.Index >= delivery.Passed.Count)
        {
            throw new InvalidOperationException(
                $"The result of the function names the event {failure.Index} of a batch of {delivery.Passed.Count}; "
                + "the first one is 0.");
        }
        FailureDetails details = new(
            typeof(BatchResult).FullName!, failure.Reason ?? "The function named the event as failed.");
        return new FailedEvent(
            delivery.Passed[failure.Index], details, failure.IsFinal ? DeadLetterReason.Rejected : null);
    }
}
