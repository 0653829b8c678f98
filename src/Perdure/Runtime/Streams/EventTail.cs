using Perdure.Core.Streams;

namespace Perdure.Runtime.Streams;

/// <summary>
/// The latest events of a log, as long as a reader may want them: so that what was just appended is not read from the
/// store. What falls out of it is.
/// </summary>
internal sealed class EventTail
{
    private const int EventsMax = 10_000;
    private const long BytesMax = 4 * 1024 * 1024;

    private readonly LinkedList<(StoredEvent[] Events, long Bytes)> _blocks = new();
    private int _count;
    private long _bytes;

    /// <param name="end">The number of the next event of the log.</param>
    public EventTail(long end) => (Start, End) = (end, end);

    /// <summary>All events from this number on are here.</summary>
    public long Start { get; private set; }

    /// <summary>The number after the last event that is durable.</summary>
    public long End { get; private set; }

    public void Add(StoredEvent[] events)
    {
        long bytes = events.Sum(static e => (long)e.Data.Body.Length);
        _blocks.AddLast((events, bytes));
        (_count, _bytes) = (_count + events.Length, _bytes + bytes);
        End = events[^1].Number + 1;
        while (_blocks.Count > 1 && (_count > EventsMax || _bytes > BytesMax))
            RemoveFirst();
    }

    /// <summary>Nobody reads below this number any more.</summary>
    public void Forget(long below)
    {
        while (_blocks.First is { } first && first.Value.Events[^1].Number < below)
            RemoveFirst();
    }

    /// <summary>Events from a number on; the caller makes sure that it is not below the start.</summary>
    public List<StoredEvent> Read(long from, int count, long end)
    {
        List<StoredEvent> found = [];
        foreach ((StoredEvent[] events, _) in _blocks)
        {
            if (events[^1].Number < from)
                continue;
            // Numbers of a block follow one another.
            for (int i = (int)Math.Max(0, from - events[0].Number); i < events.Length; i++)
            {
                if (found.Count == count || events[i].Number >= end)
                    return found;
                found.Add(events[i]);
            }
        }
        return found;
    }

    private void RemoveFirst()
    {
        (StoredEvent[] events, long bytes) = _blocks.First!.Value;
        _blocks.RemoveFirst();
        (_count, _bytes) = (_count - events.Length, _bytes - bytes);
        Start = events[^1].Number + 1;
    }
}
