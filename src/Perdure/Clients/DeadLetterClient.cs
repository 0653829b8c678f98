using System.Globalization;
using System.Runtime.CompilerServices;
using Perdure.Core.DeadLetters;
using Perdure.Core.Stores;
using Perdure.Json;
using Perdure.Runtime;
using Perdure.Telemetry;

namespace Perdure.Clients;

/// <summary>Dead letters for people. Their states change in the store; whoever owns them lets them run.</summary>
internal sealed partial class DeadLetterClient(
    Node node, PayloadSerializer serializer, IDurableClient orchestrations, string? author = null) : IDeadLetterClient
{
    private const int PageMax = 1_000;

    private static readonly DeadLetterState[] s_discardable = [DeadLetterState.Active, DeadLetterState.Held];

    /// <summary>Each may be as large as a payload.</summary>
    private const int ExportPage = 50;

    public async Task<DeadLetterQueryResult> ListAsync(
        DeadLetterFilter? filter = null, int pageSize = 100, string? continuationToken = null,
        CancellationToken cancellationToken = default)
    {
        if (pageSize is < 1 or > PageMax)
            throw new ArgumentException($"The page has {pageSize} dead letters; it has from 1 to 1,000.");
        DeadLetterPage page = await node.OpenStore.QueryDeadLettersAsync(
            Query(filter, pageSize) with { After = After(continuationToken) }, cancellationToken);
        return new DeadLetterQueryResult([.. page.Rows.Select(DeadLetterView.Of)], page.After is { } end
            ? string.Create(CultureInfo.InvariantCulture, $"{end.At}.{end.Key}")
            : null);
    }

    public async Task<DeadLetter?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return await RowAsync(id, cancellationToken) is { } row ? DeadLetterView.Of(row) : null;
    }

    public async IAsyncEnumerable<DeadLetter> ReadAllAsync(
        DeadLetterFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        DeadLetterQuery query = Query(filter, ExportPage);
        while (true)
        {
            DeadLetterPage page = await node.OpenStore.QueryDeadLettersAsync(query, cancellationToken);
            foreach (DeadLetterRow row in page.Rows)
                yield return DeadLetterView.Of(row);
            if (page.After is null)
                yield break;
            query = query with { After = page.After };
        }
    }

    public async Task<IReadOnlyList<DeadLetterGroup>> GroupAsync(
        DeadLetterFilter? filter = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<DeadLetterGroupRow> groups =
            await node.OpenStore.GroupDeadLettersAsync(Query(filter, PageMax), cancellationToken);
        return [.. groups.Select(g => new DeadLetterGroup(
            g.Fingerprint, g.Source, g.Function, g.Count, TimeOf(g.First), TimeOf(g.Last)))];
    }

    public Task<int> ReplayAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default) =>
        ReplayAsync(ids, DeadLetterReplayTarget.InPlace, cancellationToken);

    public async Task<int> ReplayAsync(
        IEnumerable<string> ids, DeadLetterReplayTarget target, CancellationToken cancellationToken = default)
    {
        if (!Enum.IsDefined(target))
            throw new ArgumentException($"{target} is no place where a dead letter runs.", nameof(target));
        return Wake(await ChangeAsync(
            ids, DeadLetterState.Active, DeadLetterState.Replaying, DeadLetterAction.Replayed, cancellationToken,
            ReplayTargets.NoteOf(target)));
    }

    public async Task<int> DiscardAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        string[] all = [.. ids];
        int discarded = 0;
        foreach (DeadLetterState from in s_discardable)
        {
            discarded += Wake(await ChangeAsync(
                all, from, DeadLetterState.Discarded, DeadLetterAction.Discarded, cancellationToken));
        }
        return discarded;
    }

    public async Task<int> RestoreAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default) =>
        Wake(await ChangeAsync(
            ids, DeadLetterState.Discarded, DeadLetterState.Active, DeadLetterAction.Restored, cancellationToken));

    /// <summary>Owners let run what is to run, and what waits behind them.</summary>
    private int Wake(IReadOnlyList<DeadLetterKey> changed)
    {
        foreach (int partition in changed.Select(k => k.Partition).Distinct())
            node.Wakes.Replays(partition);
        return changed.Count;
    }

    private async Task<IReadOnlyList<DeadLetterKey>> ChangeAsync(
        IEnumerable<string> ids, DeadLetterState from, DeadLetterState to, DeadLetterAction action,
        CancellationToken cancellationToken, string? note = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        long now = node.Now;
        DeadLetterChange change = new(to, now, TrailEntry.Of(now, action, author, note));
        List<DeadLetterKey> changed = [];
        foreach (DeadLetterKey[] some in ids.Select(KeyOf).OfType<DeadLetterKey>().Chunk(PageMax))
            changed.AddRange(await node.OpenStore.ChangeDeadLettersAsync(some, from, change, cancellationToken));
        if (changed.Count > 0)
            node.Logger.DeadLettersChanged(changed.Count, from, to);
        return changed;
    }

    public static DeadLetterQuery Query(DeadLetterFilter? filter, int size) => new()
    {
        Source = filter?.Source,
        Function = filter?.FunctionName,
        Fingerprint = filter?.Fingerprint,
        State = filter?.State,
        From = filter?.From?.ToUnixTimeMilliseconds(),
        To = filter?.To?.ToUnixTimeMilliseconds(),
        PageSize = size,
    };

    private async Task<DeadLetterRow?> RowAsync(string id, CancellationToken cancellationToken)
    {
        if (KeyOf(id) is not { } key)
            return null;
        DeadLetterPage page = await node.OpenStore.QueryDeadLettersAsync(
            new DeadLetterQuery { Key = key, PageSize = 1 }, cancellationToken);
        return page.Rows is [var row] ? row : null;
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

    private static DeadLetterKey? KeyOf(string id) => DeadLetterView.KeyOf(id);

    private static DateTimeOffset TimeOf(long at) => DeadLetterView.TimeOf(at);
}
