namespace Perdure.Testing;

/// <summary>
/// A clock that stands still until it is told to go on. What is due by then rings in the order of its times.
/// </summary>
internal sealed class VirtualClock(DateTimeOffset start, Action<Action> post) : TimeProvider
{
    /// <summary>
    /// The runtime looks again after such a moment. By this clock that is at once: else its time would go on by itself.
    /// </summary>
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly SortedSet<(DateTimeOffset Due, long Number, VirtualTimer Timer)> _due = [];
    private readonly DateTimeOffset _start = start;
    private DateTimeOffset _now = start;
    private long _numbers;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => (GetUtcNow() - _start).Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        Create(callback, state, dueTime, period, isOfFunctions: false);

    public ITimer Create(
        TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period, bool isOfFunctions)
    {
        VirtualTimer timer = new(this, callback, state, isOfFunctions);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>When the next timer is due; null when none is set.</summary>
    /// <param name="ofFunctions">Only those of functions.</param>
    public DateTimeOffset? Next(bool ofFunctions)
    {
        lock (_gate)
        {
            foreach ((DateTimeOffset due, _, VirtualTimer timer) in _due)
            {
                if (!ofFunctions || timer.IsOfFunctions)
                    return due;
            }
            return null;
        }
    }

    /// <summary>Goes on to this time, or to where it stands if that is later, and rings what is due by then.</summary>
    public void GoTo(DateTimeOffset time)
    {
        while (true)
        {
            VirtualTimer timer;
            lock (_gate)
            {
                if (_due.Count == 0 || _due.Min.Due > time)
                {
                    _now = time > _now ? time : _now;
                    return;
                }
                (DateTimeOffset due, _, timer) = _due.Min;
                _now = due > _now ? due : _now;
                _due.Remove(_due.Min);
                timer.Rung_NeedsLock(due);
            }
            post(timer.Ring);
        }
    }

    /// <summary>The process that has set them is dead.</summary>
    public void Forget()
    {
        lock (_gate)
            _due.Clear();
    }

    private sealed class VirtualTimer(
        VirtualClock clock, TimerCallback callback, object? state, bool isOfFunctions) : ITimer
    {
        private (DateTimeOffset, long, VirtualTimer)? _entry;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private bool _isDisposed;

        public bool IsOfFunctions => isOfFunctions;

        public void Ring()
        {
            if (!Volatile.Read(ref _isDisposed))
                callback(state);
        }

        public void Rung_NeedsLock(DateTimeOffset due)
        {
            _entry = null;
            if (_period > TimeSpan.Zero)
                Set_NeedsLock(due + _period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (!isOfFunctions && dueTime > TimeSpan.Zero && dueTime <= s_moment && period <= TimeSpan.Zero)
                dueTime = TimeSpan.Zero;
            lock (clock._gate)
            {
                if (_isDisposed)
                    return false;
                Clear_NeedsLock();
                _period = period;
                if (dueTime > TimeSpan.Zero)
                    Set_NeedsLock(clock._now + dueTime);
                else if (dueTime == TimeSpan.Zero)
                    Rung_NeedsLock(clock._now);
            }
            if (dueTime == TimeSpan.Zero)
                clock.Post(this);
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                _isDisposed = true;
                Clear_NeedsLock();
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set_NeedsLock(DateTimeOffset due)
        {
            _entry = (due, ++clock._numbers, this);
            clock._due.Add(_entry.Value);
        }

        private void Clear_NeedsLock()
        {
            if (_entry is { } entry)
                clock._due.Remove(entry);
            _entry = null;
        }
    }

    private void Post(VirtualTimer timer) => post(timer.Ring);
}
