using System.Text.Json;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class ListRouteTests
{
    [Fact]
    [Answers("ListInstances", 200)]
    public async Task Lists_page_by_page_each_instance_once()
    {
        await using App app = await App.StartAsync();
        string[] ids = [.. Enumerable.Range(0, 7).Select(i => $"é{i}")];
        foreach (string id in ids)
            await app.EndedAsync("Greet", id, "Tokyo");
        List<string> seen = [];
        string? token = null;
        do
        {
            Reply page = await app.SendAsync(
                "GET", "instances?top=3", null, "", token is null ? [] : [("x-ms-continuation-token", token)]);
            page.Status.ShouldBe(200);
            page.Json.GetArrayLength().ShouldBeLessThanOrEqualTo(3);
            seen.AddRange(page.Json.EnumerateArray().Select(s => s.GetProperty("instanceId").GetString()!));
            token = page.Headers.GetValueOrDefault("x-ms-continuation-token");
        }
        while (token is not null);
        seen.ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    [Answers("CountInstances", 200)]
    public async Task Filters_are_joined_by_and()
    {
        await using App app = await App.StartAsync();
        await app.EndedAsync("Greet", "a-1", "Tokyo");
        await app.EndedAsync("Fails", "a-2");
        await app.StartedAsync("Approval", "b-1");
        await app.Client.StartNewAsync("Approval", new StartOptions
        {
            InstanceId = "b-2",
            Tags = new Dictionary<string, string> { ["customer"] = "x=7" },
        });
        await app.StartedAsync("Approval", "b-3");
        await Lists(app, "instanceIdPrefix=a-", "a-1", "a-2");
        await Lists(app, "runtimeStatus=Failed&runtimeStatus=Completed", "a-1", "a-2");
        await Lists(app, "runtimeStatus=Failed,Completed&instanceIdPrefix=a-1", "a-1");
        await Lists(app, "name=approval&runtimeStatus=Running,Pending", "b-1", "b-2", "b-3");
        await Lists(app, "tag=customer%3Dx%3D7", "b-2");
        await Lists(app, "runtimeStatus=failed,nonsense", "a-1", "a-2", "b-1", "b-2", "b-3");
        await Lists(app, "createdTimeTo=2001-01-01");
        await Lists(app, "createdTimeFrom=2001-01-01T00:00:00Z&name=Fails", "a-2");
        Reply bare = await app.GetAsync("instances?showInput=false&instanceIdPrefix=a-1");
        bare.Json[0].GetProperty("input").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [Answers("ListInstances", 400)]
    [Answers("CountInstances", 400)]
    [InlineData("top=0")]
    [InlineData("top=1001")]
    [InlineData("createdTimeFrom=yesterday")]
    [InlineData("tag=customer")]
    [InlineData("showInput=2")]
    public async Task A_parameter_that_cannot_be_used_is_refused(string query)
    {
        await using App app = await App.StartAsync();
        Reply reply = await app.GetAsync($"instances?{query}");
        reply.Status.ShouldBe(400);
        reply.Message.ShouldContain($"parameter {query.Split('=')[0]}");
        if (query.StartsWith('t') && query.StartsWith("tag", StringComparison.Ordinal))
            (await app.GetAsync($"counts/instances?{query}")).Status.ShouldBe(400);
        foreach (string token in (string[])["%%%", "aGVsbG8", "AAAA", "e"])
            (await app.SendAsync("GET", "instances", null, "", ("x-ms-continuation-token", token)))
                .Status.ShouldBe(400, token);
    }

    [Fact]
    [Answers("PurgeInstances", 200, 400, 404)]
    public async Task Deletes_the_ended_instances_that_fit()
    {
        await using App app = await App.StartAsync();
        await app.EndedAsync("Greet", "done", "Tokyo");
        await app.EndedAsync("Fails", "broken");
        await app.StartedAsync("Approval", "alive");
        Reply missing = await app.DeleteAsync("instances");
        missing.Status.ShouldBe(400);
        missing.Message.ShouldContain("createdTimeFrom is missing");
        (await app.DeleteAsync("instances?createdTimeFrom=2001-01-01&createdTimeTo=2002-01-01")).Status.ShouldBe(404);
        Reply failed = await app.DeleteAsync("instances?createdTimeFrom=2001-01-01&runtimeStatus=Failed");
        (failed.Status, failed.Text).ShouldBe((200, """{"instancesDeleted":1}"""));
        Reply rest = await app.DeleteAsync("instances?createdTimeFrom=2001-01-01");
        (rest.Status, rest.Text).ShouldBe((200, """{"instancesDeleted":1}"""));
        (await app.Client.GetStatusAsync("alive")).ShouldNotBeNull();
    }

    private static async Task Lists(App app, string query, params string[] ids)
    {
        Reply list = await app.GetAsync($"instances?{query}");
        list.Status.ShouldBe(200, list.Text);
        list.Json.EnumerateArray().Select(s => s.GetProperty("instanceId").GetString()!)
            .ShouldBe(ids, ignoreOrder: true, query);
        Reply count = await app.GetAsync($"counts/instances?{query}");
        (count.Status, count.Text).ShouldBe((200, $$"""{"count":{{ids.Length}}}"""));
    }
}
