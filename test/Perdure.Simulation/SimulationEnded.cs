namespace Perdure.Simulation;

/// <summary>A check has failed: nothing of this run needs to go on.</summary>
internal sealed class SimulationEnded(string reason) : Exception(reason);
