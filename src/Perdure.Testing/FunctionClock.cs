namespace Perdure.Testing;

/// <summary>The clock as functions get it from the services: whoever waits by it is waited for.</summary>
internal sealed class FunctionClock(VirtualClock clock) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.Create(callback, state, dueTime, period, isOfFunctions: true);
}
