using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Critical sections over restarts and crashes: never two in one, and none that stays locked.</summary>
public abstract class LockTests(Setup setup) : HubTests(setup)
{
    private static readonly EntityId A = new("Thing", "a");
    private static readonly EntityId B = new("Thing", "b");
    private static readonly EntityId C = new("Thing", "c");

    [Fact]
    public async Task The_sample_of_the_documents_runs_without_an_entity_function()
    {
        EntityId lockId = new("LockEntity", "MyLockIdentifier");
        Code.Main = async c =>
        {
            using (await c.LockAsync(lockId))
            {
                c.IsLocked(out IReadOnlyList<EntityId> owned).ShouldBeTrue();
                return owned.Single().ToString();
            }
        };
        (await Hub.RunAsync()).Output.GetString().ShouldBe("@lockentity@MyLockIdentifier");
        await AllFreeAsync();
    }

    [Fact]
    public async Task Only_one_orchestration_is_in_the_section_at_a_time()
    {
        int inside = 0, most = 0;
        Code.Work = c =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            return Task.FromResult<object?>(null);
        };
        Code.Other = c =>
        {
            Interlocked.Decrement(ref inside);
            return Task.FromResult<object?>(null);
        };
        Code.Main = async c =>
        {
            EntityId[] both = c.GetInput<int>() % 2 == 0 ? [A, B] : [B, A, A];
            using (await c.LockAsync(both))
            {
                await c.CallActivityAsync("Work");
                await c.CallEntityAsync(A, "Add", c.InstanceId);
                await c.CallActivityAsync("Other");
            }
            return null;
        };
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Client.StartNewAsync("Main", null, i)));
        foreach (string id in ids)
            (await Hub.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        most.ShouldBe(1);
        (await Client.ReadEntityStateAsync<List<string>>(A)).EntityState!.Count.ShouldBe(20);
        await AllFreeAsync();
    }

    [Fact]
    public async Task Others_wait_while_an_entity_is_locked_and_what_they_sent_survives_a_crash()
    {
        Code.Main = Holder;
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(async () => (await LockedAsync()).Count == 2);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Client.SignalEntityAsync(A, "Add", $"{i}")));
        await Hub.CrashAsync();
        (await Client.ReadEntityStateAsync<List<string>>(A)).EntityExists.ShouldBeFalse();
        Code.Child = async c => await c.CallEntityAsync<int>(A, "Add", "call");
        string caller = await Client.StartNewAsync("Child");
        await Hub.UntilAsync(async () => await Client.ExplainAsync(caller) is { } why
            && why.Contains($"which '{id}' has locked", StringComparison.Ordinal));
        await Client.RaiseEventAsync(id, "go");
        (await Hub.OutputAsync<int>(caller)).ShouldBe(6);
        await AllFreeAsync();
    }

    public static TheoryData<string> Endings =>
        ["dispose", "return", "throw", "terminate", "continue", "overtake"];

    [Theory, MemberData(nameof(Endings))]
    public async Task Every_ending_lets_go_of_every_lock(string ending)
    {
        Code.Work = async c =>
        {
            await new TaskCompletionSource().Task.WaitAsync(c.CancellationToken);
            return null;
        };
        Code.Main = async c =>
        {
            if (c.GetInput<string>() == "again")
                return null;
            IDisposable section = await c.LockAsync(A, B, C);
            await c.WaitForExternalEvent("go");
            switch (ending)
            {
                case "dispose": section.Dispose(); section.Dispose(); break;
                case "throw": throw new InvalidOperationException("It must not.");
                case "continue": c.ContinueAsNew("again"); break;
                case "overtake": await c.CallActivityAsync("Work"); break;
            }
            return null;
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(async () => (await LockedAsync()).Count == 3);
        if (ending != "terminate")
            await Client.RaiseEventAsync(id, "go");
        if (ending == "overtake")
            await Hub.UntilHistoryAsync(id, "TaskScheduled");
        if (ending is "terminate" or "overtake")
            await Client.TerminateAsync(id, "enough");
        await Hub.EndAsync(id);
        await AllFreeAsync();
        Code.Child = async c =>
        {
            using (await c.LockAsync(C, B, A))
                return await c.CallEntityAsync<int>(A, "Add", "next");
        };
        (await Hub.OutputAsync<int>(await Client.StartNewAsync("Child"))).ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_ends_while_waiting_takes_its_request_back()
    {
        Code.Main = Holder;
        string holder = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(async () => (await LockedAsync()).Count == 2);
        Code.Child = async c =>
        {
            using (await c.LockAsync(B, C))
                return null;
        };
        string waiter = await Client.StartNewAsync("Child");
        await Hub.UntilAsync(async () => await Client.ExplainAsync(waiter) is { } why
            && why.Contains("the lock of the entity '@thing@b'", StringComparison.Ordinal));
        await Client.TerminateAsync(waiter, "enough");
        await Client.RaiseEventAsync(holder, "go");
        await Hub.EndAsync(holder);
        await AllFreeAsync();
    }

    [Fact]
    public async Task A_locked_entity_with_many_waiting_signals_keeps_little_in_memory_and_loses_none()
    {
        const int Count = 5_000;
        Code.Main = Holder;
        string holder = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(async () => (await LockedAsync()).Count == 2);
        Code.Child = c =>
        {
            for (int i = 0; i < Count; i++)
                c.SignalEntity(A, "Add", $"{i}");
            return Task.FromResult<object?>(null);
        };
        await Hub.EndAsync(await Client.StartNewAsync("Child"));
        await Client.SignalEntityAsync(new EntityId("Thing", "free"), "Add", "not slowed");
        await Client.RaiseEventAsync(holder, "go");
        await Hub.UntilAsync(
            async () => (await Client.ReadEntityStateAsync<List<string>>(A)).EntityState?.Count == Count);
        (await Client.ReadEntityStateAsync<List<string>>(A)).EntityState
            .ShouldBe([.. Enumerable.Range(0, Count).Select(i => $"{i}")]);
    }

    private static async Task<object?> Holder(IDurableOrchestrationContext c)
    {
        using (await c.LockAsync(A, B))
            await c.WaitForExternalEvent("go");
        return null;
    }

    private async Task<IReadOnlyList<EntityRow>> LockedAsync() => (await Hub.Store.QueryEntitiesAsync(
        new EntityRowQuery { Locked = true, WithoutState = true, PageSize = 100 }, default)).Entities;

    private Task AllFreeAsync() => Hub.UntilAsync(async () => (await LockedAsync()).Count == 0);
}

public sealed class LockOnMemory() : LockTests(Setup.Memory);

public sealed class LockOnMemoryCold() : LockTests(Setup.MemoryCold);

public sealed class LockOnSqlite() : LockTests(Setup.Sqlite);
