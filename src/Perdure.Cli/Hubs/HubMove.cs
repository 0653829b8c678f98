using System.Runtime.CompilerServices;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;

namespace Perdure.Cli.Hubs;

/// <summary>What a move is doing: copying a table or checking it, and how far it is.</summary>
internal readonly record struct MoveProgress(string Doing, string Table, long Rows, long Total);

/// <summary>One table on both sides.</summary>
internal readonly record struct MovedTable(string Name, TableCheck Source, TableCheck Target);

/// <summary>What a move came to.</summary>
/// <param name="Tables">Empty after a trial.</param>
/// <param name="From">Partitions of the source.</param>
/// <param name="To">Partitions of the target.</param>
/// <param name="Counts">The rows of the source, by table.</param>
/// <param name="Warning">What did not go well after the move was complete.</param>
internal sealed record MoveResult(
    IReadOnlyList<MovedTable> Tables, int From, int To, IReadOnlyDictionary<string, long> Counts, string? Warning);

/// <summary>
/// Moves a hub that is stopped. The source is marked first and keeps the mark, so at no moment can hosts open both, and
/// the target becomes a hub only when both hold the same rows.
/// </summary>
internal sealed class HubMove(IHubSource source, IHubTarget target, TimeProvider time)
{
    private const int RowsPerReport = 10_000;

    private readonly Dictionary<string, long> _counts = [];

    /// <summary>How many partitions the target shall have; null for what is usual.</summary>
    public int? Partitions { get; init; }

    /// <summary>Only looks whether it could be done.</summary>
    public bool IsTrial { get; init; }

    public Action<MoveProgress> Report { get; init; } = _ => { };

    /// <exception cref="StoreException">It could not be done; source and target are as they were.</exception>
    /// <exception cref="MoveOutcomeUnknownException">Nobody knows whether the target is complete.</exception>
    public async Task<MoveResult> RunAsync(CancellationToken cancellationToken)
    {
        HubShape shape = await source.OpenAsync(cancellationToken);
        int count = shape.CountFor(Partitions, target.UsualPartitions);
        await target.CheckAsync(cancellationToken);
        foreach (HubTable table in HubTables.All)
            _counts[table.Name] = await source.CountAsync(table, cancellationToken);
        if (IsTrial)
            return new MoveResult([], shape.Partitions.Count, count, _counts, null);

        HubMark mark = new(IsComplete: false, target.Place, time.GetUtcNow().ToUnixTimeMilliseconds());
        shape = await source.BeginAsync(mark, cancellationToken);
        IReadOnlyList<MovedTable> tables;
        try
        {
            await target.CreateAsync(shape.Over(count), cancellationToken);
            await CopyAsync(new Placement(source.Place, shape.Partitions.Count, count), cancellationToken);
            tables = await CheckAsync(count, cancellationToken);
            await target.CompleteAsync();
        }
        catch (MoveOutcomeUnknownException e)
        {
            throw new MoveOutcomeUnknownException(
                $"{e.Message} The mark stays in {source.Place}. Look whether the hub is in {target.Place} now: if it "
                + "is, go on there; if not, say 'perdure hub reopen' and move it again.", e);
        }
        catch (Exception e)
        {
            await TakeBackAsync(e);
            throw;
        }
        return new MoveResult(tables, shape.Partitions.Count, count, _counts, await EndAsync(mark));
    }

    private async Task CopyAsync(Placement placement, CancellationToken cancellationToken)
    {
        await FindEntitiesAsync(placement, cancellationToken);
        foreach (HubTable table in HubTables.All)
            await target.WriteAsync(table, PlacedAsync(table, placement, cancellationToken), cancellationToken);
    }

    private async IAsyncEnumerable<Cell[]> PlacedAsync(
        HubTable table, Placement placement, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (Cell[] row in RowsAsync(source, table, "copied", cancellationToken))
        {
            if (table.HasPartition)
                row[0] = Cell.Of(placement.Of(table, row));
            yield return row;
        }
    }

    /// <summary>
    /// Work of entities that was under way when a process died names a number instead of an id. There is seldom any.
    /// </summary>
    private async Task FindEntitiesAsync(Placement placement, CancellationToken cancellationToken)
    {
        bool isAny = false;
        HubTable tasks = HubTables.Of("tasks");
        await foreach (Cell[] row in RowsAsync(source, tasks, "looked at", cancellationToken))
            isAny |= placement.Wants(row[tasks.IndexOf("key")].Number);
        if (!isAny)
            return;
        foreach (HubTable table in (HubTable[])[HubTables.Of("entities"), HubTables.Of("messages")])
        {
            await foreach (Cell[] row in RowsAsync(source, table, "looked at", cancellationToken))
                placement.Know(row[table.IdCell].Text);
        }
    }

    private async Task<IReadOnlyList<MovedTable>> CheckAsync(int count, CancellationToken cancellationToken)
    {
        List<MovedTable> tables = [];
        Placement placement = new(target.Place, count, count);
        foreach (HubTable table in HubTables.All)
        {
            TableCheck before = await DigestAsync(source, table, null, cancellationToken);
            TableCheck after = await DigestAsync(target, table, placement, cancellationToken);
            tables.Add(new MovedTable(table.Name, before, after));
        }
        if (tables.Find(t => t.Source != t.Target) is { Name: not null } wrong)
        {
            throw new StoreException(
                $"The table {wrong.Name} is not the same in both: {wrong.Source.Count} rows, SHA-256 "
                + $"{wrong.Source.Sha256}, became {wrong.Target.Count} rows, {wrong.Target.Sha256}. The target was "
                + "removed, and the source is as it was.");
        }
        return tables;
    }

    private async Task<TableCheck> DigestAsync(
        IHubRows rows, HubTable table, Placement? placement, CancellationToken cancellationToken)
    {
        using TableDigest digest = new(table);
        string doing = rows == source ? "checked in the source" : "checked in the target";
        await foreach (Cell[] row in RowsAsync(rows, table, doing, cancellationToken))
        {
            if (table.HasPartition)
                placement?.Of(table, row);
            digest.Add(row);
        }
        return digest.End();
    }

    private async IAsyncEnumerable<Cell[]> RowsAsync(
        IHubRows rows, HubTable table, string doing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long done = 0;
        await foreach (Cell[] row in rows.ReadAsync(table, cancellationToken))
        {
            // A file is read without waiting for anything.
            cancellationToken.ThrowIfCancellationRequested();
            yield return row;
            if (++done % RowsPerReport == 0)
                Report(new MoveProgress(doing, table.Name, done, _counts[table.Name]));
        }
    }

    private async Task TakeBackAsync(Exception reason)
    {
        await target.DisposeAsync();
        try
        {
            await source.UnmarkAsync();
        }
        catch (StoreException e)
        {
            throw new StoreException(
                $"{reason.Message} The target was removed. Everything is still in {source.Place}, and so is the mark "
                + $"that it is being moved: say 'perdure hub reopen'. {e.Message}", reason);
        }
    }

    /// <summary>The hub has moved, whatever becomes of the mark.</summary>
    private async Task<string?> EndAsync(HubMark mark)
    {
        try
        {
            await source.EndAsync(
                mark with { IsComplete = true, At = time.GetUtcNow().ToUnixTimeMilliseconds() });
            return null;
        }
        catch (StoreException e)
        {
            return $"The move is complete. Hosts do not open {source.Place}, as it should be, but its mark still says "
                + $"that the move is under way. {e.Message}";
        }
    }
}
