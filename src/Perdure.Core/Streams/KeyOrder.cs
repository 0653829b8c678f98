namespace Perdure.Core.Streams;

/// <summary>
/// Which events run next where each key has an order of its own: the oldest one whose key has nothing before it that is
/// not done, and what follows it of its key.
/// </summary>
internal sealed class KeyOrder
{
    /// <summary>So far it looks beyond the first event that is not done.</summary>
    public const int WindowMax = 1_000;

    /// <summary>
    /// While events of so many keys wait for their retries, those of no other key begin: all that is known of them is
    /// written with each batch.
    /// </summary>
    public const int TroubledMax = 32;

    private const int ParkedMax = 100;

    private readonly List<StoredEvent> _window = [];

    /// <summary>How many events of the log are here, from the first one that is not done.</summary>
    public int Count => _window.Count;

    /// <summary>The first event that is not here.</summary>
    /// <param name="position">The first event that is not done.</param>
    public long End(long position) => _window.Count > 0 ? Math.Max(position, _window[^1].Number + 1) : position;

    /// <summary>The next events of the log.</summary>
    public void Add(IReadOnlyList<StoredEvent> events) => _window.AddRange(events);

    public void Clear() => _window.Clear();

    /// <summary>What is below this number is done.</summary>
    public void Forget(long position)
    {
        int below = _window.FindIndex(e => e.Number >= position);
        _window.RemoveRange(0, below < 0 ? _window.Count : below);
    }

    /// <summary>What can run, if there is something.</summary>
    /// <param name="state">The reader.</param>
    /// <param name="isBusy">Whether events of a key run, or what became of them has to be durable first.</param>
    /// <param name="isHeld">Whether a key stands still.</param>
    /// <param name="now">The time.</param>
    public KeyChoice Choose(ReaderState state, Func<string, bool> isBusy, Func<string?, bool> isHeld, long now)
    {
        List<int> waiting = [];
        long dueAt = long.MaxValue;
        foreach (int place in Open(state, 0))
        {
            string key = Strand.KeyOf(_window[place]);
            if (isBusy(key))
                continue;
            if (isHeld(_window[place].Data.Key))
            {
                if (waiting.Count < ParkedMax)
                    waiting.Add(place);
            }
            else if (!state.Keys.TryGetValue(key, out ReaderState? known))
            {
                if (state.Keys.Count < TroubledMax)
                    return new KeyChoice(place, waiting, 0);
            }
            else if (known.DueAt <= now)
                return new KeyChoice(place, waiting, 0);
            else
                dueAt = Math.Min(dueAt, known.DueAt);
        }
        return new KeyChoice(-1, waiting, dueAt);
    }

    /// <summary>What runs together, from a place that was chosen on.</summary>
    /// <param name="state">The reader.</param>
    /// <param name="place">The first of them.</param>
    /// <param name="batchMax">How many may run together.</param>
    public Strand Take(ReaderState state, int place, int batchMax)
    {
        string key = Strand.KeyOf(_window[place]);
        ReaderState before =
            state.Keys.GetValueOrDefault(key) ?? new ReaderState { Position = _window[place].Number };
        (_, int count, _) = StreamCore.Next(before, batchMax);
        long end = before.Piece > 0 ? before.PieceEnd : long.MaxValue;
        int[] places =
        [
            .. Open(state, place).Where(p => Strand.KeyOf(_window[p]) == key).Take(count)
                .TakeWhile(p => _window[p].Number < end),
        ];
        return StrandOf(key, before, state, places);
    }

    /// <summary>Events that wait behind others of their keys.</summary>
    /// <param name="state">The reader.</param>
    /// <param name="places">Of the events, in order.</param>
    public IReadOnlyList<Strand> Waiting(ReaderState state, IEnumerable<int> places) =>
    [
        .. from place in places
           group place by Strand.KeyOf(_window[place]) into key
           select StrandOf(key.Key, state, state, [.. key]),
    ];

    public StoredEvent this[int place] => _window[place];

    private Strand StrandOf(string key, ReaderState before, ReaderState state, int[] places) => new(
        key, before, [.. places.Select(p => _window[p])],
        [.. places.Select(p => p == 0 ? state.Position : _window[p - 1].Number + 1)]);

    /// <summary>The places of events that are not done.</summary>
    private IEnumerable<int> Open(ReaderState state, int first)
    {
        int range = 0;
        for (int place = first; place < _window.Count; place++)
        {
            long number = _window[place].Number;
            while (range < state.Done.Count && state.Done[range].End <= number)
                range++;
            if (range == state.Done.Count || number < state.Done[range].From)
                yield return place;
        }
    }
}

/// <summary>What can run next where each key has an order of its own.</summary>
/// <param name="Place">Of the first event; -1 when nothing can.</param>
/// <param name="Waiting">The places of events before it that wait behind others of their keys.</param>
/// <param name="DueAt">When nothing can: not before this time, as far as that is known.</param>
internal readonly record struct KeyChoice(int Place, IReadOnlyList<int> Waiting, long DueAt);
