using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>Where functions are served, and that they start orchestrations.</summary>
public sealed class RouteTests
{
    [Theory]
    [InlineData("GET", "/api/ByName", HttpStatusCode.OK)]
    [InlineData("DELETE", "/api/byname", HttpStatusCode.OK)]
    [InlineData("POST", "/api/things/1", HttpStatusCode.OK)]
    [InlineData("GET", "/api/things/1", HttpStatusCode.OK)]
    [InlineData("PUT", "/api/things/1", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/api/things/a", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/ByName", HttpStatusCode.NotFound)]
    public async Task Routes_and_methods_decide(string method, string path, HttpStatusCode status)
    {
        await using Site site = await Site.StartAsync(typeof(Routed));

        using HttpResponseMessage response = await site.SendAsync(method, path);

        response.StatusCode.ShouldBe(status);
    }

    [Theory]
    [InlineData("v1/x", "/v1/x/ByName")]
    [InlineData("", "/ByName")]
    [InlineData("/outer/", "/outer/ByName")]
    public async Task The_prefix_is_an_option(string prefix, string path)
    {
        await using Site site = await Site.StartAsync(typeof(Routed), o => o.RoutePrefix = prefix);

        (await site.AskAsync("GET", path)).ShouldBe("200 by name");
    }

    [Fact]
    public async Task A_function_starts_an_orchestration_and_answers_with_its_addresses()
    {
        await using Site site = await Site.StartAsync(typeof(Routed));

        using HttpResponseMessage response = await site.SendAsync("POST", "/api/start/Greet", "\"Ada\"");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using HttpResponseMessage end = await UntilDoneAsync(site.Http, response.Headers.Location!);
        (await end.Content.ReadAsStringAsync()).ShouldContain("Hello Ada!");
    }

    [Fact]
    public async Task The_style_of_messages_starts_and_waits()
    {
        await using Site site = await Site.StartAsync(typeof(Routed));

        (await site.AskAsync("POST", "/api/wait/Greet", "\"Ada\"")).ShouldBe("200 \"Hello Ada!\"");
        using HttpResponseMessage response = await site.SendAsync("POST", "/api/message/Greet", "\"Bo\"");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        response.Headers.Location!.Authority.ShouldBe(site.Http.BaseAddress!.Authority);
        using HttpResponseMessage end = await UntilDoneAsync(site.Http, response.Headers.Location!);
        (await end.Content.ReadAsStringAsync()).ShouldContain("Hello Bo!");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_maps_nothing_is_warned(bool map)
    {
        Site.Lines log = new();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Logging.AddProvider(log);
        builder.Services.AddPerdure(o => o.UseMemory().FunctionTypes.Add(typeof(Lonely)));
        await using WebApplication app = builder.Build();
        if (map)
            app.MapPerdure();
        await app.StartAsync();
        await app.StopAsync();

        log.All.Where(l => l.StartsWith("Warning Perdure.Functions", StringComparison.Ordinal)).ShouldBe(
            map
                ? []
                : ["Warning Perdure.Functions: Function Alone does not run, because this host does not serve its "
                    + "trigger [HttpTrigger]. Refer to the package Perdure.AspNetCore and call MapPerdure() on the "
                    + "web application."]);
    }

    [Fact]
    public async Task What_is_added_to_the_mapping_holds_for_functions()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddPerdure(o => o.UseMemory().FunctionTypes.Add(typeof(Lonely)));
        await using WebApplication app = builder.Build();
        app.MapPerdure("/inner").RequireHost("other.example");
        await app.StartAsync();
        using HttpClient http = new() { BaseAddress = new Uri(app.Urls.First()) };

        (await http.GetAsync(new Uri("/inner/api/Alone", UriKind.Relative))).StatusCode
            .ShouldBe(HttpStatusCode.NotFound);
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri("/inner/api/Alone", UriKind.Relative));
        request.Headers.Host = "other.example";
        (await http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await app.StopAsync();
    }

    private static async Task<HttpResponseMessage> UntilDoneAsync(HttpClient http, Uri address)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        while (true)
        {
            HttpResponseMessage response = await http.GetAsync(address, deadline.Token);
            if (response.StatusCode != HttpStatusCode.Accepted)
                return response;
            response.Dispose();
            await Task.Yield();
        }
    }

    public static class Lonely
    {
        [FunctionName("Alone")]
        public static string Alone([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest _) => "alone";
    }

    public static class Routed
    {
        [FunctionName("ByName")]
        public static string ByName([HttpTrigger(Route = null)] HttpRequest _) => "by name";

        [FunctionName("GetThing")]
        public static string GetThing([HttpTrigger("get", Route = "/things/{id:int}")] HttpRequest _, int id) =>
            $"get {id}";

        [FunctionName("PostThing")]
        public static string PostThing([HttpTrigger("Post", Route = "things/{id:int}")] HttpRequest _, int id) =>
            $"post {id}";

        [FunctionName("Start")]
        public static async Task<IActionResult> StartAsync(
            [HttpTrigger(AuthorizationLevel.Function, "post", Route = "start/{function}")] HttpRequest req,
            [DurableClient] IDurableOrchestrationClient starter, string function)
        {
            string? input = await req.ReadFromJsonAsync<string>();
            string id = await starter.StartNewAsync(function, null, input);
            return starter.CreateCheckStatusResponse(req, id);
        }

        [FunctionName("StartMessage")]
        public static async Task<HttpResponseMessage> StartMessageAsync(
            [HttpTrigger(AuthorizationLevel.Function, "post", Route = "message/{function}")] HttpRequestMessage req,
            [DurableClient] IDurableOrchestrationClient starter, string function)
        {
            string input = (await req.Content!.ReadAsStringAsync()).Trim('"');
            string id = await starter.StartNewAsync(function, null, input);
            return starter.CreateCheckStatusResponse(req, id);
        }

        [FunctionName("Wait")]
        public static async Task<HttpResponseMessage> WaitAsync(
            [HttpTrigger(AuthorizationLevel.Function, "post", Route = "wait/{function}")] HttpRequestMessage req,
            [DurableClient] IDurableOrchestrationClient starter, string function)
        {
            string input = (await req.Content!.ReadAsStringAsync()).Trim('"');
            string id = await starter.StartNewAsync(function, null, input);
            return await starter.WaitForCompletionOrCreateCheckStatusResponseAsync(req, id, TimeSpan.FromSeconds(20));
        }
    }
}
