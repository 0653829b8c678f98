using System.Diagnostics;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Json;
using Perdure.Runtime;

namespace Perdure.Clients;

/// <summary>Appends events to streams; one is answered for when its block is durable.</summary>
internal sealed class StreamClient(Node node, PayloadSerializer serializer) : IStreamClient
{
    private const int KeyCharsMax = 256;

    /// <summary>What is more than that becomes more than one block.</summary>
    private const int EventsPerBlock = 1_000, BytesPerBlock = 1024 * 1024;

    public async Task<string> AppendAsync(
        string streamName, object? value, string? partitionKey = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> ids = await AppendAsync(
            streamName, [new StreamEntry(value) { PartitionKey = partitionKey }], cancellationToken);
        return ids[0];
    }

    public async Task<IReadOnlyList<string>> AppendAsync(
        string streamName, IEnumerable<StreamEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(streamName);
        ArgumentNullException.ThrowIfNull(entries);
        cancellationToken.ThrowIfCancellationRequested();
        string stream = Known(streamName.ToLowerInvariant());
        if (node.IsStopping)
            throw Node.Stopping();
        await node.Streams.OpenAsync(stream, cancellationToken);
        PayloadPlace place = new(PayloadRole.StreamEvent, stream);
        string? trace = Activity.Current?.Id;
        List<string> ids = [];
        Dictionary<string, List<EventData>> byLog = new(StringComparer.Ordinal);
        foreach (StreamEntry entry in entries)
        {
            ArgumentNullException.ThrowIfNull(entry, nameof(entries));
            Check(entry);
            string log = node.Streams.LogFor(stream, entry.PartitionKey ?? entry.EventId);
            EventData data = new(
                entry.EventId ?? node.Ids.NewId(), entry.PartitionKey, serializer.Serialize(entry.Value, place))
            {
                IsGiven = entry.EventId is not null, TraceParent = trace,
            };
            ids.Add(data.Id);
            if (!byLog.TryGetValue(log, out List<EventData>? events))
                byLog.Add(log, events = []);
            events.Add(data);
        }
        Request[] requests = [.. byLog.SelectMany(log => Blocks(log.Value).Select(b => Submit(log.Key, b)))];
        foreach (Request request in requests)
            await request.Outcome.WaitHereAsync(cancellationToken);
        return ids;
    }

    private Request Submit(string log, IReadOnlyList<EventData> events)
    {
        Request request = new();
        node.PartitionOf(log).Submit(log, new Message.Append(events) { Ticket = request });
        return request;
    }

    private static IEnumerable<IReadOnlyList<EventData>> Blocks(List<EventData> events)
    {
        int first = 0;
        long bytes = 0;
        for (int i = 0; i < events.Count; i++)
        {
            if (i > first && (i - first == EventsPerBlock || bytes + events[i].Body.Length > BytesPerBlock))
            {
                yield return events[first..i];
                (first, bytes) = (i, 0);
            }
            bytes += events[i].Body.Length;
        }
        if (first == 0)
            yield return events;
        else
            yield return events[first..];
    }

    /// <exception cref="ArgumentException">No function of the hub reads or writes the stream.</exception>
    private string Known(string stream)
    {
        if (node.Functions.KnownStreams.Contains(stream) || node.Settings.Streams.Named.ContainsKey(stream)
            || node.Leases.OffersElsewhere(CodeNames.Stream(stream)))
            return stream;
        string[] known =
        [
            .. node.Functions.KnownStreams.Concat(node.Settings.Streams.Named.Keys)
                .Distinct().Order(StringComparer.Ordinal),
        ];
        string list = known.Length == 0 ? "There is none at all." : $"Known: {string.Join(", ", known)}.";
        throw new ArgumentException(
            $"No function of this hub has the stream '{stream}', and Perdure:Streams:Named does not name it. {list}");
    }

    private static void Check(StreamEntry entry)
    {
        ClientText.Check(entry.PartitionKey, "partition key", KeyCharsMax);
        ClientText.Check(entry.EventId, "event id", InstanceIds.LengthMax);
    }
}
