using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Scaling;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Core.Usage;
using Perdure.Functions.Queues;
using Perdure.Functions.Streams;

namespace Perdure.Runtime.Scaling;

/// <summary>Reads what waits for the functions of queues and streams, on all partitions of the hub.</summary>
/// <param name="node">Whose functions these are.</param>
/// <param name="store">Where it is read.</param>
/// <param name="now">When, in milliseconds since 1970.</param>
/// <param name="from">From which minute on is counted what was done.</param>
internal sealed class LoadReader(Node node, IStore store, long now, long from)
{
    /// <summary>By the name of the function.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<FunctionLoad>> ReadAsync(CancellationToken cancellationToken)
    {
        List<FunctionLoad> loads = [];
        if (node.Functions.Queues.Count > 0)
            loads.AddRange(await ReadQueuesAsync(cancellationToken));
        foreach (StreamFunction function in node.Functions.Streams)
            loads.Add(await ReadStreamAsync(function, cancellationToken));
        return [.. loads.OrderBy(l => l.Name, StringComparer.OrdinalIgnoreCase)];
    }

    private async Task<IEnumerable<FunctionLoad>> ReadQueuesAsync(CancellationToken cancellationToken)
    {
        // What is done is read first: what is done in between is then neither done nor waiting, for one look.
        IReadOnlyList<UsageSum> used = await store.ReadUsageAsync(
            from, long.MaxValue, UsageGrouping.Function, cancellationToken);
        IReadOnlyList<BacklogRow> rows = await store.ReadBacklogAsync(QueueItemCodec.Kind, cancellationToken);
        ILookup<string, BacklogRow> byQueue = rows.ToLookup(r => QueueIds.QueueOf(r.Target), StringComparer.Ordinal);
        List<FunctionLoad> loads = [];
        foreach (QueueFunction function in node.Functions.Queues)
        {
            BacklogRow[] waiting = [.. byQueue[function.Consumer.Queue]];
            UsageCounts counts = used.FirstOrDefault(u => u.Group == function.Consumer.Name)?.Counts ?? default;
            loads.Add(new FunctionLoad(
                function.Consumer.Name, now, waiting.Sum(r => r.Count), counts.Succeeded + counts.DeadLettered)
            {
                OldestAt = await OldestAsync(waiting, cancellationToken),
                Target = function.InHandMax,
                Gate = function.IsDisabled ? ScaleGate.Disabled : node.Circuits.For(function.Circuits).Scale,
                Partitions = node.Partitions,
            });
        }
        return loads;
    }

    /// <summary>Each origin numbers its messages as it sends them, so one of their first ones is the oldest.</summary>
    private async Task<long?> OldestAsync(BacklogRow[] waiting, CancellationToken cancellationToken)
    {
        if (waiting.Length == 0)
            return null;
        IReadOnlyList<MessageRow> firsts = await store.ReadMessagesAsync(
            [.. waiting.Select(r => new MessageKey(r.Partition, r.Origin, r.First))], cancellationToken);
        return firsts.Count == 0 ? null : firsts.Min(row => QueueItemCodec.Decode(row.Body).Enqueued);
    }

    private async Task<FunctionLoad> ReadStreamAsync(StreamFunction function, CancellationToken cancellationToken)
    {
        StreamConsumer consumer = function.Consumer;
        string[] logs = node.Streams.Logs(consumer.Stream);
        (long backlog, long done, long? oldest) = (0, 0, null);
        foreach (string log in logs)
        {
            int partition = node.PartitionOf(log).Number;
            LogSummary summary = await store.ReadLogAsync(partition, log, cancellationToken);
            if (summary.Readers.Where(r => r.Name == consumer.Group).Select(r => (long?)r.Position).SingleOrDefault()
                is not { } position)
                continue; // It has not begun.
            done += position;
            // Of events that have no block any more nobody can say when they came.
            long next = Math.Max(position, summary.Start);
            if (next >= summary.End)
                continue;
            backlog += summary.End - next;
            IReadOnlyList<BlockRow> blocks = await store.ReadBlocksAsync(partition, log, next, 1, cancellationToken);
            if (blocks.Count > 0 && !(oldest < blocks[0].At))
                oldest = blocks[0].At;
        }
        return new FunctionLoad(consumer.Name, now, backlog, done)
        {
            OldestAt = oldest,
            Target = function.BatchMax,
            Partitions = Math.Min(logs.Length, node.Partitions),
            IsStream = true,
            Gate = function.IsDisabled ? ScaleGate.Disabled : node.Circuits.For(function.Circuits).Scale,
        };
    }
}
