namespace Perdure.Core.Circuits;

/// <summary>What becomes of a circuit, and what it asks for in the same commit.</summary>
internal sealed record CircuitTurn(CircuitState State)
{
    /// <summary>For the engine's own queue; without the name of the circuit.</summary>
    public IReadOnlyList<CircuitNotice> Notices { get; init; } = [];

    /// <summary>When it wants to hear of the time; null for never.</summary>
    public long? TickAt { get; init; }
}
