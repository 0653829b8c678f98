using Perdure.Core.Entities;

namespace Perdure.Runtime;

/// <summary>Operations of an entity that wait for their row.</summary>
internal sealed class CarefulEntityTurn(Resident resident, EntityTurn turn)
    : CarefulWork(Care.KeyOf(resident.Id), $"the operation '{turn.Operations[0].Name}' of the entity '{resident.Id}'")
{
    public override bool IsWanted_NeedsLock() => resident.RunningTurn == turn;

    public override void Run() => resident.Partition.RunOperations(resident, turn);

    public override void Fail(FailureDetails failure) =>
        resident.Partition.ConcludeOperations(resident, turn, null, failure);

    public override void Skip()
    {
        // It holds nothing but its place; whoever drops the turn has its messages, or the store has.
    }
}
