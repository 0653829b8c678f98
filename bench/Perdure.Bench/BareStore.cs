using Perdure.Core.Stores;

namespace Perdure.Bench;

/// <summary>A store with nothing in front of it: one batch after the other, as a lane sends them.</summary>
internal sealed class BareStore : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly PartitionEpoch[] _fences;
    private long _batches;

    private BareStore(IStore store, HubInfo hub, PartitionEpoch[] fences) =>
        (_store, Hub, _fences) = (store, hub, fences);

    public HubInfo Hub { get; }

    public static async Task<BareStore> OpenAsync(BenchOptions options, string name)
    {
        string path = BenchHost.PathOf(options, name);
        BenchHost.Clean(options, path);
        IStore store = BenchHost.StoreOf(options, path);
        HubInfo hub = await store.OpenAsync(0, CancellationToken.None);
        PartitionEpoch[] fences = new PartitionEpoch[hub.Partitions];
        for (int i = 0; i < fences.Length; i++)
            fences[i] = new PartitionEpoch(i, (await store.OpenPartitionAsync(i, 0, CancellationToken.None))!.Epoch);
        return new BareStore(store, hub, fences);
    }

    public async ValueTask CommitAsync(IReadOnlyList<TurnRows> turns)
    {
        CommitResult result = await _store.CommitAsync(new Batch
        {
            Node = Hub.Node,
            Lane = 0,
            Number = ++_batches,
            At = 1,
            Fences = _fences,
            Turns = turns,
        });
        if (result.Outcome != CommitOutcome.Committed)
            throw new InvalidOperationException($"{result.Outcome}: {result.Detail}");
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
