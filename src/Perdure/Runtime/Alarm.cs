namespace Perdure.Runtime;

/// <summary>
/// Wakes somebody at a time of the hub, or earlier: timers of the platform take no more than some weeks, clocks are
/// set, and machines sleep. So whoever is woken looks at the clock.
/// </summary>
internal sealed class Alarm : IDisposable
{
    private readonly Node _node;
    private readonly ITimer _timer;
    private readonly long _longest;
    private long _at;

    /// <param name="node">Whose clock it goes by.</param>
    /// <param name="longest">It rings after this time at the latest.</param>
    /// <param name="ring">Called without a lock.</param>
    public Alarm(Node node, TimeSpan longest, Action ring)
    {
        (_node, _longest) = (node, (long)longest.TotalMilliseconds);
        _timer = node.Time.CreateTimer(
            static r => ((Action)r!)(), ring, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        node.Alarms.Add(this);
    }

    /// <summary>When it was set to ring the last time, in milliseconds since 1970.</summary>
    public long At => Volatile.Read(ref _at);

    /// <param name="at">In milliseconds since 1970; what is over is now.</param>
    public void SetTo(long at)
    {
        Volatile.Write(ref _at, at);
        long wait = Math.Clamp(at - _node.Now, 0, _longest);
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
        // The clock may have been set between the two.
        if (wait > 0 && _node.Now >= at)
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _node.Alarms.Remove(this);
        _timer.Dispose();
    }
}
