using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Runtime;

namespace Perdure.Clients;

/// <summary>
/// Streams for operators. What is shown comes from the store; what is changed is asked of the logs, wherever they are.
/// </summary>
internal sealed class StreamAdminClient(Node node, string? author = null) : IStreamAdminClient
{
    public async Task<IReadOnlyList<StreamSummary>> ListAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<StreamRow> rows = await node.OpenStore.ReadStreamsAsync(cancellationToken);
        return [.. rows.Select(r => new StreamSummary(r.Name, r.Partitions, TimeOf(r.Created)))];
    }

    public async Task<StreamDescription?> GetAsync(string streamName, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(streamName, cancellationToken) is not { } stream)
            return null;
        StreamPartition[] partitions = new StreamPartition[stream.Partitions];
        for (int i = 0; i < partitions.Length; i++)
        {
            LogSummary log = await LogAsync(stream, i, cancellationToken);
            partitions[i] = new StreamPartition(i, log.Start, log.End);
        }
        return new StreamDescription(stream.Name, TimeOf(stream.Created), partitions);
    }

    public async Task<IReadOnlyList<ConsumerGroup>> ListGroupsAsync(
        string streamName, CancellationToken cancellationToken = default)
    {
        StreamRow stream = await StreamAsync(streamName, cancellationToken);
        SortedDictionary<string, List<Checkpoint>> groups = new(StringComparer.Ordinal);
        for (int i = 0; i < stream.Partitions; i++)
        {
            LogSummary log = await LogAsync(stream, i, cancellationToken);
            foreach (ReaderRow reader in log.Readers)
            {
                if (!groups.TryGetValue(reader.Name, out List<Checkpoint>? checkpoints))
                    groups.Add(reader.Name, checkpoints = []);
                checkpoints.Add(await ViewAsync(i, log, reader, cancellationToken));
            }
        }
        return
        [
            .. groups.Select(g => new ConsumerGroup
            {
                Name = g.Key, FunctionName = FunctionOf(stream.Name, g.Key), Checkpoints = g.Value,
            }),
        ];
    }

    public async Task SetCheckpointAsync(
        string streamName, string group, StreamPosition position, int? partitionId = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(position);
        if (position.SequenceNumber is not null && partitionId is null)
            throw new ArgumentException(
                $"The number {position.SequenceNumber} is one of a partition, and no partition is named. Name it.",
                nameof(partitionId));
        StreamRow stream = await StreamAsync(streamName, cancellationToken);
        IReadOnlyList<(int Partition, RequestOutcome Outcome)> outcomes = await AskAsync(
            stream, group, partitionId, async i => position switch
            {
                { SequenceNumber: { } number } => (CheckpointVerb.Number, number),
                { EnqueuedTime: { } time } =>
                    (CheckpointVerb.Near, await FindAsync(stream, i, time, cancellationToken)),
                { IsLatest: true } => (CheckpointVerb.Latest, 0),
                _ => (CheckpointVerb.Earliest, 0),
            },
            cancellationToken);
        if (outcomes.FirstOrDefault(o => o.Outcome is RequestOutcome.BeforeStart or RequestOutcome.BeyondEnd)
            is { Outcome: not RequestOutcome.Accepted } refused)
        {
            LogSummary log = await LogAsync(stream, refused.Partition, cancellationToken);
            string what = refused.Outcome == RequestOutcome.BeyondEnd
                ? $"beyond the end of partition {refused.Partition} of '{stream.Name}': its next event is {log.End}"
                : $"before the first event that is kept in partition {refused.Partition} of '{stream.Name}', which is "
                    + $"{log.Start}";
            throw new ArgumentException(
                $"The checkpoint {position.SequenceNumber} is {what}. Choose one from {log.Start} to {log.End}.",
                nameof(position));
        }
        ThrowUnlessKnown(outcomes, stream, group);
    }

    public async Task<int> ResumeAsync(
        string streamName, string group, int? partitionId = null, bool skip = false,
        CancellationToken cancellationToken = default)
    {
        StreamRow stream = await StreamAsync(streamName, cancellationToken);
        CheckpointVerb verb = skip ? CheckpointVerb.Skip : CheckpointVerb.Retry;
        IReadOnlyList<(int Partition, RequestOutcome Outcome)> outcomes = await AskAsync(
            stream, group, partitionId, _ => ValueTask.FromResult((verb, 0L)), cancellationToken);
        if (outcomes.Any(o => o.Outcome == RequestOutcome.NoFunction))
        {
            throw new InvalidOperationException(
                $"The node that owns a partition of '{stream.Name}' has no function for the consumer group '{group}', "
                + "so nothing can be put aside for it. Set its checkpoint instead.");
        }
        ThrowUnlessKnown(outcomes, stream, group);
        return outcomes.Count(o => o.Outcome == RequestOutcome.Accepted);
    }

    public async Task DeleteGroupAsync(string streamName, string group, CancellationToken cancellationToken = default)
    {
        StreamRow stream = await StreamAsync(streamName, cancellationToken);
        string name = Lower(group);
        IReadOnlyList<(int Partition, RequestOutcome Outcome)> outcomes = FunctionOf(stream.Name, name) is null
            ? await AskAsync(
                stream, group, null, _ => ValueTask.FromResult((CheckpointVerb.Delete, 0L)), cancellationToken)
            : [(0, RequestOutcome.HasFunction)];
        if (outcomes.Any(o => o.Outcome == RequestOutcome.HasFunction))
        {
            throw new InvalidOperationException(
                $"The consumer group '{group}' of '{stream.Name}' has a function, which would begin it anew. Remove "
                + "the function from all nodes first.");
        }
        ThrowUnlessKnown(outcomes, stream, group);
    }

    public IStreamAdminClient OnBehalfOf(string author)
    {
        ArgumentNullException.ThrowIfNull(author);
        ClientText.Check(author, "name", InstanceIds.AuthorLengthMax);
        return new StreamAdminClient(node, author);
    }

    /// <summary>Asks the logs, one after the other: so few are asked for so seldom that time does not matter.</summary>
    private async Task<IReadOnlyList<(int Partition, RequestOutcome Outcome)>> AskAsync(
        StreamRow stream, string group, int? partition, Func<int, ValueTask<(CheckpointVerb Verb, long Number)>> ask,
        CancellationToken cancellationToken)
    {
        string name = Lower(group);
        if (partition < 0 || partition >= stream.Partitions)
            throw new ArgumentException(
                $"'{stream.Name}' has no partition {partition}: they are 0 to {stream.Partitions - 1}.",
                nameof(partition));
        if (node.IsStopping)
            throw Node.Stopping();
        List<(int, RequestOutcome)> outcomes = [];
        int first = partition ?? 0, last = partition ?? stream.Partitions - 1;
        for (int i = first; i <= last; i++)
        {
            (CheckpointVerb verb, long number) = await ask(i);
            Request request = new();
            string log = StreamIds.Log(stream.Name, i);
            node.PartitionOf(log).Submit(
                log, new Message.Checkpoint(name, verb, number) { Author = author, Ticket = request });
            outcomes.Add((i, await request.Outcome.WaitHereAsync(cancellationToken)));
        }
        return outcomes;
    }

    private async Task<Checkpoint> ViewAsync(
        int partition, LogSummary log, ReaderRow reader, CancellationToken cancellationToken)
    {
        ReaderState state = ReaderStateCodec.Decode(reader.Position, reader.State);
        long lag = Math.Max(0, log.End - state.Position - state.Done.Sum(d => d.End - d.From));
        IReadOnlyList<BlockRow> oldest = lag == 0
            ? []
            : await node.OpenStore.ReadBlocksAsync(reader.Partition, reader.Log, state.Position, 1, cancellationToken);
        // Where each key has an order of its own, each fails by itself.
        ReaderState worst = state.Keys.Values.MaxBy(k => k.Failures) ?? state;
        long? dueAt = state.Keys.Values.Append(state).Where(s => s.DueAt > 0).Min(s => (long?)s.DueAt);
        return new Checkpoint
        {
            PartitionId = partition,
            SequenceNumber = state.Position,
            NextSequenceNumber = log.End,
            Lag = lag,
            OldestEventAt = oldest.Count > 0 ? TimeOf(oldest[0].At) : null,
            Failures = worst.Failures,
            IsHeld = state.IsHeld,
            NextRetryAt = dueAt is { } due ? TimeOf(due) : null,
            LastFailure = worst.Attempts.Count > 0 ? worst.Attempts[^1].Failure : null,
            UpdatedAt = TimeOf(reader.At),
        };
    }

    private async Task<StreamRow?> FindAsync(string streamName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(streamName);
        IReadOnlyList<StreamRow> rows = await node.OpenStore.ReadStreamsAsync(cancellationToken);
        return rows.FirstOrDefault(r => r.Name.Equals(streamName, StringComparison.OrdinalIgnoreCase));
    }

    /// <exception cref="ArgumentException">There is none of this name.</exception>
    private async Task<StreamRow> StreamAsync(string streamName, CancellationToken cancellationToken)
    {
        if (await FindAsync(streamName, cancellationToken) is { } stream)
            return stream;
        IReadOnlyList<StreamRow> rows = await node.OpenStore.ReadStreamsAsync(cancellationToken);
        string list =
            rows.Count == 0 ? "There is none at all." : $"Known: {string.Join(", ", rows.Select(r => r.Name))}.";
        throw new ArgumentException($"This hub has no stream '{streamName}'. {list}", nameof(streamName));
    }

    private ValueTask<LogSummary> LogAsync(StreamRow stream, int number, CancellationToken cancellationToken)
    {
        string log = StreamIds.Log(stream.Name, number);
        return node.OpenStore.ReadLogAsync(node.PartitionOf(log).Number, log, cancellationToken);
    }

    private ValueTask<long> FindAsync(
        StreamRow stream, int number, DateTimeOffset time, CancellationToken cancellationToken)
    {
        string log = StreamIds.Log(stream.Name, number);
        return node.OpenStore.FindEventAsync(
            node.PartitionOf(log).Number, log, time.ToUnixTimeMilliseconds(), cancellationToken);
    }

    private string? FunctionOf(string stream, string group) =>
        node.Functions.StreamFunctions(stream).FirstOrDefault(f => f.Consumer.Group == group)?.Consumer.Name;

    /// <exception cref="ArgumentException">No partition knows the group.</exception>
    private static void ThrowUnlessKnown(
        IReadOnlyList<(int Partition, RequestOutcome Outcome)> outcomes, StreamRow stream, string group)
    {
        if (outcomes.All(o => o.Outcome == RequestOutcome.NotFound))
            throw new ArgumentException(
                $"No consumer group '{group}' has begun to read '{stream.Name}' there.", nameof(group));
    }

    private static string Lower(string group)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        return group.ToLowerInvariant();
    }

    private static DateTimeOffset TimeOf(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at);
}
