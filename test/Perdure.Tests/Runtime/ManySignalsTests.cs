using Perdure.Core;
using Perdure.Runtime;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Much waits for one entity, and nobody else notices.</summary>
public sealed class ManySignalsTests() : HubTests(Setup.Memory)
{
    private static readonly EntityId A = new("Thing", "a");

    [Fact]
    public async Task A_locked_entity_with_100_000_waiting_signals_slows_no_other_and_has_only_their_headers_in_memory()
    {
        const int Count = 100_000, Batch = 20_000, Others = 100;
        // What is sent is the number of those before it: so the state tells whether all came, and in order.
        Code.Thing = c =>
        {
            int next = c.GetState<int>();
            c.SetState(c.GetInput<int>() == next ? next + 1 : throw new InvalidOperationException($"{next} is next."));
            return Task.CompletedTask;
        };
        Code.Main = async c =>
        {
            using (await c.LockAsync(A))
                await c.WaitForExternalEvent("go");
            return null;
        };
        string holder = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(async () =>
            await Hub.Store.ReadEntityAsync(A.ToString(), default) is { Holder: not null });
        for (int sent = 0; sent < Count; sent += Batch)
            await Task.WhenAll(Enumerable.Range(sent, Batch).Select(i => Client.SignalEntityAsync(A, "Count", i)));

        Partition partition = Hub.Host.Node.PartitionOf(A.ToString());
        (int messages, int bodies) = partition.WaitingFor(A.ToString());
        messages.ShouldBe(Count);
        bodies.ShouldBeLessThanOrEqualTo(Limits.Default.BodiesInMemoryMax);

        // Others of the same partition go on: an entity, and orchestrations with activities.
        Code.Work = c => Task.FromResult<object?>(c.GetInput<int>());
        Code.Child = async c => await c.CallActivityAsync<int>("Work", 7);
        EntityId free = BesideA(key => new EntityId("Thing", key), id => id.ToString());
        for (int i = 0; i < Others; i++)
            await Client.SignalEntityAsync(free, "Count", i);
        await Hub.UntilAsync(async () => (await Client.ReadEntityStateAsync<int>(free)).EntityState == Others);
        string beside = BesideA(key => key, key => key);
        await Client.StartNewAsync("Child", beside);
        (await Hub.OutputAsync<int>(beside)).ShouldBe(7);
        partition.WaitingFor(A.ToString()).ShouldBe((messages, bodies));
        (await Client.ReadEntityStateAsync<int>(A)).EntityExists.ShouldBeFalse();

        await Client.RaiseEventAsync(holder, "go");
        await Hub.UntilAsync(async () => (await Client.ReadEntityStateAsync<int>(A)).EntityState == Count);
        partition.WaitingFor(A.ToString()).ShouldBe((0, 0));

        T BesideA<T>(Func<string, T> make, Func<T, string> idOf) => Enumerable.Range(0, 1000)
            .Select(i => make($"beside-{i}")).First(x => Hub.Host.Node.PartitionOf(idOf(x)) == partition);
    }
}
