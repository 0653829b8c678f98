using System.Text.Json;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class DeadLetterRouteTests
{
    [Fact]
    [Answers("ListDeadLetters", 200, 400)]
    [Answers("GetDeadLetter", 200, 404)]
    [Answers("GroupDeadLetters", 200, 400)]
    public async Task Shows_what_was_put_aside()
    {
        await using App app = await App.StartAsync();
        (await app.GetAsync("deadLetters")).Text.ShouldBe("[]");
        string[] ids = await PutAsideAsync(app, 3);
        Reply page = await app.GetAsync("deadLetters?top=2&state=active&functionName=Visited&source=queue%20visits");
        page.Json.GetArrayLength().ShouldBe(2);
        Reply rest = await app.SendAsync(
            "GET", "deadLetters?top=2",
            headers: ("x-ms-continuation-token", page.Headers["x-ms-continuation-token"]));
        rest.Json.GetArrayLength().ShouldBe(1);
        rest.Headers.ContainsKey("x-ms-continuation-token").ShouldBeFalse();

        JsonElement one = (await app.GetAsync($"deadLetters/{ids[0]}")).Json;
        one.GetProperty("eventId").GetString().ShouldBe("m1");
        one.GetProperty("reason").GetString().ShouldBe("Rejected");
        one.GetProperty("errorMessage").GetString().ShouldBe("-1 visits");
        one.GetProperty("body").GetInt32().ShouldBe(-1);
        one.GetProperty("attempts").GetArrayLength().ShouldBe(1);
        one.EnumerateObject().Select(p => p.Name).ShouldNotContain("consumerGroup");
        (await app.GetAsync("deadLetters/9-9")).Status.ShouldBe(404);

        JsonElement groups = (await app.GetAsync("deadLetterGroups")).Json;
        groups.EnumerateArray().Single().GetProperty("count").GetInt32().ShouldBe(3);
        foreach (string path in new[] { "deadLetters?state=7", "deadLetterGroups?from=soon", "deadLetters?top=0" })
            (await app.GetAsync(path)).Status.ShouldBe(400, path);
        Reply forged = await app.SendAsync("GET", "deadLetters", headers: ("x-ms-continuation-token", "nonsense"));
        forged.Status.ShouldBe(400, forged.Text);
    }

    [Fact]
    [Answers("ReplayDeadLetter", 202, 404, 409)]
    [Answers("DiscardDeadLetter", 202, 404, 409)]
    [Answers("RestoreDeadLetter", 202, 404, 409)]
    public async Task Discards_restores_and_replays_one()
    {
        await using App app = await App.StartAsync();
        string id = (await PutAsideAsync(app, 1))[0];
        (await app.PostAsync($"deadLetters/{id}/restore")).Status.ShouldBe(409);
        (await app.PostAsync($"deadLetters/{id}/discard")).Status.ShouldBe(202);
        (await app.PostAsync($"deadLetters/{id}/discard")).Status.ShouldBe(409);
        Reply refused = await app.PostAsync($"deadLetters/{id}/replay");
        (refused.Status, refused.Message)
            .ShouldBe((409, $"The dead letter '{id}' is Discarded; replay is for one that is Active."));
        (await app.PostAsync($"deadLetters/{id}/restore")).Status.ShouldBe(202);
        (await app.PostAsync($"deadLetters/{id}/replay")).Status.ShouldBe(202);
        await App.UntilAsync(
            async () => (await app.GetAsync($"deadLetters/{id}"))["state"] == "Resolved", "it went back to its queue");
        foreach (string verb in new[] { "replay", "discard", "restore" })
            (await app.PostAsync($"deadLetters/9-9/{verb}")).Status.ShouldBe(404);
    }

    [Fact]
    [Answers("ReplayDeadLetters", 200, 400)]
    public async Task Replays_all_that_fit()
    {
        await using App app = await App.StartAsync();
        await PutAsideAsync(app, 3);
        Reply none = await app.PostAsync("deadLetterGroups/replay");
        (none.Status, none.Message.Contains("No filter is given", StringComparison.Ordinal)).ShouldBe((400, true));
        (await app.PostAsync("deadLetterGroups/replay?functionName=Other")).Text.ShouldBe("""{"replayed":0}""");
        (await app.PostAsync("deadLetterGroups/replay?functionName=Visited")).Text.ShouldBe("""{"replayed":3}""");
    }

    private static async Task<string[]> PutAsideAsync(App app, int count)
    {
        for (int i = 1; i <= count; i++)
            await app.PostAsync($"queues/visits?messageId=m{i}", $"-{i}");
        JsonElement letters = default;
        await App.UntilAsync(async () =>
        {
            letters = (await app.GetAsync("deadLetters")).Json;
            return letters.GetArrayLength() == count;
        });
        return [.. letters.EnumerateArray().OrderBy(l => l.GetProperty("eventId").GetString(), StringComparer.Ordinal)
            .Select(l => l.GetProperty("id").GetString()!)];
    }
}
