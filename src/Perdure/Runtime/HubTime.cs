using Perdure.Core.Partitions;

namespace Perdure.Runtime;

/// <summary>
/// The time of the hub: where nodes share a store its clock, as far as this node can tell, so that machines whose
/// clocks are wrong agree on what is due and on what came when. Timers run by the clock of the machine.
/// </summary>
internal sealed class HubTime(TimeProvider machine) : TimeProvider
{
    private long _error;

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() =>
        machine.GetUtcNow().AddMilliseconds(Volatile.Read(ref _error));

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>The store has said what time it is, in an answer to a question that was asked then.</summary>
    public void Heard(long store, long askedAt)
    {
        long here = machine.GetUtcNow().ToUnixTimeMilliseconds();
        long roundTrip = (long)machine.GetElapsedTime(askedAt).TotalMilliseconds;
        Volatile.Write(ref _error, ClockError.After(_error, store, here, roundTrip));
    }
}
