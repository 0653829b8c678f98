using System.Text.Json;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class EntityRouteTests
{
    [Fact]
    [Answers("SignalEntity", 202)]
    [Answers("GetEntity", 200, 404)]
    [Answers("DeleteEntity", 202)]
    public async Task Signals_reads_and_deletes_an_entity()
    {
        await using App app = await App.StartAsync();
        (await app.GetAsync("entities/Visits/Ä%20b")).Status.ShouldBe(404);
        Reply signal = await app.PostAsync("entities/VISITS/Ä%20b?op=add", "2");
        (signal.Status, signal.Text).ShouldBe((202, ""));
        await app.PostAsync("entities/visits/Ä%20b?op=add", "3");
        await IsAsync(app, "entities/Visits/Ä%20b", "5");
        (await app.SendAsync("POST", "entities/Visits/Ä%20b?op=text", "as it is", "text/plain")).Status.ShouldBe(202);
        await IsAsync(app, "entities/Visits/Ä%20b", "\"as it is\"");
        (await app.DeleteAsync("entities/Visits/Ä%20b")).Status.ShouldBe(202);
        await App.UntilAsync(async () => (await app.GetAsync("entities/Visits/Ä%20b")).Status == 404);
    }

    [Fact]
    public async Task The_empty_key_is_written_as_a_dollar()
    {
        await using App app = await App.StartAsync();
        (await app.PostAsync("entities/Visits?op=add", "1")).Status.ShouldBe(202);
        (await app.PostAsync("entities/Visits/$?op=add", "1")).Status.ShouldBe(202);
        await IsAsync(app, "entities/Visits/%24", "2");
    }

    [Fact]
    [Answers("ListEntities", 200, 400)]
    public async Task Lists_entities_page_by_page()
    {
        await using App app = await App.StartAsync();
        foreach (string key in (string[])["ä", "b", "c"])
        {
            await app.PostAsync($"entities/Visits/{key}?op=add", "1");
            await IsAsync(app, $"entities/Visits/{key}", "1");
        }
        Reply first = await app.GetAsync("entities/visits?top=2&fetchState=true");
        first.Json.GetArrayLength().ShouldBe(2);
        first.Json[0].EnumerateObject().Select(p => p.Name).ShouldBe(["entityId", "lastOperationTime", "state"]);
        first.Json[0].GetProperty("state").GetInt32().ShouldBe(1);
        first.Json[0].GetProperty("entityId").GetProperty("name").GetString().ShouldBe("visits");
        Reply rest = await app.SendAsync(
            "GET", "entities?top=2",
            headers: ("x-ms-continuation-token", first.Headers["x-ms-continuation-token"]));
        rest.Json.GetArrayLength().ShouldBe(1);
        rest.Json[0].GetProperty("state").ValueKind.ShouldBe(JsonValueKind.Null);
        rest.Headers.ContainsKey("x-ms-continuation-token").ShouldBeFalse();
        first.Json.EnumerateArray().Concat(rest.Json.EnumerateArray())
            .Select(e => e.GetProperty("entityId").GetProperty("key").GetString())
            .ShouldBe(["b", "c", "ä"], ignoreOrder: true);
        (await app.GetAsync("entities?lastOperationTimeTo=2001-01-01")).Text.ShouldBe("[]");
        (await app.GetAsync("entities/other")).Text.ShouldBe("[]");
        (await app.GetAsync("entities?top=1001")).Status.ShouldBe(400);
        (await app.SendAsync("GET", "entities", headers: ("x-ms-continuation-token", "!"))).Status.ShouldBe(400);
    }

    [Fact]
    [Answers("SignalEntity", 400)]
    [Answers("GetEntity", 400)]
    [Answers("DeleteEntity", 400)]
    public async Task What_names_no_entity_is_refused()
    {
        await using App app = await App.StartAsync();
        (await app.PostAsync("entities/Nothing/one?op=add", "1")).Message.ShouldContain("Nothing".ToLowerInvariant());
        (await app.PostAsync("entities/Nothing/one?op=add", "1")).Status.ShouldBe(400);
        (await app.DeleteAsync("entities/Nothing/one")).Status.ShouldBe(400);
        (await app.PostAsync("entities/Visits/one?op=add", "{")).Status.ShouldBe(400);
        (await app.PostAsync("entities/Visits/a%2Fb?op=add", "1")).Status.ShouldBe(400);
        (await app.GetAsync("entities/a@b/one")).Status.ShouldBe(400);
        (await app.GetAsync("entities/Visits/a%23b")).Status.ShouldBe(400);
        (await app.GetAsync("entities/Visits/one/more")).Status.ShouldBe(404);
    }

    [Fact]
    [Answers("CleanEntityStorage", 200, 400)]
    public async Task Cleans_what_entities_have_left()
    {
        await using App app = await App.StartAsync();
        Reply reply = await app.PostAsync("cleanEntityStorage");
        (reply.Status, reply.Text).ShouldBe((200, """{"emptyEntitiesRemoved":0,"orphanedLocksReleased":0}"""));
        (await app.PostAsync("cleanEntityStorage?removeEmptyEntities=x")).Status.ShouldBe(400);
    }

    private static Task IsAsync(App app, string path, string state) =>
        App.UntilAsync(async () => (await app.GetAsync(path)).Text == state, $"{path} is {state}");
}
