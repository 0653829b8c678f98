using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Entities as their users see them, over restarts and crashes.</summary>
public abstract class EntityTests(Setup setup) : HubTests(setup)
{
    private static readonly EntityId A = new("Thing", "a");
    private static readonly EntityId B = new("Thing", "b");

    [Fact]
    public async Task An_entity_is_there_with_its_first_operation_and_gone_with_its_state()
    {
        (await Client.ReadEntityStateAsync<List<string>>(A)).EntityExists.ShouldBeFalse();
        await Client.SignalEntityAsync(A, "Add", "one");
        await Hub.UntilAsync(async () => (await StateAsync(A)) is ["one"]);
        await Hub.CrashAsync();
        await Client.SignalEntityAsync(A, "add", "not an operation");
        await Client.SignalEntityAsync(A, "Add", "two");
        await Hub.UntilAsync(async () => (await StateAsync(A)) is ["one", "two"]);
        await Client.SignalEntityAsync(A, "Delete");
        await Hub.UntilAsync(async () => !(await Client.ReadEntityStateAsync<List<string>>(A)).EntityExists);
        (await Hub.Store.ReadEntityAsync(A.ToString(), default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_call_is_answered_and_what_it_throws_reaches_the_caller_and_changes_nothing()
    {
        Code.Main = async c =>
        {
            int count = await c.CallEntityAsync<int>(A, "Add", "one");
            string thrown = (await FailureOf(c.CallEntityAsync(A, "Fail"))).ErrorMessage;
            return new object[] { count, thrown, await c.CallEntityAsync<List<string>>(A, "Get") };
        };
        System.Text.Json.JsonElement output = (await Hub.RunAsync()).Output;
        output[0].GetInt32().ShouldBe(1);
        output[1].GetString().ShouldBe("It must not.");
        output[2].GetArrayLength().ShouldBe(1);
        (await Client.ReadEntityStateAsync<List<string>>(new EntityId("Thing", "other"))).EntityExists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_failed_signal_is_logged_once_as_a_warning_and_a_failed_call_is_the_affair_of_its_caller()
    {
        await Client.SignalEntityAsync(A, "Fail");
        Code.Main = async c => (await FailureOf(c.CallEntityAsync(B, "Fail"))).ErrorMessage;
        await Hub.RunAsync();
        LogLine[] lines = [];
        await Hub.UntilAsync(() =>
        {
            lines = [.. Hub.Log.All.Where(l => l.Text.Contains("Operation Fail ", StringComparison.Ordinal))];
            return lines.Length >= 2;
        });
        LogLine signal = lines.Single(l => l.Text.Contains(A.ToString(), StringComparison.Ordinal));
        (signal.Event.Id, signal.Level).ShouldBe((43, Microsoft.Extensions.Logging.LogLevel.Warning));
        signal.Text.ShouldContain("System.InvalidOperationException: It must not.");
        signal.Text.ShouldContain(nameof(ThingOperations));
        LogLine call = lines.Single(l => l.Text.Contains(B.ToString(), StringComparison.Ordinal));
        (call.Event.Id, call.Level).ShouldBe((45, Microsoft.Extensions.Logging.LogLevel.Debug));
        call.Exception.ShouldBeOfType<InvalidOperationException>();
    }

    [Fact]
    public async Task Signals_of_one_sender_are_run_in_their_order()
    {
        string[] sent = [.. Enumerable.Range(0, 200).Select(i => $"{i}")];
        Code.Main = async c =>
        {
            foreach (string text in sent)
                c.SignalEntity(A, "Add", text);
            return await c.CallEntityAsync<List<string>>(A, "Get");
        };
        (await Hub.OutputAsync<string[]>(await Client.StartNewAsync("Main"))).ShouldBe(sent);
        for (int i = 0; i < 50; i++)
            await Client.SignalEntityAsync(B, "Add", $"{i}");
        await Hub.UntilAsync(async () => (await StateAsync(B)).Count == 50);
        (await StateAsync(B)).ShouldBe([.. sent[..50]]);
    }

    [Fact]
    public async Task Entities_signal_entities_and_start_orchestrations()
    {
        string id = NewId();
        Code.Main = c => Task.FromResult<object?>(c.GetInput<string>());
        await Client.SignalEntityAsync(A, "Pass", "b");
        await Hub.UntilAsync(async () => (await StateAsync(B)) is ["a"]);
        await Client.SignalEntityAsync(A, "Start", id);
        await Hub.UntilAsync(async () =>
            (await Client.ListInstancesAsync(new() { Name = "Main" })).DurableOrchestrationState.SingleOrDefault()
                ?.RuntimeStatus == OrchestrationRuntimeStatus.Completed);
        (await Client.ListInstancesAsync(new())).DurableOrchestrationState.Single().Output.GetString().ShouldBe(id);
    }

    [Fact]
    public async Task A_scheduled_signal_comes_at_its_time_and_not_before_also_after_a_crash()
    {
        DateTime due = Hub.Clock.GetUtcNow().UtcDateTime.AddHours(3);
        Code.Main = c =>
        {
            c.SignalEntity(A, due.AddHours(1), "Add", "later");
            return Task.FromResult<object?>(null);
        };
        await Client.SignalEntityAsync(A, due, "Add", "at its time");
        await Hub.RunAsync();
        await Hub.CrashAsync();
        Hub.Clock.Skip(TimeSpan.FromHours(2));
        (await Client.ReadEntityStateAsync<List<string>>(A)).EntityExists.ShouldBeFalse();
        Hub.Clock.Skip(TimeSpan.FromHours(1));
        await Hub.UntilAsync(async () => (await StateAsync(A)) is ["at its time"]);
        await Hub.CrashAsync();
        Hub.Clock.Skip(TimeSpan.FromHours(1));
        await Hub.UntilAsync(async () => (await StateAsync(A)) is ["at its time", "later"]);
    }

    [Fact]
    public async Task Waiting_operations_become_one_turn()
    {
        TaskCompletionSource begun = new(), go = new();
        int largest = 0;
        Code.Thing = async c =>
        {
            largest = Math.Max(largest, c.BatchSize);
            if (c.OperationName == "Block")
            {
                begun.SetResult();
                await go.Task;
            }
            else
                await ThingOperations.RunAsync(c);
        };
        Task blocked = Client.SignalEntityAsync(A, "Block");
        await begun.Task;
        // They are acknowledged although the entity is busy.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Client.SignalEntityAsync(A, "Add", $"{i}")));
        await blocked;
        go.SetResult();
        await Hub.UntilAsync(async () => (await StateAsync(A)).Count == 20);
        largest.ShouldBe(20);
    }

    [Fact]
    public async Task A_scheduled_signal_is_acknowledged_although_what_was_taken_with_it_still_runs()
    {
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Code.Thing = async c =>
        {
            if (c.OperationName == "Block")
                await go.Task;
            else
                await ThingOperations.RunAsync(c);
        };
        DateTime due = Hub.Clock.GetUtcNow().UtcDateTime.AddHours(3);
        // Of many, some are in the mailbox together when the first turn is taken.
        EntityId[] all = [.. Enumerable.Range(0, 50).Select(i => new EntityId("Thing", $"{i}"))];
        await Task.WhenAll(all.SelectMany(e => (Task[])
            [Client.SignalEntityAsync(e, due, "Add", "later"), Client.SignalEntityAsync(e, "Block")]))
            .WaitAsync(TimeSpan.FromSeconds(20));
        go.SetResult();
        await Hub.CrashAsync();
        Hub.Clock.Skip(TimeSpan.FromHours(3));
        foreach (EntityId entity in all)
            await Hub.UntilAsync(async () => (await StateAsync(entity)) is ["later"]);
    }

    [Fact]
    public async Task What_was_acknowledged_while_the_entity_was_busy_survives_a_crash_once()
    {
        TaskCompletionSource begun = new();
        Code.Thing = async c =>
        {
            if (c.OperationName == "Block")
            {
                begun.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(c.GetInput<TimeSpan>());
            }
            else
                await ThingOperations.RunAsync(c);
        };
        await Client.SignalEntityAsync(A, "Block", TimeSpan.FromDays(1));
        await begun.Task;
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Client.SignalEntityAsync(A, "Add", $"{i}")));
        await Hub.DieAsync();
        Code.Thing = ThingOperations.RunAsync;
        await Hub.StartAsync();
        await Hub.UntilAsync(async () => (await StateAsync(A)).Count == 5);
        (await StateAsync(A)).Order().ShouldBe(["0", "1", "2", "3", "4"]);
    }

    [Fact]
    public async Task An_entity_without_code_fails_the_caller_and_keeps_its_state()
    {
        await Client.SignalEntityAsync(A, "Add", "one");
        await Hub.UntilAsync(async () => (await StateAsync(A)) is ["one"]);
        await Hub.StopAsync();
        Hub.Functions = [.. Hub.AllFunctions.Where(t => t.Name != "ThingFunction")];
        await Hub.StartAsync();
        Code.Main = async c => (await FailureOf(c.CallEntityAsync(A, "Get"))).ErrorType;
        (await Hub.RunAsync()).Output.GetString().ShouldBe("Perdure.EntityNotFound");
        await Should.ThrowAsync<ArgumentException>(() => Client.SignalEntityAsync(A, "Add", "two"));
        (await StateAsync(A)).ShouldBe(["one"]);
    }

    [Fact]
    public async Task Entities_are_listed_by_name_and_key_a_page_at_a_time()
    {
        string[] keys = ["", "a", "a@b", "b", "ä", "\U0001F600"];
        foreach (string key in keys)
            await Client.SignalEntityAsync(new EntityId("Thing", key), "Add", key);
        // A signal that waited for its turn is a row when it is acknowledged.
        EntityQuery all = new() { EntityName = "THING" };
        await Hub.UntilAsync(() => Client.ListEntitiesAsync(all).Result.Entities.Count == keys.Length);
        List<string> found = [];
        EntityQuery query = new() { EntityName = "THING", PageSize = 4, FetchState = true };
        do
        {
            EntityQueryResult page = await Client.ListEntitiesAsync(query);
            page.Entities.Count.ShouldBeLessThanOrEqualTo(4);
            found.AddRange(page.Entities.Select(e => e.EntityId.EntityKey));
            page.Entities.ShouldAllBe(e => e.State[0].GetString() == e.EntityId.EntityKey);
            query.ContinuationToken = page.ContinuationToken;
        }
        while (query.ContinuationToken is not null);
        found.ShouldBe(keys);
        (await Client.ListEntitiesAsync(new EntityQuery { EntityName = "nothing" })).Entities.ShouldBeEmpty();
        await Should.ThrowAsync<ArgumentException>(
            () => Client.ListEntitiesAsync(new EntityQuery { ContinuationToken = "no token" }));
        (await Client.CleanEntityStorageAsync(true, true)).ShouldBe(default);
    }

    /// <summary>Not by an assertion: that would await it outside of the turn.</summary>
    private static async Task<FailureDetails> FailureOf(Task call)
    {
        try
        {
            await call;
        }
        catch (FunctionFailedException e)
        {
            return e.Failure;
        }
        throw new InvalidOperationException("It did not fail.");
    }

    private async Task<List<string>> StateAsync(EntityId id) =>
        (await Client.ReadEntityStateAsync<List<string>>(id)).EntityState ?? [];
}

public sealed class EntityOnMemory() : EntityTests(Setup.Memory);

public sealed class EntityOnMemoryCold() : EntityTests(Setup.MemoryCold);

public sealed class EntityOnSqlite() : EntityTests(Setup.Sqlite);
