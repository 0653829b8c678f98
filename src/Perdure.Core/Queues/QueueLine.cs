using Perdure.Core.Messages;

namespace Perdure.Core.Queues;

/// <summary>
/// What waits in one shard of a queue, and in which order it may run: as it came, when it is due. Of a session one
/// message at a time is in hand, always the first; one that waits for its retry makes its session wait, and nobody
/// else.
/// </summary>
internal sealed class QueueLine
{
    private readonly Queue<Message.QueueItem> _ready = [];
    private readonly PriorityQueue<Message.QueueItem, (long VisibleAt, long Number)> _later = new();
    private readonly Dictionary<string, Queue<Message.QueueItem>> _behind = new(StringComparer.Ordinal);
    private long _numbers;

    /// <summary>Everything that is not in hand.</summary>
    public int Count { get; private set; }

    /// <summary>Whether <see cref="Take"/> would give something.</summary>
    public bool HasNext(long now) => _ready.Count > 0 || NextDue <= now;

    /// <summary>When the next message comes due of those that wait for it.</summary>
    public long? NextDue => _later.TryPeek(out _, out (long VisibleAt, long) next) ? next.VisibleAt : null;

    /// <summary>A message has come.</summary>
    public void Add(Message.QueueItem item)
    {
        Count++;
        if (item.Session is not { } session)
            Place(item);
        else if (_behind.TryGetValue(session, out Queue<Message.QueueItem>? behind))
            behind.Enqueue(item);
        else
        {
            _behind.Add(session, []);
            Place(item);
        }
    }

    /// <summary>The next message that may run now, or null. It is in hand until it is told what became of it.</summary>
    public Message.QueueItem? Take(long now)
    {
        while (NextDue <= now)
            _ready.Enqueue(_later.Dequeue());
        if (!_ready.TryDequeue(out Message.QueueItem? next))
            return null;
        Count--;
        return next;
    }

    /// <summary>It is to run again, when it is due.</summary>
    public void Again(Message.QueueItem item)
    {
        Count++;
        Place(item);
    }

    /// <summary>It is gone from the queue: its session goes on with the next.</summary>
    public void Done(Message.QueueItem item)
    {
        if (item.Session is not { } session)
            return;
        if (_behind[session].TryDequeue(out Message.QueueItem? next))
            Place(next);
        else
            _behind.Remove(session);
    }

    private void Place(Message.QueueItem item)
    {
        // Also what is due already: only who takes one knows the time.
        if (item.VisibleAt > 0)
            _later.Enqueue(item, (item.VisibleAt, ++_numbers));
        else
            _ready.Enqueue(item);
    }
}
