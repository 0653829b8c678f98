using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>
/// User code that blocks its thread delays no acknowledgement, and what was acknowledged survives a crash.
/// </summary>
public abstract class AcknowledgeTests(Setup setup) : HubTests(setup)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_first_turn_that_blocks_delays_neither_start_nor_event_nor_terminate()
    {
        using Block block = new(Code);
        string id = NewId();
        await Client.StartNewAsync("Main", id, 0).WaitAsync(Soon);
        await block.Entered.WaitAsync(Soon);
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        await Should.ThrowAsync<OrchestrationAlreadyExistsException>(
            () => Client.StartNewAsync("Main", id, 1).WaitAsync(Soon));
        await Client.RaiseEventAsync(id, "e", 1).WaitAsync(Soon);
        await Should.ThrowAsync<InvalidOperationException>(() => Client.PurgeInstanceHistoryAsync(id).WaitAsync(Soon));
        await Client.SuspendAsync(id, "hold").WaitAsync(Soon);
        await Client.TerminateAsync(id, "stop").WaitAsync(Soon);
        (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        block.Release();
        // What the overtaken run answers now counts for nothing, and the id is free.
        await Client.StartNewAsync("Main", id, 2);
        await Client.RaiseEventAsync(id, "e", 3);
        (await Hub.OutputAsync<int>(id)).ShouldBe(3);
    }

    [Fact]
    public async Task After_a_crash_in_a_blocking_turn_the_instance_runs_with_all_that_was_acknowledged()
    {
        using Block block = new(Code);
        string id = await Client.StartNewAsync("Main", NewId(), 0).WaitAsync(Soon);
        await block.Entered.WaitAsync(Soon);
        for (int i = 1; i <= 3; i++)
            await Client.RaiseEventAsync(id, i == 1 ? "e" : "other", i).WaitAsync(Soon);
        await Hub.DieAsync();
        block.Release();
        await Hub.StartAsync();
        (await Hub.OutputAsync<int>(id)).ShouldBe(1);
    }

    [Fact]
    public async Task A_blocked_turn_goes_on_with_what_was_recorded_meanwhile()
    {
        using Block block = new(Code);
        string id = await Client.StartNewAsync("Main", NewId(), 0).WaitAsync(Soon);
        await block.Entered.WaitAsync(Soon);
        await Client.RaiseEventAsync(id, "e", 7).WaitAsync(Soon);
        block.Release();
        (await Hub.OutputAsync<int>(id)).ShouldBe(7);
        (await Hub.StatusAsync(id, true)).History!.Count(e => e.EventType == "EventRaised").ShouldBe(1);
    }

    [Fact]
    public async Task Terminate_of_a_blocked_later_turn_wins_and_nothing_of_the_run_is_left()
    {
        using Block block = new(Code) { BlocksAfterFirstEvent = true };
        string id = await Client.StartNewAsync("Main", NewId(), 0);
        await Client.RaiseEventAsync(id, "e", 1);
        await block.Entered.WaitAsync(Soon);
        await Client.TerminateAsync(id, "stop").WaitAsync(Soon);
        block.Release();
        await Hub.CrashAsync();
        DurableOrchestrationStatus status = await Hub.StatusAsync(id, true);
        status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        status.History!.Count(e => e.EventType == "ExecutionCompleted").ShouldBe(1);
        status.History!.Count(e => e.EventType == "EventRaised").ShouldBe(1);
    }

    [Fact]
    public async Task Many_blocked_and_unblocked_instances_acknowledge_everything_once()
    {
        // Turns that end about when the deadline passes: the two ways of becoming durable meet.
        Code.Main = async c =>
        {
            int sum = 0;
            for (int i = 0; i < 5; i++)
            {
                if (!c.IsReplaying)
                    Thread.Sleep(10 + (c.InstanceId[^1] + i) % 20); // Allowed: code that blocks is what is tested.
                sum += await c.WaitForExternalEvent<int>("e");
            }
            return sum;
        };
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            string id = await Client.StartNewAsync("Main");
            for (int i = 1; i <= 5; i++)
                await Client.RaiseEventAsync(id, "e", i);
            (await Hub.OutputAsync<int>(id)).ShouldBe(15);
            (await Hub.StatusAsync(id, true)).History!.Count(e => e.EventType == "EventRaised").ShouldBe(5);
        })));
        Hub.Log.All.ShouldNotContain(l => l.Event.Id == 11 || l.Event.Id == 12);
    }

    /// <summary>An orchestrator that blocks its thread in its first live run.</summary>
    private sealed class Block : IDisposable
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gate = new();
        private int _blocked;

        public Block(Code code) => code.Main = async c =>
        {
            if (!BlocksAfterFirstEvent)
                Enter();
            int value = await c.WaitForExternalEvent<int>("e");
            if (BlocksAfterFirstEvent)
                Enter();
            return value;
        };

        public bool BlocksAfterFirstEvent { get; init; }

        public Task Entered => _entered.Task;

        public void Release() => _gate.Set();

        public void Dispose() => _gate.Set();

        private void Enter()
        {
            if (Interlocked.Exchange(ref _blocked, 1) != 0)
                return;
            _entered.TrySetResult();
            _gate.Wait();
        }
    }
}

public sealed class AcknowledgeOnMemory() : AcknowledgeTests(Setup.Memory);
public sealed class AcknowledgeOnMemoryCold() : AcknowledgeTests(Setup.MemoryCold);
public sealed class AcknowledgeOnSqlite() : AcknowledgeTests(Setup.Sqlite);
public sealed class AcknowledgeOnSqliteCold() : AcknowledgeTests(Setup.SqliteCold);
