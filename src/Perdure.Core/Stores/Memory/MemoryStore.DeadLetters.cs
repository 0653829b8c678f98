namespace Perdure.Core.Stores.Memory;

/// <summary>What was put aside.</summary>
internal sealed partial class MemoryStore
{
    public ValueTask<DeadLetterPage> QueryDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var found = _tables.DeadLetters.All
                .Where(row => Matches(query, row) && query.After?.IsBefore(row) is not false)
                .OrderBy(row => row.At).ThenBy(row => row.Key)
                .Take(query.PageSize + 1)
                .Select(row => query.WithRecords ? row : row with { Record = default })
                .ToArray();
            return new(DeadLetterPage.Of(found, query.PageSize));
        }
    }

    public ValueTask<IReadOnlyList<DeadLetterGroupRow>> GroupDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new([.. _tables.DeadLetters.All.Where(row => Matches(query, row))
                .GroupBy(row => (row.Fingerprint, row.Source, row.Function))
                .Select(g => new DeadLetterGroupRow(
                    g.Key.Fingerprint, g.Key.Source, g.Key.Function, g.Count(), g.Min(r => r.At), g.Max(r => r.At)))
                .OrderByDescending(g => g.Count)
                .ThenBy(g => g.Fingerprint, Utf8Order.Instance).ThenBy(g => g.Source, Utf8Order.Instance)
                .ThenBy(g => g.Function, Utf8Order.Instance)
                .Take(query.PageSize)]);
        }
    }

    public ValueTask<IReadOnlyList<DeadLetterKey>> ChangeDeadLettersAsync(
        IReadOnlyList<DeadLetterKey> keys, DeadLetterState? from, DeadLetterChange change,
        CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            List<DeadLetterKey> changed = [];
            foreach (var key in keys.Distinct().Order())
            {
                if (!_tables.DeadLetters.TryGet(key, out var row) || (from is not null && row.State != from))
                    continue;
                _tables.DeadLetters.Replace(key, Changed(row, change));
                changed.Add(key);
            }
            _tables.Journal.Keep();
            return new(changed);
        }
    }

    public ValueTask<bool> ReviseDeadLetterAsync(
        DeadLetterKey original, DeadLetterRow revision, DeadLetterChange change, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_tables.DeadLetters.TryGet(original, out var row) || row.State != DeadLetterState.Active)
                return new(false);
            _tables.DeadLetters.Replace(original, Changed(row, change) with { Successor = revision.Key.Number });
            _tables.DeadLetters.Insert(revision.Key, MemoryBatch.Fresh(revision) with { Changed = change.At });
            _tables.Journal.Keep();
            return new(true);
        }
    }

    public ValueTask<int> DeleteDeadLettersAsync(long changedBy, int max, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            DeadLetterKey[] keys = [.. _tables.DeadLetters.All
                .Where(row => row.Changed <= changedBy && IsOver(row))
                .OrderBy(row => row.Changed).ThenBy(row => row.Key)
                .Take(max).Select(row => row.Key)];
            foreach (var key in keys)
                _tables.DeadLetters.Remove(key);
            _tables.Journal.Keep();
            return new(keys.Length);
        }
    }

    private bool IsOver(DeadLetterRow row) => row.State switch
    {
        DeadLetterState.Resolved or DeadLetterState.Discarded => true,
        DeadLetterState.Replaced => row.Successor is not { } successor
            || !_tables.DeadLetters.Contains(new(row.Key.Partition, successor)),
        _ => false,
    };

    private static DeadLetterRow Changed(DeadLetterRow row, DeadLetterChange change) => row with
    {
        State = change.To ?? row.State,
        Changed = change.To is null ? row.Changed : change.At,
        Trail = row.Trail + change.Entry,
    };

    private static bool Matches(DeadLetterQuery query, DeadLetterRow row) =>
        (query.Source is null || query.Source == row.Source)
        && (query.Function is null || query.Function == row.Function)
        && (query.Fingerprint is null || query.Fingerprint == row.Fingerprint)
        && (query.State is null || query.State == row.State)
        && (query.Partition is null || query.Partition == row.Key.Partition)
        && (!query.IsOpen || row.State <= DeadLetterState.Replaying)
        && (query.Key is null || query.Key == row.Key)
        && !(row.At < query.From)
        && !(row.At > query.To);
}
