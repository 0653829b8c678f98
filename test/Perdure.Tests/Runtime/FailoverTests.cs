using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Core.Stores;
using Perdure.Stores.Tests;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>
/// What hosts do when the server under them is another one: an older one, or a standby that has everything.
/// </summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private const int Waiting = 20;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly RealHosts _hosts = new("hub");
    private PostgreSqlServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgreSqlServer.StartAsync(durable: true);
        _hosts.Code.Main = async c =>
        {
            string word = await c.WaitForExternalEvent<string>("go");
            return await c.CallActivityAsync<string>("Work", word);
        };
        _hosts.Code.Work = c => Task.FromResult<object?>(c.GetInput<string>() + "!");
    }

    public async ValueTask DisposeAsync()
    {
        await _hosts.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_whose_database_went_back_to_an_older_backup_stops_and_says_so(bool isBusy)
    {
        IHost host = await _hosts.StartAsync(_server.ConnectionString, lease: TimeSpan.FromSeconds(6));
        IDurableClient client = RealHosts.Client(host);
        await client.StartNewAsync("Main", "before");
        await using PostgreSqlServer backup = _server.Backup();
        await client.StartNewAsync("Main", "after");
        await client.RaiseEventAsync("before", "go", "lost");
        await client.WaitForCompletionAsync("before", s_deadline);
        _server.End();
        await backup.BeginAsync();

        Task request = isBusy ? RealHosts.AskAsync(() => client.StartNewAsync("Main", "later")) : Task.CompletedTask;
        Exception? end = await RealHosts.EndOfAsync(host, s_deadline);

        end.ShouldBeOfType<StoreException>().EndsNode.ShouldBeTrue();
        end.Message.ShouldContain("which it had acknowledged");
        end.Message.ShouldContain("start the host again");
        _hosts.Log.All.ShouldContain(l => l.Level == LogLevel.Critical && l.Text.Contains(end.Message));
        if (isBusy)
            await Should.ThrowAsync<InvalidOperationException>(request);
        (await backup.AskAsync("select string_agg(id, ' ' order by id) from hub.instances")).ShouldBe("before");
        (await backup.AskAsync("select max(node)::text from hub.commits")).ShouldBe("1");

        // Started again, it goes on from what is there.
        IDurableClient again = RealHosts.Client(await _hosts.StartAsync(_server.ConnectionString));
        await again.RaiseEventAsync("before", "go", "kept");
        (await again.WaitForCompletionAsync("before", s_deadline)).Output.GetString().ShouldBe("kept!");
        (await again.GetStatusAsync("after")).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_is_lost_when_a_synchronous_standby_takes_over_and_the_hosts_go_on_by_themselves()
    {
        await using PostgreSqlServer standby = await _server.StandbyAsync();
        await _server.AskAsync("alter system set synchronous_standby_names = '*'");
        await _server.AskAsync("select pg_reload_conf()");
        string both = $"Host=127.0.0.1:{_server.Port},127.0.0.1:{standby.Port};Username=postgres;Database=postgres";
        IHost[] hosts = [await _hosts.StartAsync(both), await _hosts.StartAsync(both)];
        ConcurrentDictionary<string, string> started = new(), done = new();
        using CancellationTokenSource enough = new();

        // Those who wait, and an endless load.
        await Task.WhenAll(Enumerable.Range(0, Waiting).Select(i => BeginAsync($"waits-{i}", hosts[i % 2])));
        Task[] load = [.. Enumerable.Range(0, 8).Select(i => LoadAsync(i, hosts[i % 2]))];
        await _hosts.UntilAsync(() => done.Count > 50);
        _server.Kill();
        string[] before = [.. done.Keys];
        await standby.AskAsync("select 1");
        standby.Promote();
        int then = done.Count;
        await _hosts.UntilAsync(() => done.Count > then + 50);
        await enough.CancelAsync();
        await Task.WhenAll(load);

        foreach (string id in started.Keys.Where(id => id.StartsWith("waits", StringComparison.Ordinal)))
            await RealHosts.Client(hosts[0]).RaiseEventAsync(id, "go", id);
        foreach (string id in started.Keys)
        {
            DurableOrchestrationStatus status =
                await RealHosts.Client(hosts[1]).WaitForCompletionAsync(id, s_deadline);
            status.Output.ToString().ShouldBe($"{id}!");
        }
        before.Length.ShouldBeGreaterThan(50);
        (await standby.AskAsync("select pg_is_in_recovery()")).ShouldBe("False");
        _hosts.Log.All.ShouldNotContain(l => l.Level == LogLevel.Critical);
        hosts.ShouldAllBe(h => RealHosts.NodeOf(h).Loss == null);

        async Task BeginAsync(string id, IHost host)
        {
            await RealHosts.AskAsync(() => RealHosts.Client(host).StartNewAsync("Main", id));
            started[id] = id;
        }

        async Task LoadAsync(int lane, IHost host)
        {
            for (int i = 0; !enough.IsCancellationRequested; i++)
            {
                string id = $"load-{lane}-{i}";
                await BeginAsync(id, host);
                await RealHosts.AskAsync(() => RealHosts.Client(host).RaiseEventAsync(id, "go", id));
                // Each is acknowledged before the next is asked for.
                done[id] = id;
            }
        }
    }
}
