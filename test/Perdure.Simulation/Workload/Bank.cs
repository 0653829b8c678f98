using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>What functions depend on: it is away for a while, again and again, as long as things go wrong.</summary>
internal sealed class Bank(World world, Dice dice)
{
    private readonly long _away = dice.Pick(0, 1_000, 6_000), _period = dice.Between(7_000, 20_000);

    /// <summary>Nothing goes wrong any more.</summary>
    public bool IsBack { get; set; }

    public bool IsAway => !IsBack && world.Milliseconds % _period < _away;
}
