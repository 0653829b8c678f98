using System.Diagnostics;
using Perdure.Core.Entities;

namespace Perdure.Execution.Entities;

/// <summary>A program without entity functions. Locks work all the same: they need no code.</summary>
internal sealed class NoEntities : IEntityExecutor
{
    public static readonly NoEntities Instance = new();

    public bool OffersEntity(string name) => false;

    public ValueTask<EntityRun> RunAsync(EntityBatch batch, CancellationToken stopping) =>
        throw new UnreachableException($"There is no code for '{batch.InstanceId}'.");
}
