using System.Net;
using System.Net.Sockets;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class LocalConnectionTests
{
    [Theory]
    [InlineData("Host", "localhost", 404)]
    [InlineData("Host", "LOCALHOST:1234", 404)]
    [InlineData("Host", "127.0.0.1", 404)]
    [InlineData("Host", "[::1]:80", 404)]
    [InlineData("Host", "evil.example", 403)]
    [InlineData("Host", "localhost.evil.example", 403)]
    [InlineData("Host", "127.0.0.1.evil.example", 403)]
    [InlineData("Host", "192.168.0.1", 403)]
    [InlineData("Origin", "http://localhost:3000", 404)]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "http://127.0.0.1.evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "nonsense", 403)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 404)]
    [InlineData("X-Forwarded-For", "127.0.0.1", 403)]
    [InlineData("x-forwarded-proto", "http", 403)]
    [InlineData("X-Forwarded-Anything", "1", 403)]
    [InlineData("Forwarded", "for=127.0.0.1", 403)]
    [InlineData("Via", "1.1 proxy", 403)]
    [InlineData("X-Real-IP", "127.0.0.1", 403)]
    [InlineData("X-Original-For", "127.0.0.1:80", 403)]
    public async Task Without_configuration_only_what_surely_is_of_this_machine_is_served(
        string header, string value, int status)
    {
        await using App app = await App.StartAsync();
        Reply reply = await app.SendAsync("GET", "instances/nothing", headers: (header, value));
        reply.Status.ShouldBe(status, reply.Text);
        if (status == 403)
            reply.Message.ShouldContain("Perdure:Http:Keys");
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    public async Task A_listener_that_others_can_reach_serves_nobody_until_keys_are_configured(string listen)
    {
        await using App app = await App.StartAsync(listen: AnyPort(listen));
        using HttpClient http = new();
        using HttpResponseMessage response =
            await http.GetAsync(new Uri($"http://127.0.0.1:{app.Root.Port}{App.Api}/instances"));
        Reply reply = await Reply.OfAsync(response);
        reply.Status.ShouldBe(403);
        reply.Message.ShouldContain("can be reached by other machines");
        using HttpResponseMessage health =
            await http.GetAsync(new Uri($"http://127.0.0.1:{app.Root.Port}/healthz/ready"));
        health.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_keys_every_listener_serves_who_has_one_and_being_local_is_no_credential()
    {
        await using App app = await App.StartAsync(Credentials.Configure, listen: "http://0.0.0.0:0");
        (await app.GetAsync("instances")).Status.ShouldBe(401);
        (await app.SendAsync("GET", "instances", headers: ("x-functions-key", Credentials.Reader.Key)))
            .Status.ShouldBe(200);
    }

    [Fact]
    public async Task Everybody_is_served_only_where_the_options_say_that_it_is_unsafe()
    {
        await using App app = await App.StartAsync(o => o.UnsafeAllowAnonymous = true, listen: "http://0.0.0.0:0");
        (await app.SendAsync("GET", "instances", headers: ("X-Forwarded-For", "10.0.0.1"))).Status.ShouldBe(200);
    }

    /// <summary>Kestrel takes port 0 of an address only; for all addresses a free one is looked for.</summary>
    private static string AnyPort(string listen)
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        return $"{listen[..^2]}:{port}";
    }
}
