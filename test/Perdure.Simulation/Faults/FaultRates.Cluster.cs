namespace Perdure.Simulation.Faults;

/// <summary>What goes wrong between nodes.</summary>
internal sealed partial class FaultRates
{
    private readonly ClusterRates _cluster;

    /// <summary>Whether a process stands still from this step on, as one does that is swapped out or stopped.</summary>
    public bool Pauses() => IsOn && _dice.Chance(_cluster.Pause);

    /// <summary>Whether the store does not renew the lease of a node for a while.</summary>
    public bool RenewalFails() => IsOn && _dice.Chance(_cluster.RenewalFails);

    public bool RenewalIsSlow() => IsOn && _dice.Chance(_cluster.RenewalIsSlow);

    public bool IsLost() => IsOn && _dice.Chance(_cluster.Lost);

    public bool IsLate() => IsOn && _dice.Chance(_cluster.Late);

    public bool IsDoubled() => IsOn && _dice.Chance(_cluster.Doubled);

    public bool ClockJumps() => IsOn && _dice.Chance(_cluster.ClockJumps);

    /// <summary>Whether what was slow was slow on the way there; else it was on the way back.</summary>
    public bool IsOnItsWay() => _dice.Chance(0.5);

    public TimeSpan ClockJump() => TimeSpan.FromMilliseconds(_dice.Between(-5_000, 5_000));

    public TimeSpan Lateness() => TimeSpan.FromMilliseconds(_dice.Below(3_000));

    /// <summary>A time that often is longer than a lease.</summary>
    public TimeSpan About(TimeSpan lease) => lease * (_dice.Between(3, 25) / 10.0);

    private readonly struct ClusterRates(Func<double, double> rate)
    {
        public readonly double Pause = rate(0.0003);
        public readonly double RenewalFails = rate(0.01);
        public readonly double RenewalIsSlow = rate(0.03);
        public readonly double Held = rate(0.005);
        public readonly double PauseAfter = rate(0.003);
        public readonly double Lost = rate(0.05);
        public readonly double Late = rate(0.05);
        public readonly double Doubled = rate(0.03);
        public readonly double ClockJumps = rate(0.01);
    }
}
