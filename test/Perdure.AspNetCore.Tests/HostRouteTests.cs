using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class HostRouteTests
{
    [Fact]
    [Answers("IsLive", 200)]
    [Answers("IsStarted", 200)]
    [Answers("IsReady", 200, 503)]
    [Answers("Drain", 202)]
    [Answers("GetDrainStatus", 200)]
    [Answers("EndDrain", 200)]
    public async Task A_drained_host_starts_nothing_more_until_it_is_resumed()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Approval", "before");
        foreach (string probe in (string[])["live", "ready", "startup"])
            (await app.GetAsync($"/healthz/{probe}")).Status.ShouldBe(200);
        (await app.GetAsync("/admin/host/drain/status"))["state"].ShouldBe("Disabled");

        Reply drain = await app.PostAsync("/admin/host/drain");
        (drain.Status, drain["state"]).ShouldBe((202, "Completed"));
        Reply status = await app.GetAsync("/admin/host/drain/status");
        status.Text.ShouldBe("""{"state":"Completed","outstandingInvocations":0,"outstandingRetries":0}""");
        Reply ready = await app.GetAsync("/healthz/ready");
        (ready.Status, ready["reason"]).ShouldBe((503, "The host is being drained."));
        (await app.GetAsync("/healthz/live")).Status.ShouldBe(200);
        Reply start = await app.PostAsync("orchestrators/Greet", "\"Tokyo\"");
        (start.Status, start.Headers["Retry-After"]).ShouldBe((503, "5"));
        (await app.PostAsync("instances/before/restart")).Status.ShouldBe(503);
        (await app.PostAsync("instances/before/raiseEvent/Approval", "\"yes\"")).Status.ShouldBe(202);
        (await app.Client.WaitForCompletionAsync("before")).Output.GetString().ShouldBe("yes");

        Reply resume = await app.PostAsync("/admin/host/resume");
        (resume.Status, resume["state"]).ShouldBe((200, "Disabled"));
        (await app.GetAsync("/healthz/ready")).Status.ShouldBe(200);
        (await app.PostAsync("orchestrators/Greet", "\"Tokyo\"")).Status.ShouldBe(202);
    }

    [Fact]
    [Answers("IsStarted", 503)]
    [Answers("IsReady", 503)]
    public async Task A_host_whose_hub_is_closed_is_alive_and_neither_started_nor_ready()
    {
        await using App app = await App.StartAsync();
        await app.Parts.Node.StopAsync(CancellationToken.None);
        (await app.GetAsync("/healthz/live")).Status.ShouldBe(200);
        (await app.GetAsync("/healthz/startup")).Status.ShouldBe(503);
        (await app.GetAsync("/healthz/ready")).Status.ShouldBe(503);
        Reply start = await app.PostAsync("orchestrators/Greet", "\"Tokyo\"");
        (start.Status, start.Headers["Retry-After"]).ShouldBe((503, "5"));
        (await app.GetAsync("instances/any")).Status.ShouldBe(503);
        (await app.PostAsync("instances/any/suspend")).Status.ShouldBe(503);
        (await app.DeleteAsync("instances/any")).Status.ShouldBe(503);
    }

    [Fact]
    [Answers("MakePrimary", 200)]
    public async Task The_process_that_has_the_hub_is_the_primary_one()
    {
        await using App app = await App.StartAsync();
        foreach (string method in (string[])["GET", "POST", "PUT", "DELETE", "PATCH"])
            (await app.SendAsync(method, "makePrimary")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "instances/a/b")]
    [InlineData("GET", "instances//explain")]
    [InlineData("POST", "instances")]
    [InlineData("PUT", "instances/a")]
    [InlineData("GET", "orchestrators/Greet")]
    [InlineData("GET", "/healthz/other")]
    [InlineData("POST", "/healthz/live")]
    [InlineData("GET", "/admin/host/drain")]
    [InlineData("PROPFIND", "instances/a")]
    public async Task What_is_not_in_the_table_is_not_found(string method, string path)
    {
        await using App app = await App.StartAsync();
        (await app.SendAsync(method, path)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_prefix_and_a_path_base_stand_before_every_route_and_every_address()
    {
        await using App app = await App.StartAsync(
            map: a => { Microsoft.AspNetCore.Builder.UsePathBaseExtensions.UsePathBase(a, "/base"); }, prefix: "ops/");
        Reply start = await app.PostAsync(
            "/base/ops/runtime/webhooks/durabletask/orchestrators/Approval/one?timeout=0&pollingInterval=0");
        start.Status.ShouldBe(202);
        start["statusQueryGetUri"].ShouldStartWith(
            $"{app.Root}base/ops/runtime/webhooks/durabletask/instances/one?");
        (await app.GetAsync(start["statusQueryGetUri"])).Status.ShouldBe(202);
        (await app.GetAsync("/ops/healthz/ready")).Status.ShouldBe(200);
        (await app.GetAsync("/healthz/ready")).Status.ShouldBe(404);
    }
}
