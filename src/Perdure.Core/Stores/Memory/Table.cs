namespace Perdure.Core.Stores.Memory;

/// <summary>Rows ordered by their key. Every change can be taken back through the journal.</summary>
internal sealed class Table<TKey, TRow>(Journal journal, IComparer<TKey>? order = null)
{
    private readonly SortedSet<KeyValuePair<TKey, TRow>> _rows = new(new KeyOrder(order ?? Comparer<TKey>.Default));

    public int Count => _rows.Count;

    public IEnumerable<TRow> All => _rows.Select(pair => pair.Value);

    public bool Contains(TKey key) => _rows.Contains(new(key, default!));

    public bool TryGet(TKey key, out TRow row)
    {
        bool found = _rows.TryGetValue(new(key, default!), out var pair);
        row = pair.Value;
        return found;
    }

    /// <summary>False when the key is taken.</summary>
    public bool Insert(TKey key, TRow row)
    {
        if (!_rows.Add(new(key, row)))
            return false;
        journal.Push(() => _rows.Remove(new(key, default!)));
        return true;
    }

    /// <summary>False when there is no such row.</summary>
    public bool Remove(TKey key)
    {
        if (!_rows.TryGetValue(new(key, default!), out var pair))
            return false;
        _rows.Remove(pair);
        journal.Push(() => _rows.Add(pair));
        return true;
    }

    /// <summary>False when there is no such row.</summary>
    public bool Replace(TKey key, TRow row) => Remove(key) && Insert(key, row);

    /// <summary>The rows of a range of keys, both ends included.</summary>
    public IEnumerable<TRow> Between(TKey low, TKey high) =>
        _rows.GetViewBetween(new(low, default!), new(high, default!)).Select(pair => pair.Value);

    /// <summary>The last row of a range of keys.</summary>
    public bool TryLast(TKey low, TKey high, out TRow row)
    {
        foreach (var pair in _rows.GetViewBetween(new(low, default!), new(high, default!)).Reverse())
        {
            row = pair.Value;
            return true;
        }
        row = default!;
        return false;
    }

    private sealed class KeyOrder(IComparer<TKey> order) : IComparer<KeyValuePair<TKey, TRow>>
    {
        public int Compare(KeyValuePair<TKey, TRow> x, KeyValuePair<TKey, TRow> y) => order.Compare(x.Key, y.Key);
    }
}
