using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Perdure.Core.Stores;
using Perdure.PostgreSql;
using Perdure.Stores.Tests;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>A circuit of three hosts on one real database.</summary>
public sealed class PostgreSqlCircuitTests : IAsyncLifetime
{
    private const string Name = "fn:Item";

    private readonly string _hub = $"hub_{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<string> _ran = [];
    private volatile bool _isAway = true;
    private string _connectionString = "";

    public async ValueTask InitializeAsync() => _connectionString = (await PostgreSqlServer.Shared).ConnectionString;

    public async ValueTask DisposeAsync()
    {
        await using NpgsqlConnection connection = new(_connectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand drop = new($"drop schema if exists {_hub} cascade", connection);
        await drop.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task Hundred_failures_on_three_hosts_leave_it_closed_and_one_more_opens_it_once_for_all()
    {
        await using RealHosts hosts = new(_hub);
        hosts.Code.Item = call =>
        {
            if (_isAway)
                throw new DeadLetterException("the bank is away");
            _ran.Enqueue(call.Item);
            return Task.CompletedTask;
        };
        IHost[] three = [await StartAsync(hosts), await StartAsync(hosts), await StartAsync(hosts)];
        await hosts.UntilAsync(() => three.All(h => RealHosts.NodeOf(h).Owned > 0));
        await SendAsync(three, 0, 100);
        await hosts.UntilAsync(async () => (await CircuitAsync(three[1]))!.Failures == 100);
        (await CircuitAsync(three[2]))!.Status.ShouldBe(CircuitStatus.Closed);

        await SendAsync(three, 100, 1);
        await hosts.UntilAsync(async () => (await CircuitAsync(three[0]))!.Status == CircuitStatus.Open);
        await hosts.UntilAsync(() => three.All(
            h => RealHosts.NodeOf(h).Circuits.Find(Name)?.Known is { Admits: false }));
        _isAway = false;
        await SendAsync(three, 101, 30);
        await hosts.UntilAsync(() => three.Sum(Waiting) == 30);
        _ran.ShouldBeEmpty("no host runs anything");

        // Whoever dies takes nothing along, the circuit neither.
        await hosts.DieAsync(three[0]);
        (await three[2].Services.GetRequiredService<ICircuitClient>().ResumeAsync(Name, "ada")).By.ShouldBe("ada");
        await hosts.UntilAsync(() => _ran.Count >= 30);
        _ran.Order().ShouldBe(Enumerable.Range(101, 30).Select(i => $"{i}").Order());
        Circuit circuit = (await CircuitAsync(three[1]))!;
        (circuit.Status, circuit.Epoch).ShouldBe((CircuitStatus.Closed, 1));
        hosts.Log.All.Count(l => l.Event.Id == 80).ShouldBe(1, "one notification for its opening");
    }

    private static int Waiting(IHost host)
    {
        Perdure.Runtime.Node node = RealHosts.NodeOf(host);
        return Enumerable.Range(0, node.Partitions).Sum(p => node.Partition(p).QueuedHere("items").Messages);
    }

    private static async Task SendAsync(IHost[] hosts, int first, int count)
    {
        for (int i = first; i < first + count; i++)
            await hosts[i % 3].Services.GetRequiredService<IQueueClient>().SendAsync("items", $"{i}");
    }

    private static Task<Circuit?> CircuitAsync(IHost host) =>
        host.Services.GetRequiredService<ICircuitClient>().GetAsync(Name);

    private Task<IHost> StartAsync(RealHosts hosts) => hosts.StartAsync(
        _connectionString, lease: TimeSpan.FromSeconds(3),
        last: options =>
        {
            options.Circuits.Default.Window = TimeSpan.FromMinutes(10);
            options.Source = new GivenStore(new ProcessStore(
                new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = _connectionString, Schema = _hub }),
                keepsInner: true));
        });
}
