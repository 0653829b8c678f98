using Perdure.Clients;
using Perdure.Core.Stores;

namespace Perdure.AspNetCore.Tests.Support;

/// <summary>Looks up the trace that an instance was started with, which no client shows.</summary>
internal static class StoredTraces
{
    public static async Task<string?> OfAsync(App app, string instanceId)
    {
        InstanceSnapshot? snapshot = await app.Parts.Node.OpenStore.ReadSnapshotAsync(instanceId, default);
        return StatusView.StartOf(snapshot!).TraceParent;
    }
}
