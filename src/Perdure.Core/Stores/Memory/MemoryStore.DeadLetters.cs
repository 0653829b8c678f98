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
        IReadOnlyList<DeadLetterKey> keys, DeadLetterState from, DeadLetterState to,
        CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            List<DeadLetterKey> changed = [];
            foreach (var key in keys.Distinct().Order())
            {
                if (!_tables.DeadLetters.TryGet(key, out var row) || row.State != from)
                    continue;
                _tables.DeadLetters.Replace(key, row with { State = to });
                changed.Add(key);
            }
            _tables.Journal.Keep();
            return new(changed);
        }
    }

    private static bool Matches(DeadLetterQuery query, DeadLetterRow row) =>
        (query.Source is null || query.Source == row.Source)
        && (query.Function is null || query.Function == row.Function)
        && (query.Fingerprint is null || query.Fingerprint == row.Fingerprint)
        && (query.State is null || query.State == row.State)
        && (query.Partition is null || query.Partition == row.Key.Partition)
        && (query.Key is null || query.Key == row.Key)
        && !(row.At < query.From)
        && !(row.At > query.To);
}
