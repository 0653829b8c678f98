using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Perdure.AspNetCore.Links;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

/// <summary>What functions, controllers and minimal APIs answer with.</summary>
public sealed class CheckStatusTests
{
    [Fact]
    public async Task Answers_in_both_styles_are_that_of_the_start_route()
    {
        await using App app = await App.StartAsync(map: Map);
        Reply route = await app.PostAsync("orchestrators/Approval/one");
        Reply result = await app.GetAsync("/mine/result?id=one");
        Reply message = await app.GetAsync("/mine/message?id=one");
        foreach (Reply reply in (Reply[])[result, message])
        {
            reply.Status.ShouldBe(202);
            reply.Json.EnumerateObject().Select(p => p.Name)
                .ShouldBe(route.Json.EnumerateObject().Select(p => p.Name));
            WithoutCode(reply["suspendPostUri"]).ShouldBe(WithoutCode(route["suspendPostUri"]));
            reply.Headers["Location"].ShouldBe(reply["statusQueryGetUri"]);
            reply.Headers["Retry-After"].ShouldBe("10");
            reply["statusQueryGetUri"].ShouldContain("returnInternalServerErrorOnFailure=true");
        }
        Reply payload = await app.GetAsync("/mine/payload?id=one");
        payload.Json.EnumerateObject().Count().ShouldBe(9);
        payload["rewindPostUri"].ShouldContain("/instances/one/rewind?reason={text}&taskHub=perdure");
    }

    [Fact]
    public async Task Waiting_answers_with_the_output_or_says_where_to_look()
    {
        await using App app = await App.StartAsync(map: Map);
        await app.EndedAsync("Greet", "done", "Tokyo");
        await app.EndedAsync("Fails", "broken");
        await app.StartedAsync("Approval", "alive");
        foreach (string style in (string[])["wait", "waitmessage"])
        {
            (await app.GetAsync($"/mine/{style}?id=done")).Text.ShouldBe("\"Hello Tokyo!\"");
            Reply broken = await app.GetAsync($"/mine/{style}?id=broken");
            (broken.Status, broken["runtimeStatus"]).ShouldBe((200, "Failed"));
            Reply alive = await app.GetAsync($"/mine/{style}?id=alive");
            (alive.Status, alive["id"]).ShouldBe((202, "alive"));
        }
        using HttpRequestMessage request = new(HttpMethod.Get, app.Root);
        ArgumentException e = await Should.ThrowAsync<ArgumentException>(() =>
            app.Client.WaitForCompletionOrCreateCheckStatusResponseAsync(
                request, "alive", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
        e.Message.ShouldContain("longer than the timeout");
    }

    [Fact]
    public async Task Addresses_begin_where_callers_reach_the_host()
    {
        await using App direct = await App.StartAsync(o => o.UnsafeAllowAnonymous = true);
        direct.Client.CreateHttpManagementPayload("one").StatusQueryGetUri.ShouldStartWith($"{direct.Root}runtime/");
        Reply ignored = await direct.SendAsync(
            "POST", "orchestrators/Approval", headers: [("X-Forwarded-Host", "evil.example")]);
        ignored["statusQueryGetUri"].ShouldStartWith(direct.Root.ToString());
        (await direct.SendAsync("POST", "orchestrators/Approval/x", headers: ("Host", "")))
            .Status.ShouldBe(400);

        await using App proxied = await App.StartAsync(
            o => (o.UnsafeAllowAnonymous, o.UseForwardedHost) = (true, true));
        Reply forwarded = await proxied.SendAsync(
            "POST", "orchestrators/Approval", headers:
            [("X-Forwarded-Host", "orders.example:8443, inner"), ("X-Forwarded-Proto", "https")]);
        forwarded["statusQueryGetUri"].ShouldStartWith("https://orders.example:8443/runtime/webhooks/durabletask/");
        forwarded = await proxied.SendAsync(
            "POST", "orchestrators/Approval", headers: [("X-Forwarded-Proto", "javascript")]);
        forwarded["statusQueryGetUri"].ShouldStartWith("http://");

        await using App named = await App.StartAsync(o => o.PublicUrl = "https://api.example.com/orders/");
        (await named.PostAsync("orchestrators/Approval"))["statusQueryGetUri"]
            .ShouldStartWith("https://api.example.com/orders/runtime/webhooks/durabletask/instances/");
        named.Client.CreateHttpManagementPayload("a/b").Id.ShouldBe("a/b");
    }

    [Fact]
    public async Task Without_a_management_api_there_are_no_addresses()
    {
        await using App app = await App.StartAsync();
        IDurableClient client = System.Reflection.DispatchProxy.Create<IDurableClient, NoHost>();
        InvalidOperationException e = Should.Throw<InvalidOperationException>(
            () => client.CreateHttpManagementPayload("one"));
        e.Message.ShouldContain("app.MapPerdure()");
    }

    private static void Map(WebApplication app)
    {
        IDurableClient client = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions
            .GetRequiredService<IDurableClient>(app.Services);
        TimeSpan brief = TimeSpan.FromMilliseconds(50);
        RouteGroupBuilder mine = app.MapGroup("/mine");
        mine.MapGet("/result", (HttpRequest r, string id) => (IResult)client.CreateCheckStatusResponse(r, id, true));
        mine.MapGet("/payload", (HttpRequest r, string id) => client.CreateHttpManagementPayload(id, r));
        mine.MapGet("/wait", async (HttpRequest r, string id) =>
            (IResult)await client.WaitForCompletionOrCreateCheckStatusResponseAsync(r, id, brief, brief));
        mine.MapGet("/message", async (HttpContext c, string id) =>
            await CopyAsync(client.CreateCheckStatusResponse(MessageOf(c), id, true), c));
        mine.MapGet("/waitmessage", async (HttpContext c, string id) => await CopyAsync(
            await client.WaitForCompletionOrCreateCheckStatusResponseAsync(MessageOf(c), id, brief, brief), c));
    }

    private static HttpRequestMessage MessageOf(HttpContext context)
    {
        HttpRequestMessage message = new(HttpMethod.Get, $"http://{context.Request.Host}{context.Request.Path}");
        if (context.Request.Query.ContainsKey("context"))
            message.Options.Set(CheckStatusKeys.Context, context);
        return message;
    }

    private static async Task CopyAsync(HttpResponseMessage from, HttpContext to)
    {
        to.Response.StatusCode = (int)from.StatusCode;
        foreach ((string name, IEnumerable<string> values) in from.Headers.Concat(from.Content.Headers))
            to.Response.Headers[name] = string.Join(", ", values);
        await to.Response.Body.WriteAsync(await from.Content.ReadAsByteArrayAsync());
    }

    private static string WithoutCode(string address) => address[..address.IndexOf("code=", StringComparison.Ordinal)];

    public class NoHost : System.Reflection.DispatchProxy
    {
        protected override object? Invoke(System.Reflection.MethodInfo? targetMethod, object?[]? args) => null;
    }
}
