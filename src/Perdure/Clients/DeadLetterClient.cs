using System.Globalization;
using Perdure.Core.DeadLetters;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Runtime;
using Perdure.Telemetry;

namespace Perdure.Clients;

/// <summary>Dead letters for people. Their states change in the store; whoever owns them lets them run.</summary>
internal sealed class DeadLetterClient(Node node) : IDeadLetterClient
{
    private const int PageMax = 1_000;

    public async Task<DeadLetterQueryResult> ListAsync(
        DeadLetterFilter? filter = null, int pageSize = 100, string? continuationToken = null,
        CancellationToken cancellationToken = default)
    {
        if (pageSize is < 1 or > PageMax)
            throw new ArgumentException($"The page has {pageSize} dead letters; it has from 1 to 1,000.");
        DeadLetterPage page = await node.OpenStore.QueryDeadLettersAsync(
            Query(filter, pageSize) with { After = After(continuationToken) }, cancellationToken);
        return new DeadLetterQueryResult([.. page.Rows.Select(View)], page.After is { } end
            ? string.Create(CultureInfo.InvariantCulture, $"{end.At}.{end.Key}")
            : null);
    }

    public async Task<DeadLetter?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (KeyOf(id) is not { } key)
            return null;
        DeadLetterPage page = await node.OpenStore.QueryDeadLettersAsync(
            new DeadLetterQuery { Key = key, PageSize = 1 }, cancellationToken);
        return page.Rows is [var row] ? View(row) : null;
    }

    public async Task<IReadOnlyList<DeadLetterGroup>> GroupAsync(
        DeadLetterFilter? filter = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<DeadLetterGroupRow> groups =
            await node.OpenStore.GroupDeadLettersAsync(Query(filter, PageMax), cancellationToken);
        return [.. groups.Select(g => new DeadLetterGroup(
            g.Fingerprint, g.Source, g.Function, g.Count, TimeOf(g.First), TimeOf(g.Last)))];
    }

    public async Task<int> ReplayAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<DeadLetterKey> taken = await ChangeAsync(
            ids, DeadLetterState.Active, DeadLetterState.Replaying, cancellationToken);
        foreach (int partition in taken.Select(k => k.Partition).Distinct())
            node.Wakes.Replays(partition);
        return taken.Count;
    }

    public async Task<int> DiscardAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default) =>
        (await ChangeAsync(ids, DeadLetterState.Active, DeadLetterState.Discarded, cancellationToken)).Count;

    public async Task<int> RestoreAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default) =>
        (await ChangeAsync(ids, DeadLetterState.Discarded, DeadLetterState.Active, cancellationToken)).Count;

    private async Task<IReadOnlyList<DeadLetterKey>> ChangeAsync(
        IEnumerable<string> ids, DeadLetterState from, DeadLetterState to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        List<DeadLetterKey> changed = [];
        foreach (DeadLetterKey[] some in ids.Select(KeyOf).OfType<DeadLetterKey>().Chunk(PageMax))
            changed.AddRange(await node.OpenStore.ChangeDeadLettersAsync(some, from, to, cancellationToken));
        if (changed.Count > 0)
            node.Logger.DeadLettersChanged(changed.Count, from, to);
        return changed;
    }

    private static DeadLetterQuery Query(DeadLetterFilter? filter, int size) => new()
    {
        Source = filter?.Source,
        Function = filter?.FunctionName,
        Fingerprint = filter?.Fingerprint,
        State = filter?.State,
        From = filter?.From?.ToUnixTimeMilliseconds(),
        To = filter?.To?.ToUnixTimeMilliseconds(),
        PageSize = size,
    };

    private static DeadLetter View(DeadLetterRow row)
    {
        DeadLetterRecord record = DeadLetterRecord.Decode(row.Record);
        return new DeadLetter
        {
            Id = row.Key.ToString(),
            Source = row.Source,
            FunctionName = row.Function,
            EventId = row.EventId,
            Key = row.Order,
            Reason = row.Class,
            Fingerprint = row.Fingerprint,
            State = row.State,
            PutAsideAt = TimeOf(row.At),
            EnqueuedAt = TimeOf(record.Enqueued),
            Body = record.Body.Json,
            Failures = record.Failures,
            Attempts = [.. record.Attempts.Select(a => new DeadLetterAttempt(
                TimeOf(a.At), TimeSpan.FromMilliseconds(a.Milliseconds), a.Failure))],
            PartitionId = record.Place is { } place ? StreamIds.Split(place.Log).Number : null,
            SequenceNumber = record.Place?.Number,
            ConsumerGroup = record.Place?.Group,
        };
    }

    /// <exception cref="ArgumentException">It is not a token of a page.</exception>
    private static DeadLetterEnd? After(string? token)
    {
        if (token is null)
            return null;
        int dot = token.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(token.AsSpan(0, dot), CultureInfo.InvariantCulture, out long at)
            && KeyOf(token[(dot + 1)..]) is { } key
            ? new DeadLetterEnd(at, key)
            : throw new ArgumentException($"'{token}' is not the continuation token of a page of dead letters.");
    }

    /// <summary>Null when it is not an id, so that there is none of it.</summary>
    private static DeadLetterKey? KeyOf(string id)
    {
        int dash = id.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && int.TryParse(id.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
            && long.TryParse(id.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? new DeadLetterKey(partition, number)
            : null;
    }

    private static DateTimeOffset TimeOf(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at);
}
