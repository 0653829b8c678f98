using Perdure.Core.Identity;
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

    /// <summary>
    /// Operations that came due and whose rows may still be read; an operation, unlike a task, could be run twice.
    /// </summary>
    private readonly HashSet<long> _fired = [];

    /// <summary>What was consumed while the store is being read, which may show it all the same.</summary>
    private readonly HashSet<long> _consumed = [];

    private bool _isRefilling;

    /// <summary>Position up to which every timer is in memory.</summary>
    public (long Due, long Number) Horizon { get; private set; } = Nothing;

    public int Count => _known.Count;

    public long? NextDue => _queue.TryPeek(out _, out (long Due, long Number) next) ? next.Due : null;

    /// <summary>Takes a timer if it is near; one that is known already stays once.</summary>
    public void Arm(TimerRow timer)
    {
        (long, long) position = (timer.Key.Due, timer.Key.Number);
        if (position.CompareTo(Horizon) <= 0 && !_fired.Contains(timer.Key.Number) && _known.Add(timer.Key.Number))
            _queue.Enqueue(timer, position);
    }

    public void BeginRefill() => _isRefilling = true;

    public void EndRefill(IEnumerable<TimerRow> read)
    {
        foreach (TimerRow timer in read)
        {
            if (!_consumed.Contains(timer.Key.Number))
                Arm(timer);
        }
        _consumed.Clear();
        _isRefilling = false;
    }

    /// <summary>The row of an operation that came due is gone.</summary>
    public void Consumed(TimerKey timer)
    {
        _fired.Remove(timer.Number);
        if (_isRefilling)
            _consumed.Add(timer.Number);
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
            if (!_known.Remove(timer.Key.Number))
                continue;
            if (EntityInstanceIds.Is(timer.Target))
                _fired.Add(timer.Key.Number);
            return timer;
        }
        return null;
    }

    public void Clear()
    {
        _queue.Clear();
        _known.Clear();
        _fired.Clear();
        _consumed.Clear();
        _isRefilling = false;
        Horizon = Nothing;
    }
}
