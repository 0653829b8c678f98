using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>
/// The timers of a partition that are due soon; the others stay in the store. Everything up to the horizon is in
/// memory: the horizon moves first, then what it uncovered is read, so nothing falls between. All methods need the
/// partition's lock.
/// </summary>
internal sealed class NearTimers
{
    /// <summary>Before every timer: due times are never negative.</summary>
    private static readonly (long Due, long Number) Nothing = (-1, long.MinValue);

    private readonly PriorityQueue<TimerRow, (long Due, long Number)> _queue = new();
    private readonly HashSet<long> _known = [];

    /// <summary>Position up to which every timer is in memory.</summary>
    public (long Due, long Number) Horizon { get; private set; } = Nothing;

    public int Count => _known.Count;

    public long? NextDue => _queue.TryPeek(out _, out (long Due, long Number) next) ? next.Due : null;

    /// <summary>Takes a timer if it is near; one that is known already stays once.</summary>
    public void Arm(TimerRow timer)
    {
        (long, long) position = (timer.Key.Due, timer.Key.Number);
        if (position.CompareTo(Horizon) <= 0 && _known.Add(timer.Key.Number))
            _queue.Enqueue(timer, position);
    }

    public void Disarm(TimerKey timer) => _known.Remove(timer.Number);

    /// <summary>
    /// Moving it back is safe as well: what is armed beyond it stays, and is known when it is read again.
    /// </summary>
    public void MoveHorizon(long due, long number) => Horizon = (due, number);

    /// <summary>The next timer that is due, if one is. What was disarmed meanwhile is skipped.</summary>
    public TimerRow? TakeDue(long now)
    {
        while (_queue.TryPeek(out TimerRow timer, out (long Due, long Number) position) && position.Due <= now)
        {
            _queue.Dequeue();
            if (_known.Remove(timer.Key.Number))
                return timer;
        }
        return null;
    }

    public void Clear()
    {
        _queue.Clear();
        _known.Clear();
        Horizon = Nothing;
    }
}
