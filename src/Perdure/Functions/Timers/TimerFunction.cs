using Perdure.Core.Circuits;
using Perdure.Core.Timers;
using Perdure.Functions.Triggers;

namespace Perdure.Functions.Timers;

/// <summary>The function of a timer, ready to be called.</summary>
/// <param name="Consumer">What the core knows of it.</param>
/// <param name="Code">How it is called; what it returns goes to <paramref name="Returns"/>.</param>
/// <param name="Returns">Where its result goes; null for nowhere.</param>
internal sealed record TimerFunction(TimerConsumer Consumer, ActivityFunction Code, OutputPlace? Returns)
{
    /// <summary>Wherever it sends something.</summary>
    public IReadOnlyList<OutputPlace> Outputs { get; init; } = [];

    /// <summary>It is switched off: what is due waits, and runs by its policy for what was missed.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>The circuits that must let it run.</summary>
    public IReadOnlyList<(string Name, CircuitRules Rules)> Circuits { get; init; } = [];
}
