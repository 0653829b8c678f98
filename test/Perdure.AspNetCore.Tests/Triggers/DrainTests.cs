using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>A host that is drained calls no more functions, and finishes those that it has called.</summary>
public sealed class DrainTests
{
    private const string Status = "/admin/host/drain/status";

    [Fact]
    public async Task A_drained_host_finishes_its_requests_and_takes_no_more()
    {
        await using Site site = await Site.StartAsync(typeof(Slow));
        Task<string> running = site.AskAsync("POST", "/api/Wait", "\"tea\"");
        await Slow.Entered.Task;
        (await site.AskAsync("GET", Status)).ShouldStartWith(
            "200 {\"state\":\"Disabled\",\"outstandingInvocations\":1,");

        (await site.AskAsync("POST", "/admin/host/drain")).ShouldStartWith("202 {\"state\":\"InProgress\"");
        using HttpResponseMessage refused = await site.SendAsync("POST", "/api/Count", "1");
        ((int)refused.StatusCode).ShouldBe(503);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        (await refused.Content.ReadAsStringAsync()).ShouldBe(
            "{\"Message\":\"This host is being drained and calls no more functions. Try another one.\"}");
        Slow.Calls.ShouldBe(0);
        site.Log.All.ShouldContain(l => l.StartsWith(
            "Information Perdure.Http: A call of function Count was refused with 503", StringComparison.Ordinal));
        (await StateAsync(site)).ShouldBe("InProgress");

        Slow.Leave.SetResult();
        (await running).ShouldBe("200 tea");
        // The last byte of an answer is on its way before the call counts as ended.
        await Support.App.UntilAsync(async () => await StateAsync(site) == "Completed");

        (await site.AskAsync("POST", "/admin/host/resume")).ShouldStartWith("200 ");
        (await site.AskAsync("POST", "/api/Count", "1")).ShouldBe("200 1");
    }

    [Fact]
    public async Task A_function_that_fails_does_not_hold_up_a_drain()
    {
        await using Site site = await Site.StartAsync(typeof(Slow));
        (await site.AskAsync("POST", "/api/Throw")).ShouldStartWith("500 ");
        (await site.AskAsync("POST", "/api/Read", "{")).ShouldStartWith("400 ");
        await site.AskAsync("POST", "/admin/host/drain");
        await Support.App.UntilAsync(async () => await StateAsync(site) == "Completed");
        (await site.AskAsync("POST", "/api/Throw")).ShouldStartWith("503 ");
    }

    [Fact]
    public async Task Who_may_not_call_a_function_does_not_learn_that_the_host_drains()
    {
        PerdureKey admin = PerdureKey.Generate();
        await using Site site = await Site.StartAsync(
            typeof(Slow), o => o.Keys.Add(new() { Name = "a", Hash = admin.Hash, Scope = AccessScope.Admin }));
        await site.AskAsync("POST", "/admin/host/drain", headers: ("x-functions-key", admin.Key));
        (await site.AskAsync("POST", "/api/Throw")).ShouldStartWith("401 ");
        (await site.AskAsync("POST", "/api/Throw", headers: ("x-functions-key", admin.Key))).ShouldStartWith("503 ");
    }

    private static async Task<string> StateAsync(Site site) =>
        JsonElement.Parse((await site.AskAsync("GET", Status))["200 ".Length..]).GetProperty("state").GetString()!;

    public static class Slow
    {
        public static TaskCompletionSource Entered { get; } = new();

        public static TaskCompletionSource Leave { get; } = new();

        public static int Calls { get; private set; }

        [FunctionName("Wait")]
        public static async Task<string> WaitAsync([HttpTrigger("post")] JsonElement item)
        {
            Entered.SetResult();
            await Leave.Task;
            return item.GetString()!;
        }

        [FunctionName("Count")]
        public static string Count([HttpTrigger("post")] HttpRequest _) => $"{++Calls}";

        [FunctionName("Read")]
        public static int Read([HttpTrigger("post")] int number) => number;

        [FunctionName("Throw")]
        public static string Throw([HttpTrigger("post")] HttpRequest _) =>
            throw new InvalidOperationException("secret");
    }
}
