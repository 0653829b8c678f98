using System.Diagnostics;

namespace Perdure.Tests.Runtime.Support;

/// <summary>
/// Time that flows as usual and can be skipped: a wait of a month is over at once, and what has to happen every few
/// milliseconds still does. One clock outlives all hosts of a test, as the clock of a machine does.
/// </summary>
internal sealed class SkipClock : TimeProvider
{
    private static readonly TimeSpan LongestRealWait = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly HashSet<SkipTimer> _timers = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly DateTimeOffset _epoch = DateTimeOffset.UtcNow;
    private long _skipped;

    /// <summary>Where it stands still; negative while it flows.</summary>
    private long _stopped = -1;

    private TimeSpan Elapsed => new TimeSpan(Interlocked.Read(ref _skipped))
        + (Interlocked.Read(ref _stopped) is var stopped and >= 0
            ? new TimeSpan(stopped)
            : Stopwatch.GetElapsedTime(_started));

    public override DateTimeOffset GetUtcNow() => _epoch + Elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Elapsed.Ticks;

    /// <summary>From now on nothing is late, however slow the machine is.</summary>
    public void Stop() => Interlocked.Exchange(ref _stopped, Stopwatch.GetElapsedTime(_started).Ticks);

    /// <summary>It flows again, from where it would be if it had not stopped.</summary>
    public void Go() => Interlocked.Exchange(ref _stopped, -1);

    public void Skip(TimeSpan time)
    {
        Interlocked.Add(ref _skipped, time.Ticks);
        SkipTimer[] timers;
        lock (_gate)
            timers = [.. _timers];
        foreach (SkipTimer timer in timers)
            timer.Arm();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        SkipTimer timer = new(this, callback, state);
        lock (_gate)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SkipTimer : ITimer
    {
        private readonly Lock _gate = new();
        private readonly SkipClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly Timer _real;
        private TimeSpan? _due;
        private TimeSpan _period;
        private bool _disposed;

        public SkipTimer(SkipClock clock, TimerCallback callback, object? state)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _real = new Timer(_ => Tick());
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : _clock.Elapsed + dueTime;
                _period = period;
            }
            Arm();
            return true;
        }

        public void Arm()
        {
            lock (_gate)
            {
                if (_disposed)
                    return;
                TimeSpan wait = _due is { } due ? due - _clock.Elapsed : Timeout.InfiniteTimeSpan;
                if (_due is not null)
                    wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestRealWait ? LongestRealWait : wait;
                _real.Change(wait, Timeout.InfiniteTimeSpan);
            }
        }

        public void Dispose()
        {
            lock (_gate)
                _disposed = true;
            lock (_clock._gate)
                _clock._timers.Remove(this);
            _real.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Tick()
        {
            lock (_gate)
            {
                if (_disposed || _due is not { } due)
                    return;
                if (_clock.Elapsed < due)
                {
                    Arm();
                    return;
                }
                _due = _period > TimeSpan.Zero ? due + _period : null;
            }
            _callback(_state);
            Arm();
        }
    }
}
