using Perdure.Clients;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>Ids that a second run of the seed draws again.</summary>
internal sealed class SimulatedIds(Dice dice) : IIdSource
{
    public string NewId() => $"{dice.Next():x16}{dice.Next():x16}";

    public string NewExecutionId() => $"{dice.Next():x16}{dice.Next():x16}";
}
