using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>What HTTP functions use, and that they can be switched off.</summary>
public sealed class UsageTests
{
    private const string Usage = "/runtime/webhooks/durabletask/usage?groupBy=function";

    [Fact]
    public async Task Calls_are_counted_and_what_never_reached_the_function_is_free()
    {
        await using Site site = await Site.StartAsync(typeof(Counted));
        (await site.AskAsync("POST", "/api/add", "3")).ShouldBe("200 4");
        (await site.AskAsync("POST", "/api/add", "-1")).ShouldStartWith("500 ");
        (await site.AskAsync("POST", "/api/add", "\"many\"")).ShouldStartWith("400 ");
        JsonElement add = default;
        await App.UntilAsync(async () =>
        {
            string text = (await site.AskAsync("GET", Usage))["200 ".Length..];
            add = JsonDocument.Parse(text).RootElement.GetProperty("usage").EnumerateArray()
                .FirstOrDefault(u => u.GetProperty("function").GetString() == "Add");
            return add.ValueKind == JsonValueKind.Object && add.GetProperty("executions").GetInt32() == 2;
        });
        (add.GetProperty("succeeded").GetInt32(), add.GetProperty("failed").GetInt32()).ShouldBe((1, 1));
        add.GetProperty("billedMilliseconds").GetInt32().ShouldBeGreaterThanOrEqualTo(200);
    }

    [Fact]
    public async Task A_function_that_is_disabled_is_not_served()
    {
        await using Site site = await Site.StartAsync(
            typeof(Counted),
            services: s => s.Configure<PerdureOptions>(
                o => o.Functions["add"] = new FunctionOptions { Disabled = true }));
        foreach ((string path, HttpStatusCode status) in new[]
        {
            ("/api/add", HttpStatusCode.NotFound), ("/api/off", HttpStatusCode.NotFound),
            ("/api/on", HttpStatusCode.OK),
        })
        {
            using HttpResponseMessage response = await site.SendAsync("POST", path, "1");
            response.StatusCode.ShouldBe(status, path);
        }
    }

    public static class Counted
    {
        [FunctionName("Add")]
        public static int Add([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "add")] int number) =>
            number < 0 ? throw new InvalidOperationException("negative") : number + 1;

        [FunctionName("Off")]
        [Disable]
        public static string Off([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "off")] HttpRequest _) =>
            "off";

        [FunctionName("On")]
        public static string On([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "on")] HttpRequest _) =>
            "on";
    }
}
