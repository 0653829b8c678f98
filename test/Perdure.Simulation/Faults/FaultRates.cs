using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Faults;

/// <summary>How a store call goes wrong.</summary>
internal enum Fate
{
    Fine,
    Unavailable,
    CrashBefore,
    CrashAfter,

    /// <summary>The process dies, and what it sent arrives a while later.</summary>
    CrashInFlight,
    UnknownWritten,
    UnknownNotWritten,

    /// <summary>It stays on the way for longer than a lease may last, and then arrives.</summary>
    Held,

    /// <summary>The process stands still behind it, and learns long afterwards that it was written.</summary>
    PauseAfter,
}

/// <summary>
/// How often things go wrong in one run. The seed decides: some runs are calm, some hostile, some know one fault only.
/// </summary>
internal sealed partial class FaultRates
{
    private readonly Dice _dice;
    private readonly double _unavailable, _crashBefore, _crashAfter, _inFlight, _unknownWritten, _unknownNot, _fence,
        _slow, _slowMax, _read, _step;

    public FaultRates(Dice dice, bool isCluster)
    {
        _dice = dice;
        double level = dice.Pick(0.2, 1.0, 1.0, 3.0);
        double Rate(double rate) => dice.Chance(0.7) ? rate * level : 0;
        _unavailable = Rate(0.02);
        _crashBefore = Rate(0.006);
        _crashAfter = Rate(0.008);
        _inFlight = Rate(0.003);
        _unknownWritten = Rate(0.012);
        _unknownNot = Rate(0.012);
        // Who takes what a living node owns breaks a rule on which some of the checks between nodes rest.
        _fence = isCluster && dice.Chance(0.7) ? 0 : Rate(0.006);
        _slow = Rate(0.05);
        _slowMax = dice.Pick(10, 60, 500);
        _read = Rate(0.006);
        _step = Rate(0.0001);
        CleanStop = Rate(0.01);
        SlowCode = Rate(0.04);
        Resize = Rate(0.01);
        _cluster = isCluster ? new ClusterRates(Rate) : default;
    }

    /// <summary>False in the last phase: then everything must come to an end.</summary>
    public bool IsOn { get; set; } = true;

    public bool ReadsFail => _read > 0;

    public double CleanStop { get; }

    public double SlowCode { get; }

    /// <summary>How often there should be more nodes, or fewer.</summary>
    public double Resize { get; }

    public Fate Commit()
    {
        if (!IsOn)
            return Fate.Fine;
        return _dice.Chance(_unavailable) ? Fate.Unavailable
            : _dice.Chance(_crashBefore) ? Fate.CrashBefore
            : _dice.Chance(_crashAfter) ? Fate.CrashAfter
            : _dice.Chance(_inFlight) ? Fate.CrashInFlight
            : _dice.Chance(_unknownWritten) ? Fate.UnknownWritten
            : _dice.Chance(_unknownNot) ? Fate.UnknownNotWritten
            : _dice.Chance(_cluster.Held) ? Fate.Held
            : _dice.Chance(_cluster.PauseAfter) ? Fate.PauseAfter
            : Fate.Fine;
    }

    public bool Fence() => IsOn && _dice.Chance(_fence);

    public bool ReadFails() => IsOn && _dice.Chance(_read);

    public bool Crash() => IsOn && _dice.Chance(_step);

    /// <summary>Whether a call is answered before it returns, as a store in memory or a warm cache does.</summary>
    public bool IsPrompt() => _dice.Chance(0.2);

    public TimeSpan Delay() =>
        IsOn && _dice.Chance(_slow) ? TimeSpan.FromMilliseconds(1 + _dice.Below((int)_slowMax)) : TimeSpan.Zero;

    public TimeSpan Flight() => TimeSpan.FromMilliseconds(_dice.Below(4_000));

    /// <summary>Whether an entity runs fewer operations than it was given.</summary>
    public bool RunsPart() => IsOn && _dice.Chance(SlowCode);

    public int PartOf(int operations) => _dice.Between(1, operations - 1);

    /// <summary>Whether somebody terminates what is slow while it is.</summary>
    public bool IsOvertaken() => IsOn && _dice.Chance(0.05);

    public TimeSpan CodeDelay() =>
        IsOn && _dice.Chance(SlowCode) ? TimeSpan.FromMilliseconds(1 + _dice.Below(100)) : TimeSpan.Zero;
}
