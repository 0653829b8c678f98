using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Perdure.Core.Stores;
using Perdure.PostgreSql;
using Perdure.Stores.Tests;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Timers of three hosts on one real database, in real time.</summary>
public sealed class PostgreSqlTimerTests : IAsyncLifetime
{
    private readonly string _hub = $"hub_{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<(string Id, DateTimeOffset Time)> _ran = [];
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
    public async Task Each_second_runs_once_although_its_node_dies_and_another_stops()
    {
        await using RealHosts hosts = new(_hub);
        hosts.Code.Tick = call =>
        {
            _ran.Enqueue((call.OccurrenceId, call.OccurrenceTime));
            return Task.CompletedTask;
        };
        List<IHost> running = [];
        for (int i = 0; i < 3; i++)
            running.Add(await StartAsync(hosts));
        await UntilAsync(hosts, 2);

        await hosts.DieAsync(await TakeOwnerAsync(hosts, running));
        int before = _ran.Count;
        await UntilAsync(hosts, before + 3);
        // From a node that does not own it; and the one that does hands it over.
        IHost owner = await TakeOwnerAsync(hosts, running);
        string id = await running[0].Services.GetRequiredService<ITimerClient>().TriggerAsync("Second");
        await hosts.UntilAsync(() => _ran.Any(r => r.Id == id));
        await owner.StopAsync();
        before = _ran.Count;
        await UntilAsync(hosts, before + 2);

        DateTimeOffset[] times = [.. _ran.Where(r => r.Id != id).Select(r => r.Time)];
        DateTimeOffset[] seconds = [.. times.Distinct()];
        seconds.ShouldBe(Enumerable.Range(0, seconds.Length).Select(i => seconds[0].AddSeconds(i)));
        (times.Length - seconds.Length).ShouldBeLessThanOrEqualTo(1, "only what the dead one had begun runs again");
    }

    /// <summary>The one that has the timer; it is not among the others any more.</summary>
    private static async Task<IHost> TakeOwnerAsync(RealHosts hosts, List<IHost> running)
    {
        IHost? owner = null;
        await hosts.UntilAsync(() =>
            (owner = running.Find(h => RealHosts.NodeOf(h).PartitionOf("@@!second").TimerHere("@@!second") is { }))
            is not null);
        running.Remove(owner!);
        return owner!;
    }

    private Task UntilAsync(RealHosts hosts, int count) => hosts.UntilAsync(() => _ran.Count >= count);

    private Task<IHost> StartAsync(RealHosts hosts) => hosts.StartAsync(
        _connectionString, lease: TimeSpan.FromSeconds(3),
        functions: [.. Hub.AllFunctions, typeof(TimerFunctions.EachSecond)],
        last: options => options.Source = new GivenStore(new ProcessStore(
            new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = _connectionString, Schema = _hub }),
            keepsInner: true)));
}
