using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure.Cli.Tests.Support;

namespace Perdure.Cli.Tests.Hubs;

/// <summary>A host goes on with a hub that was moved as if nothing had happened.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private static readonly EntityId s_later = new("Counter", "later");

    private Places _places = null!;

    public async ValueTask InitializeAsync() => _places = await Places.CreateAsync();

    public ValueTask DisposeAsync() => _places.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_that_waited_goes_on_where_the_hub_is_now(bool toDatabase)
    {
        (string file, string schema) = (_places.NewFile(), _places.NewSchema());
        Action<PerdureOptions> onFile = o => o.UseSqlite(file);
        Action<PerdureOptions> onDatabase = o => o.UsePostgreSql(_places.Connection);
        string[] places = ["--from", file, "--to", _places.Connection];
        using (IHost before = await StartAsync(schema, toDatabase ? onFile : onDatabase, isOpen: false))
        {
            await BeginAsync(before.Services.GetRequiredService<IDurableClient>());
            await before.StopAsync();
        }

        await Shell.MustAsync(
            ["hub", "move", "--schema", schema, .. toDatabase ? places : ["--from", places[3], "--to", places[1]]]);

        using IHost after = await StartAsync(schema, toDatabase ? onDatabase : onFile, isOpen: true);
        await EndAsync(after.Services.GetRequiredService<IDurableClient>());
        await after.StopAsync();
    }

    private static async Task BeginAsync(IDurableClient client)
    {
        await client.StartNewAsync("Holder", "holder");
        await UntilAsync(async () => (await client.GetStatusAsync("holder"))!.CustomStatus.ToString() == "holds it");
        DateTime soon = DateTime.UtcNow.AddSeconds(6);
        await client.StartNewAsync("Waiter", "waiter");
        await client.StartNewAsync("Timer", "timer", soon);
        await client.StartNewAsync("Event", "event");
        await client.StartNewAsync("Parent", "parent");
        await client.StartNewAsync("Activity", "activity");
        await client.StartNewAsync("Failing", "failing");
        await client.StartNewAsync("Event", "suspended");
        await client.StartNewAsync("Event", "terminated");
        await client.StartNewAsync("Waiter", new StartOptions { InstanceId = "delayed", StartAt = soon }, null);
        await client.SignalEntityAsync(s_later, soon, "Add", 5);
        await client.SuspendAsync("suspended", "for the move");
        await client.TerminateAsync("terminated", "for the move");
        // Half of what it waits for is in its history, or unread.
        await client.RaiseEventAsync("event", "go", "one ");
        await client.RaiseEventAsync("suspended", "go", "one ");
        await client.WaitForCompletionAsync("failing", s_patience);
        await UntilAsync(async () => (await client.GetStatusAsync("child"))?.RuntimeStatus
            == OrchestrationRuntimeStatus.Running);
        await UntilAsync(async () => (await client.GetStatusAsync("suspended"))!.RuntimeStatus
            == OrchestrationRuntimeStatus.Suspended);
    }

    private static async Task EndAsync(IDurableClient client)
    {
        (await client.GetStatusAsync("failing"))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        (await client.GetStatusAsync("terminated"))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        (await client.GetStatusAsync("suspended"))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Suspended);
        await client.ResumeAsync("suspended", "it is there");
        await client.RaiseEventAsync("suspended", "go", "two");
        await client.RaiseEventAsync("event", "go", "two");
        await client.RaiseEventAsync("child", "go", "one ");
        await client.RaiseEventAsync("child", "go", "two");
        await client.RaiseEventAsync("holder", "go");

        (await OutputAsync("timer")).ShouldBe("rang");
        (await OutputAsync("event")).ShouldBe("one two");
        (await OutputAsync("suspended")).ShouldBe("one two");
        (await OutputAsync("parent")).ShouldBe("child: one two");
        (await OutputAsync("activity")).ShouldBe("\u0000 🐧");
        // Whoever came first has the lock first.
        (await OutputAsync("holder")).ShouldBe("1");
        string[] others = [await OutputAsync("waiter"), await OutputAsync("delayed")];
        others.Order().ShouldBe(["2", "3"]);
        await UntilAsync(async () => (await client.ReadEntityStateAsync<int>(s_later)).EntityState == 5);

        async Task<string> OutputAsync(string id)
        {
            DurableOrchestrationStatus ended = await client.WaitForCompletionAsync(id, s_patience);
            ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, $"{id}: {ended.Output}");
            return ended.Output.ToString();
        }
    }

    private static async Task<IHost> StartAsync(string hub, Action<PerdureOptions> place, bool isOpen)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(new MovingFunctions.Gate { IsOpen = isOpen });
        builder.Services.AddPerdure(options =>
        {
            options.TaskHub = hub;
            options.DrainTimeout = TimeSpan.FromSeconds(1);
            foreach (Type type in MovingFunctions.All)
                options.FunctionTypes.Add(type);
            place(options);
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        DateTime end = DateTime.UtcNow + s_patience;
        while (!await condition())
        {
            if (DateTime.UtcNow > end)
                throw new TimeoutException("What the test waits for has not come.");
            await Task.Delay(1); // Allowed: between two looks at a condition.
        }
    }
}
