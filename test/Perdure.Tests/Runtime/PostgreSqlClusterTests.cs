using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Perdure.Hosting;
using Perdure.Runtime;
using Perdure.Stores.Tests;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Hosts as a user starts them, several on one real database.</summary>
public sealed class PostgreSqlClusterTests : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly string _hub = $"hub_{Guid.NewGuid():N}";
    private readonly List<IHost> _hosts = [];
    private readonly Code _code = new();
    private string _connectionString = "";

    public async ValueTask InitializeAsync() => _connectionString = (await PostgreSqlServer.Shared).ConnectionString;

    public async ValueTask DisposeAsync()
    {
        foreach (IHost host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }
        await using NpgsqlConnection connection = new(_connectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand drop = new($"drop schema if exists {_hub} cascade", connection);
        await drop.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task Three_hosts_share_a_hub_and_each_serves_every_instance()
    {
        _code.Main = async c =>
        {
            int child = await c.CallSubOrchestratorAsync<int>("Child", c.GetInput<int>());
            return child + await c.CallEntityAsync<int>(new EntityId("Thing", $"t{c.GetInput<int>()}"), "Add", "x");
        };
        _code.Child = async c => await c.CallActivityAsync<int>("Work", c.GetInput<int>());
        _code.Work = c => Task.FromResult<object?>(c.GetInput<int>() * 2);
        for (int i = 0; i < 3; i++)
            await StartAsync();
        await UntilFairAsync();

        await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            string id = $"order-{i}";
            await Client(i % 3).StartNewAsync("Main", id, i);
            DurableOrchestrationStatus ended = await Client((i + 1) % 3).WaitForCompletionAsync(id, s_deadline);
            ended.Output.GetInt32().ShouldBe((2 * i) + 1, ended.Output.ToString());
        }));

        await _hosts[0].StopAsync();
        _hosts[0].Dispose();
        _hosts.RemoveAt(0);
        await UntilFairAsync();
        await Client(0).StartNewAsync("Main", "after", 100);
        (await Client(1).WaitForCompletionAsync("after", s_deadline)).Output.GetInt32().ShouldBe(201);
    }

    [Fact]
    public async Task What_a_host_did_is_there_when_another_opens_the_hub()
    {
        _code.Main = async c => await c.WaitForExternalEvent<string>("go");
        await StartAsync();
        await Client(0).StartNewAsync("Main", "a");
        await _hosts[0].StopAsync();
        _hosts[0].Dispose();
        _hosts.Clear();

        await StartAsync();
        await Client(0).RaiseEventAsync("a", "go", "now");
        (await Client(0).WaitForCompletionAsync("a", s_deadline)).Output.ToString().ShouldBe("now");
    }

    private IDurableClient Client(int host) => _hosts[host].Services.GetRequiredService<IDurableClient>();

    private async Task StartAsync()
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(_code);
        builder.Services.AddPerdure(options =>
        {
            options.TaskHub = _hub;
            options.UsePostgreSql(_connectionString);
            foreach (Type type in Hub.AllFunctions)
                options.FunctionTypes.Add(type);
        });
        IHost host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();
    }

    private async Task UntilFairAsync()
    {
        DateTime end = DateTime.UtcNow + s_deadline;
        int[] owned;
        do
        {
            owned = [.. _hosts.Select(h => h.Services.GetRequiredService<PerdureHost>().Node.Owned)];
            if (DateTime.UtcNow > end)
                throw new TimeoutException($"The shares are {string.Join(", ", owned)}.");
            await Task.Delay(1); // Allowed: between two looks at a condition.
        }
        while (owned.Sum() != 32 || owned.Max() - owned.Min() > 1);
    }
}
