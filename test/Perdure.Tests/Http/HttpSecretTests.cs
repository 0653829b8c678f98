using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Tests.Http.Support;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Http.Support.WebServer;

namespace Perdure.Tests.Http;

/// <summary>Tokens and secret headers reach the server, and neither the file nor the log.</summary>
public sealed class HttpSecretTests() : HttpTests(Setup.Sqlite)
{
    private const string Canary = "canary-7d1f";

    private readonly Tokens _tokens = new();

    private protected override void Configure(PerdureOptions options)
    {
        base.Configure(options);
        HttpSecretOptions secret = new() { Value = $"secret {Canary}" };
        secret.Hosts.Add($"127.0.0.1:{Server.Port}");
        secret.Hosts.Add("*.allowed.example");
        options.Http.Secrets.Add("payments", secret);
        Hub.Services = s => s
            .AddSingleton<IHttpTokenProvider>(new Tokens { Kind = "other" })
            .AddSingleton<IHttpTokenProvider>(_tokens);
    }

    public override async ValueTask InitializeAsync()
    {
        // Services are registered by the first start already.
        Configure(new PerdureOptions());
        await base.InitializeAsync();
    }

    [Fact]
    public async Task A_token_is_got_for_each_request_and_stays_out_of_file_and_log()
    {
        Server.Answers(r => r.Line.StartsWith("POST") ? Say(202, "", "Location: /state") : Say(200, "done"));
        DurableHttpRequest request = new(
            HttpMethod.Post, Server.Uri(),
            tokenSource: new ManagedIdentityTokenSource(
                "https://vault.example/", new ManagedIdentityOptions(new Uri("https://login.example/"), "tenant-1")))
        {
            SecretHeaders = new Dictionary<string, string> { ["X-Pay"] = "PAYMENTS" },
        };
        Code.Main = async c => await TellAsync(() => c.CallHttpAsync(c.GetInput<DurableHttpRequest>()));
        string id = await Client.StartNewAsync("Main", new StartOptions(), request);
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        await Hub.RestartAsync();
        Hub.Clock.Skip(TimeSpan.FromSeconds(30));
        (await Hub.OutputAsync<string>(id)).ShouldBe("200 done");

        Server.Requests.Select(r => r["Authorization"]).ShouldBe(
            [$"Bearer token 1 {Canary}", $"Bearer token 2 {Canary}"]);
        Server.Requests.Select(r => r["X-Pay"]).ShouldBe([$"secret {Canary}", $"secret {Canary}"]);
        HttpTokenRequest asked = _tokens.Asked[0];
        (asked.Kind, asked.Resource).ShouldBe((ManagedIdentityTokenSource.Kind, "https://vault.example/"));
        asked.Options.ShouldBe(new Dictionary<string, string>
        {
            ["authorityHost"] = "https://login.example/", ["tenantId"] = "tenant-1",
        });
        asked.RequestUri.ShouldBe(Server.Uri());

        await Hub.StopAsync();
        byte[] file = await File.ReadAllBytesAsync(Hub.SqlitePath);
        file.AsSpan().IndexOf(Encoding.UTF8.GetBytes("https://vault.example/")).ShouldBeGreaterThan(0);
        file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Canary)).ShouldBe(-1);
        Hub.Log.All.ShouldNotContain(l => l.Text.Contains(Canary) || $"{l.Exception}".Contains(Canary));
        await Hub.StartAsync();
    }

    [Fact]
    public async Task A_kind_without_a_provider_is_told_how_to_get_one()
    {
        (await CallAsync(new(HttpMethod.Get, Server.Uri(), tokenSource: new CustomTokenSource("mine", "r"))))
            .ShouldContain("no provider of that kind is registered. Add one: "
                + "services.AddSingleton<IHttpTokenProvider, YourTokens>(), with the Kind 'mine'.");
        Server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_provider_throws_is_the_failure_of_the_call()
    {
        _tokens.Throws = new FormatException("no luck");
        (await CallAsync(new(HttpMethod.Get, Server.Uri(), tokenSource: new ManagedIdentityTokenSource("r"))))
            .ShouldBe("FunctionFailedException: The activity function 'BuiltIn::HttpActivity' failed: \"no luck\". See "
                + "the log for more.");
    }

    [Fact]
    public async Task A_secret_goes_to_its_hosts_only()
    {
        Hosts["a.allowed.example"] = Hosts["b.example"] = ["127.0.0.1"];
        (await SecretAsync(new Uri($"http://a.allowed.example:{Server.Port}/"))).ShouldBe("200 ");
        Server.Requests[0]["X-Pay"].ShouldBe($"secret {Canary}");
        (await SecretAsync(new Uri($"http://b.example:{Server.Port}/"))).ShouldBe(
            "HttpRequestException : The secret 'payments' may not be sent to 'b.example'. If it should, add that host "
            + "to Perdure:Http:Secrets:payments:Hosts.");
        (await SecretAsync(Server.Uri(), "unknown")).ShouldStartWith(
            "HttpRequestException : There is no secret 'unknown' for durable HTTP calls.");
        Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Secrets_and_tokens_do_not_follow_a_redirect_to_another_origin()
    {
        await using WebServer other = new();
        Server.Answers(_ => Say(307, "", $"Location: {other.Uri()}"));
        (await CallAsync(new(HttpMethod.Get, Server.Uri(), tokenSource: new ManagedIdentityTokenSource("r"))
        {
            SecretHeaders = new Dictionary<string, string> { ["X-Pay"] = "payments" },
        })).ShouldBe("200 ");
        other.Requests[0]["X-Pay"].ShouldBeNull();
        other.Requests[0]["Authorization"].ShouldBeNull();
    }

    [Fact]
    public async Task A_secret_that_stands_in_the_history_is_warned_of_once()
    {
        DurableHttpRequest request = new(HttpMethod.Get, Server.Uri());
        request.Headers.Add("authorization", $"Basic {Canary}");
        request.Headers.Add("X-Mine", "no secret");
        await CallAsync(request);
        await CallAsync(request);
        LogLine line = Hub.Log.All.Where(l => l.Event.Id == 60).ShouldHaveSingleItem();
        line.Text.ShouldStartWith("A durable HTTP call sends the header authorization, whose value then stands in the");
    }

    [Fact]
    public async Task A_token_source_that_cannot_be_described_is_refused_by_the_call()
    {
        Code.Main = async c => await TellAsync(() => c.CallHttpAsync(
            new DurableHttpRequest(HttpMethod.Get, Server.Uri(), tokenSource: new OwnSource())));
        (await Hub.OutputAsync<string>(await Client.StartNewAsync("Main")))!.ShouldStartWith(
            "ArgumentException: A token source of the type Perdure.Tests.Http.HttpSecretTests.OwnSource cannot be kept "
            + "in the history. Use ManagedIdentityTokenSource or CustomTokenSource");
    }

    [Fact]
    public async Task A_token_source_and_a_header_of_its_own_exclude_each_other()
    {
        DurableHttpRequest both = new(HttpMethod.Get, Server.Uri(), tokenSource: new ManagedIdentityTokenSource("r"));
        both.Headers.Add("Authorization", "Basic x");
        (await CallAsync(both)).ShouldStartWith("ArgumentException: The request has a token source, which makes the");
    }

    private Task<string> SecretAsync(Uri uri, string secret = "payments")
    {
        return CallAsync(new(HttpMethod.Get, uri)
        {
            SecretHeaders = new Dictionary<string, string> { ["X-Pay"] = secret },
        });
    }

    private sealed class OwnSource : ITokenSource
    {
        public Task<string> GetTokenAsync() => Task.FromResult("own");
    }

    private sealed class Tokens : IHttpTokenProvider
    {
        public List<HttpTokenRequest> Asked { get; } = [];

        public Exception? Throws { get; set; }

        public string Kind { get; init; } = ManagedIdentityTokenSource.Kind;

        public Task<string> GetTokenAsync(HttpTokenRequest request, CancellationToken cancellationToken = default)
        {
            Asked.Add(request);
            return Throws is null ? Task.FromResult($"token {Asked.Count} {Canary}") : throw Throws;
        }
    }
}
