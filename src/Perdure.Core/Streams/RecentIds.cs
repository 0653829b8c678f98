namespace Perdure.Core.Streams;

/// <summary>
/// The ids that senders have given to the latest events of a log, so that what is sent twice is appended once. An id is
/// known as soon as its event stands in line, and forgotten when the event is too old or too far back.
/// </summary>
/// <param name="window">How long an id is known after its event, in milliseconds.</param>
internal sealed class RecentIds(long window)
{
    /// <summary>Of the events of a log no more than so many, counted from its end, can be the first of two.</summary>
    public const int EventsMax = 100_000;

    private readonly Dictionary<string, (long Number, long At)> _known = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long Number, long At)> _order = new();

    public int Count => _known.Count;

    /// <summary>The number of the event that has the id; null when none that counts has it.</summary>
    public long? Find(string id) => _known.TryGetValue(id, out (long Number, long At) found) ? found.Number : null;

    /// <summary>An event has the number, and was or will be appended at the time, in milliseconds since 1970.</summary>
    public void Add(string id, long number, long at)
    {
        _known[id] = (number, at);
        _order.Enqueue((id, number, at));
    }

    /// <summary>Events with these numbers were not appended after all.</summary>
    public void Remove(long first, long end)
    {
        foreach (string id in _known.Where(k => k.Value.Number >= first && k.Value.Number < end)
            .Select(k => k.Key).ToArray())
            _known.Remove(id);
    }

    /// <summary>Forgets what does not count any more.</summary>
    /// <param name="now">In milliseconds since 1970.</param>
    /// <param name="end">The number that the next event gets.</param>
    public void Forget(long now, long end)
    {
        while (_order.TryPeek(out (string Id, long Number, long At) oldest)
            && (oldest.At < now - window || oldest.Number < end - EventsMax))
        {
            _order.Dequeue();
            if (_known.TryGetValue(oldest.Id, out (long Number, long At) known) && known.Number == oldest.Number)
                _known.Remove(oldest.Id);
        }
    }
}
