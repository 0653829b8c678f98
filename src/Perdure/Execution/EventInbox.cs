using Perdure.Core.History;
using Perdure.Json;

namespace Perdure.Execution;

/// <summary>
/// The external events of one execution. Names are case-insensitive; the newest waiter gets the next event; what nobody
/// waits for is kept in order of arrival.
/// </summary>
internal sealed class EventInbox(PayloadSerializer serializer)
{
    private readonly Dictionary<string, List<(Type Type, PendingTask Waiter)>> _waiters =
        new(StringComparer.OrdinalIgnoreCase);
    private readonly List<HistoryEvent.EventRaised> _buffered = [];

    public bool HasWaiters => _waiters.Count > 0;

    public IReadOnlyCollection<string> Awaited => _waiters.Keys;

    /// <summary>Events that nobody waited for, oldest first.</summary>
    public IReadOnlyList<HistoryEvent.EventRaised> Buffered => _buffered;

    /// <exception cref="ArgumentException">Somebody waits for this event with another type.</exception>
    public PendingTask<T> Wait<T>(string name)
    {
        PendingTask<T> waiter = new(new PayloadPlace(PayloadRole.EventData, name));
        if (_waiters.TryGetValue(name, out List<(Type Type, PendingTask Waiter)>? waiting)
            && waiting[^1].Type != typeof(T))
        {
            throw new ArgumentException(
                $"The orchestrator already waits for the event '{name}' with the type "
                + $"{TypeText.Of(waiting[^1].Type)}; it cannot wait for it with {TypeText.Of(typeof(T))} as well.",
                nameof(name));
        }
        int i = _buffered.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        if (i >= 0)
        {
            HistoryEvent.EventRaised buffered = _buffered[i];
            _buffered.RemoveAt(i);
            Deliver(waiter, buffered);
            return waiter;
        }
        if (waiting is null)
            _waiters.Add(name, waiting = []);
        waiting.Add((typeof(T), waiter));
        return waiter;
    }

    /// <summary>Takes back a wait that timed out, so that it does not swallow a later event.</summary>
    public void StopWaiting(string name, PendingTask waiter)
    {
        if (!_waiters.TryGetValue(name, out List<(Type Type, PendingTask Waiter)>? waiting))
            return;
        waiting.RemoveAll(w => ReferenceEquals(w.Waiter, waiter));
        if (waiting.Count == 0)
            _waiters.Remove(name);
    }

    public void Raise(HistoryEvent.EventRaised raised)
    {
        if (!_waiters.TryGetValue(raised.Name, out List<(Type Type, PendingTask Waiter)>? waiting))
        {
            _buffered.Add(raised);
            return;
        }
        PendingTask waiter = waiting[^1].Waiter;
        waiting.RemoveAt(waiting.Count - 1);
        if (waiting.Count == 0)
            _waiters.Remove(raised.Name);
        Deliver(waiter, raised);
    }

    private void Deliver(PendingTask waiter, HistoryEvent.EventRaised raised) =>
        TurnContext.Resolve((waiter, raised, serializer), static x => x.waiter.Complete(x.raised.Input, x.serializer));
}
