using Perdure.Core.Entities;
using Perdure.Core.Identity;
using Perdure.Execution.Entities;

namespace Perdure.Runtime.Usage;

/// <summary>
/// Runs the entities of this process and measures it. Operations that run together are one execution.
/// </summary>
internal sealed class MeteredEntities(IEntityExecutor here, Node node) : IEntityExecutor
{
    public bool OffersEntity(string name) => here.OffersEntity(name);

    public ValueTask<EntityRun> RunAsync(EntityBatch batch, CancellationToken stopping)
    {
        (string name, _) = EntityInstanceIds.Split(batch.InstanceId);
        if (!here.OffersEntity(name))
            return here.RunAsync(batch, stopping);
        UsageRun usage = node.Usage.Begin(UsageTrigger.Entity, name);
        ValueTask<EntityRun> run = here.RunAsync(batch, stopping);
        if (!run.IsCompletedSuccessfully)
            return EndLaterAsync(run, usage);
        EntityRun result = run.Result;
        End(usage, result);
        return new ValueTask<EntityRun>(result);
    }

    private static async ValueTask<EntityRun> EndLaterAsync(ValueTask<EntityRun> run, UsageRun usage)
    {
        try
        {
            EntityRun result = await run;
            End(usage, result);
            return result;
        }
        catch
        {
            // Nothing was run, or nobody knows what.
            usage.Leave();
            throw;
        }
    }

    private static void End(UsageRun usage, EntityRun run) =>
        usage.End(failed: run.Outcomes.Any(o => o.Failure is not null));
}
