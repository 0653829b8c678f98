using Perdure.Core.Partitions;

namespace Perdure.Tests.Reliable;

/// <summary>The time of a site: that of the machine, or later, or standing still.</summary>
internal sealed class SiteTime
{
    private long _ahead;
    private long _stopped;

    public DateTimeOffset Now => new(
        (Volatile.Read(ref _stopped) is var stopped and not 0 ? stopped : TimeProvider.System.GetUtcNow().Ticks)
            + Volatile.Read(ref _ahead),
        TimeSpan.Zero);

    /// <summary>From now on everything happens at this moment; timers run on.</summary>
    public void Stop() => Volatile.Write(ref _stopped, TimeProvider.System.GetUtcNow().Ticks);

    /// <summary>What a store says whose clock shows this time.</summary>
    public ClusterView Of(ClusterView view)
    {
        long later = (Now - TimeProvider.System.GetUtcNow()).Ticks / TimeSpan.TicksPerMillisecond;
        return view with
        {
            Now = view.Now + later,
            Nodes =
            [
                .. view.Nodes.Select(n => n with
                {
                    Expires = n.Expires == long.MaxValue ? n.Expires : n.Expires + later,
                }),
            ],
        };
    }

    public void Skip(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);
}

/// <summary>The clock of one machine.</summary>
internal sealed class ClockOf(SiteTime time, TimeSpan error) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => time.Now + error;
}
