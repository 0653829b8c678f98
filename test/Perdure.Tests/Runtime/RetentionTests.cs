using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class RetentionTests(Setup setup) : HubTests(setup)
{
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(10);

    public override async ValueTask InitializeAsync() => await Hub.StartAsync(o =>
    {
        o.Retention.Completed = TimeSpan.FromDays(30);
        o.Retention.Failed = TimeSpan.FromDays(90);
        o.Retention.Terminated = null;
    });

    [Fact]
    public async Task What_ended_long_enough_ago_is_deleted_and_nothing_else()
    {
        Code.Main = async c => await c.WaitForExternalEvent<string>("end") == "fail"
            ? throw new InvalidOperationException("as asked")
            : c.InstanceId;
        string[] ids = [NewId("done"), NewId("failed"), NewId("killed"), NewId("runs")];
        foreach (string id in ids)
            await Client.StartNewAsync("Main", id);
        await Client.RaiseEventAsync(ids[0], "end", "well");
        await Client.RaiseEventAsync(ids[1], "end", "fail");
        await Client.TerminateAsync(ids[2], "enough");
        foreach (string id in ids[..3])
            await Hub.EndAsync(id);

        Hub.Clock.Skip(TimeSpan.FromDays(29));
        Hub.Clock.Skip(Round);
        (await Exist()).ShouldBe([true, true, true, true]);
        await SkipUntil(TimeSpan.FromDays(1), false, true, true, true);
        await Hub.CrashAsync();
        (await Exist()).ShouldBe([false, true, true, true]);
        await SkipUntil(TimeSpan.FromDays(60), false, false, true, true);

        await Client.RaiseEventAsync(ids[3], "end", "well");
        (await Hub.OutputAsync<string>(ids[3])).ShouldBe(ids[3]);
        Hub.Log.All.ShouldContain(l => l.Text.Contains("Completed after 30.00:00:00, Failed after 90.00:00:00"));

        async Task SkipUntil(TimeSpan time, params bool[] expected)
        {
            Hub.Clock.Skip(time);
            await Hub.UntilAsync(async () =>
            {
                Hub.Clock.Skip(Round);
                return (await Exist()).SequenceEqual(expected);
            });
        }

        async Task<bool[]> Exist() => [.. (await Client.GetStatusAsync(ids)).Select(s => s is not null)];
    }

    [Fact]
    public async Task What_was_rewound_is_kept_however_long_ago_it_had_failed()
    {
        TaskCompletionSource gate = new();
        Code.Work = c => throw new InvalidOperationException("broken");
        Code.Main = async c => await c.CallActivityAsync<string>("Work");
        string id = await Client.StartNewAsync("Main");
        await Hub.EndAsync(id);
        Hub.Clock.Skip(TimeSpan.FromDays(89));
        Code.Work = async c =>
        {
            await gate.Task;
            return "done";
        };
        await Client.RewindAsync(id, null);
        Code.Child = c => Task.FromResult<object?>(null);
        string other = await Client.StartNewAsync("Child");
        await Hub.EndAsync(other);
        Hub.Clock.Skip(TimeSpan.FromDays(31));
        // The other one shows that the rounds go on.
        await Hub.UntilAsync(async () =>
        {
            Hub.Clock.Skip(Round);
            return await Client.GetStatusAsync(other) is null;
        });
        gate.SetResult();
        (await Hub.OutputAsync<string>(id)).ShouldBe("done");
    }

    [Fact]
    public async Task Many_are_deleted_page_by_page()
    {
        Code.Main = c => Task.FromResult<object?>(null);
        for (int i = 0; i < 250; i++)
            await Client.StartNewAsync("Main", $"many-{i}");
        await Hub.EndAsync("many-249");
        Hub.Clock.Skip(TimeSpan.FromDays(31));
        await Hub.UntilAsync(async () =>
        {
            Hub.Clock.Skip(Round);
            return (await Client.ListInstancesAsync(new() { PageSize = 1 })).DurableOrchestrationState.Count == 0;
        });
    }
}

public sealed class RetentionOnMemory() : RetentionTests(Setup.Memory);
public sealed class RetentionOnMemoryCold() : RetentionTests(Setup.MemoryCold);
public sealed class RetentionOnSqlite() : RetentionTests(Setup.Sqlite);
public sealed class RetentionOnSqliteCold() : RetentionTests(Setup.SqliteCold);
