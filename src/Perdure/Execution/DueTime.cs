namespace Perdure.Execution;

/// <summary>The times of timers and scheduled signals, as the engine counts them.</summary>
internal static class DueTime
{
    /// <summary>
    /// In milliseconds since 1970, rounded up, because nothing is ever early; times without a kind are UTC, as
    /// orchestrators see time.
    /// </summary>
    public static long Milliseconds(DateTime time)
    {
        DateTime utc = time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time;
        long ticks = Math.Max(0, utc.Ticks - DateTime.UnixEpoch.Ticks);
        return (ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
    }
}
