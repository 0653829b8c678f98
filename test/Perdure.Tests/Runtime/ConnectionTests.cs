using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Core.Stores;
using Perdure.Stores.Tests;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>
/// How hosts come to their database: through TLS, with a role that may do little, with passwords that change, through a
/// pooler. The server takes nobody without a password or without TLS, except the tests themselves.
/// </summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly RealHosts _hosts = new("orders");
    private PostgreSqlServer _server = null!;

    /// <summary>What a host needs beside user and password.</summary>
    private string Plain => $"Host=127.0.0.1;Port={_server.Port};Database=app";

    public async ValueTask InitializeAsync()
    {
        _server = await PostgreSqlServer.StartAsync(durable: false);
        await _server.AskAsync("create role keeper login password 'keeps'");
        await _server.AskAsync("create role runner login password 'first'");
        await _server.AskAsync("create database app owner keeper");
        _hosts.Code.Main = async c => await c.CallActivityAsync<string>("Work", c.GetInput<string>());
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
    public async Task A_password_that_changes_is_taken_up_by_a_host_that_runs_under_a_role_without_rights(
        bool byFile)
    {
        await MigrateAsync();
        await _server.AdmitAsync("host all all 127.0.0.1/32 scram-sha-256");
        string password = "first";
        string file = Path.Combine(_server.Folder, "passwords");
        await WriteAsync(password);
        IHost host = byFile
            ? await _hosts.StartAsync($"{Plain};Username=runner;Passfile={file}", o => o.Migrate = false)
            : await _hosts.StartAsync($"{Plain};Username=runner", o =>
            {
                o.Migrate = false;
                o.Password = _ => ValueTask.FromResult(password);
            });
        await RunAsync(host, "before");

        await _server.AskAsync("alter role runner password 'second'");
        await RunAsync(host, "on old connections");
        // First without the new one: nothing comes through, and nothing ends for it.
        await _server.AskAsync(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'runner'");
        Task<string> waiting = RunAsync(host, "while it is wrong");
        await _hosts.UntilAsync(() => _hosts.Log.All.Any(l => Text(l).Contains("28P01", StringComparison.Ordinal)));
        await WriteAsync(password = "second");

        (await waiting).ShouldBe("while it is wrong!");
        await RunAsync(host, "after");
        (await _server.AskAsync(
            "select string_agg(distinct usename || rolsuper, ',') from pg_stat_activity join pg_roles "
            + "on rolname = usename where datname = 'app'")).ShouldBe("runnerfalse");

        Task WriteAsync(string text) =>
            File.WriteAllTextAsync(file, $"127.0.0.1:{_server.Port}:app:runner:{text}\n");
    }

    [Fact]
    public async Task A_host_speaks_TLS_with_a_server_whose_certificate_it_knows_and_with_no_other()
    {
        string root = await _server.UseTlsAsync();
        await _server.AdmitAsync("hostssl all all 127.0.0.1/32 scram-sha-256");
        string secure = $"{Plain};Username=keeper;Password=keeps;SSL Mode=VerifyFull";

        await Should.ThrowAsync<StoreException>(() => _hosts.StartAsync(secure));
        await Should.ThrowAsync<StoreException>(
            () => _hosts.StartAsync($"{Plain};Username=keeper;Password=keeps;SSL Mode=Disable"));
        IHost host = await _hosts.StartAsync($"{secure};Root Certificate={root}");

        await RunAsync(host, "secret");
        (await _server.AskAsync(
            "select count(*) > 2 and bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) "
            + "where datname = 'app'")).ShouldBe("True");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hosts_work_behind_a_pooler_in_transaction_mode(bool listens)
    {
        if (!Pooler.IsInstalled)
            Assert.Skip("The package 'pgbouncer' is not installed; eng/test.sh installs it.");
        await using Pooler pooler = await Pooler.StartAsync(_server, "keeper", "keeps");
        string pooled = $"Host=127.0.0.1;Port={pooler.Port};Database=app;Username=keeper;Password=keeps;"
            + "Max Auto Prepare=0";
        void Choose(PostgreSqlOptions options) =>
            options.ListenConnectionString = listens ? $"{Plain};Username=keeper;Password=keeps" : "";
        IHost[] hosts =
        [
            await _hosts.StartAsync(pooled, Choose, TimeSpan.FromSeconds(3)),
            await _hosts.StartAsync(pooled, Choose, TimeSpan.FromSeconds(3)),
        ];
        await _hosts.UntilAsync(() => hosts.All(h => RealHosts.NodeOf(h).Owned == 16));

        string[] results = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            string id = $"o{i}";
            await RealHosts.Client(hosts[i % 2]).StartNewAsync("Main", id, id);
            return (await RealHosts.Client(hosts[(i + 1) % 2]).WaitForCompletionAsync(id, s_deadline)).Output
                .GetString()!;
        }));

        results.ShouldBe(Enumerable.Range(0, 40).Select(i => $"o{i}!"));
        (await _server.AskAsync(
            "select count(*)::text from pg_stat_activity where application_name = 'perdure listener'"))
            .ShouldBe(listens ? "2" : "0");
        _hosts.Log.All.ShouldNotContain(l => l.Level > LogLevel.Warning);
        // Fewer sessions than the hosts have connections: they are shared.
        int sessions = int.Parse((await _server.AskAsync(
            "select count(*)::text from pg_stat_activity where datname = 'app' and application_name "
            + "<> 'perdure listener'"))!, System.Globalization.CultureInfo.InvariantCulture);
        sessions.ShouldBeLessThanOrEqualTo(Pooler.Sessions);
    }

    private static async Task<string> RunAsync(IHost host, string input)
    {
        string id = $"id {input}";
        await RealHosts.AskAsync(() => RealHosts.Client(host).StartNewAsync("Main", id, input));
        return (await RealHosts.Client(host).WaitForCompletionAsync(id, s_deadline)).Output.GetString()!;
    }

    private static string Text(LogLine line) => $"{line.Text} {line.Exception}";

    /// <summary>The tables are those of another role; the one that runs the hosts may only write rows.</summary>
    private async Task MigrateAsync()
    {
        PostgreSql.HubSchema schema = new($"{Plain};Username=keeper;Password=keeps", "orders");
        await schema.MigrateAsync("runner", default);
    }
}
