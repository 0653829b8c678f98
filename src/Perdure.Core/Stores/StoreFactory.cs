using Perdure.Core.Stores.Histories;
using Perdure.Hosting;

namespace Perdure.Core.Stores;

/// <summary>Makes the store of a host.</summary>
internal abstract class StoreFactory : StoreSource
{
    /// <param name="taskHub">The name of the hub.</param>
    public abstract IStore Create(string taskHub);

    /// <summary>The histories of the same hub, for somebody who only looks; null when it has no place.</summary>
    /// <param name="taskHub">The name of the hub.</param>
    public virtual IHistorySource? Histories(string taskHub) => null;
}

/// <summary>For tests: a store that outlives the host, or one that fails.</summary>
internal sealed class GivenStore(IStore store) : StoreFactory
{
    public override IStore Create(string taskHub) => store;
}
