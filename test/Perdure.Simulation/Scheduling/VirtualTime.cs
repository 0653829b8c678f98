namespace Perdure.Simulation.Scheduling;

/// <summary>The clock of one process. It may be set off against the world's, as clocks of machines are.</summary>
internal sealed class VirtualTime(World world, SimulatedProcess owner, TimeSpan offset) : TimeProvider
{
    public static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TimeSpan _offset = offset;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Beginning.AddTicks(world.Ticks) + _offset;

    /// <summary>Somebody sets the clock. Time that is measured goes on as it did.</summary>
    public void Jump(TimeSpan by) => _offset += by;

    public override long GetTimestamp() => world.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        VirtualTimer timer = new(world, owner, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer of a process; it dies with it.</summary>
internal sealed class VirtualTimer(World world, SimulatedProcess owner, TimerCallback callback, object? state) : ITimer
{
    private const int SpinsMax = 1_000;

    private int _version;
    private long _firedAt = -1;
    private int _firedThen;
    private TimeSpan _period;
    private bool _disposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
            return false;
        _version++;
        _period = period;
        if (dueTime != Timeout.InfiniteTimeSpan)
            world.Arm(this, _version, dueTime);
        return true;
    }

    public void Fire(int version)
    {
        if (version != _version || _disposed || owner.IsDead)
            return;
        _firedThen = _firedAt == world.Ticks ? _firedThen + 1 : 0;
        _firedAt = world.Ticks;
        if (_firedThen > SpinsMax)
            world.Spin ??= $"{callback.Method.DeclaringType}.{callback.Method.Name} of process {owner.Number}";
        if (_period > TimeSpan.Zero)
            world.Arm(this, version, _period);
        world.Queue(owner, () =>
        {
            if (!_disposed)
                callback(state);
        });
    }

    public void Dispose() => _disposed = true;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
