using Perdure.Core.Entities;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Execution.Entities;

namespace Perdure.Runtime.Offers;

/// <summary>Runs operations of entities here if their code is here, and on a node that has it if it is not.</summary>
internal sealed class OperationsElsewhere(IEntityExecutor here, Node node) : IEntityExecutor
{
    public bool OffersEntity(string name) => here.OffersEntity(name) || IsElsewhere(name);

    public ValueTask<EntityRun> RunAsync(EntityBatch batch, CancellationToken stopping)
    {
        (string name, _) = EntityInstanceIds.Split(batch.InstanceId);
        return here.OffersEntity(name) || !IsElsewhere(name)
            ? here.RunAsync(batch, stopping)
            : RunElsewhereAsync(name, batch, stopping);
    }

    private bool IsElsewhere(string name) => node.Leases.OffersElsewhere(CodeNames.Entity(name));

    private async ValueTask<EntityRun> RunElsewhereAsync(
        string name, EntityBatch batch, CancellationToken stopping)
    {
        OfferedOperations operations = new();
        node.PartitionOf(batch.InstanceId).Offer(
            batch.InstanceId, default, CodeNames.Entity(name), EntityRunCodec.Encode(batch), operations);
        return await operations.Result.WaitHereAsync(stopping);
    }
}
