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
    [Answers("ReplayDeadLetter", 202, 400, 404, 409)]
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
        (await app.PostAsync($"deadLetters/{id}/replay?target=moon")).Message.ShouldContain("it is inPlace or tail");
        (await app.PostAsync($"deadLetters/{id}/replay?target=moon")).Status.ShouldBe(400);
        (await app.PostAsync($"deadLetters/{id}/replay")).Status.ShouldBe(202);
        await App.UntilAsync(
            async () => (await app.GetAsync($"deadLetters/{id}"))["state"] == "Replaced", "it was put aside again");
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
        (await app.PostAsync("deadLetterGroups/replay?functionName=Visited&target=Tail")).Text
            .ShouldBe("""{"replayed":3}""");
    }

    [Fact]
    [Answers("StartDeadLetterReplay", 202, 400)]
    [Answers("GetDeadLetterReplay", 200, 404)]
    [Answers("CancelDeadLetterReplay", 202, 404, 409)]
    public async Task Replays_many_a_few_at_a_time()
    {
        await using App app = await App.StartAsync();
        await PutAsideAsync(app, 3);
        foreach (string query in new[]
        {
            "", "?canary=true", "?source=a&ratePerSecond=0", "?source=a&parallel=101", "?source=a&stopAfterFailures=x",
        })
            (await app.PostAsync($"deadLetterReplays{query}")).Status.ShouldBe(400, query);
        Reply begun = await app.PostAsync("deadLetterReplays?functionName=Visited");
        begun.Status.ShouldBe(202, begun.Text);
        await App.UntilAsync(
            async () => (await app.GetAsync($"deadLetterReplays/{begun["id"]}"))["state"] == "Stopped");
        Reply ended = await app.GetAsync($"deadLetterReplays/{begun["id"]}");
        (ended["succeeded"], ended["failed"]).ShouldBe(("0", "1"));
        (await app.PostAsync($"deadLetterReplays/{begun["id"]}/cancel")).Status.ShouldBe(409);
        (await app.PostAsync("deadLetterReplays/none/cancel")).Status.ShouldBe(404);
        (await app.GetAsync("deadLetterReplays/none")).Status.ShouldBe(404);
        // One in a second: it is under way when it is cancelled.
        begun = await app.PostAsync(
            "deadLetterReplays?functionName=Visited&ratePerSecond=1&canary=false&stopAfterFailures=100");
        (await app.PostAsync($"deadLetterReplays/{begun["id"]}/cancel")).Status.ShouldBe(202);
        (await app.GetAsync($"deadLetterReplays/{begun["id"]}"))["state"].ShouldBe("Cancelled");
    }

    [Fact]
    [Answers("EditDeadLetter", 200, 400, 404, 409)]
    [Answers("CheckDeadLetter", 200, 400, 404)]
    [Answers("NoteDeadLetter", 202, 400, 404)]
    [Answers("ExportDeadLetters", 200, 400)]
    public async Task Edits_what_was_put_aside_and_keeps_who_did_it()
    {
        PerdureKey key = PerdureKey.Generate();
        await using App app = await App.StartAsync(
            o => o.Keys.Add(new PerdureHttpKey { Name = "ada", Scope = AccessScope.Operate, Hash = key.Hash }));
        Task<Reply> Send(string method, string path, string? body = null, string type = "application/json") =>
            app.SendAsync(method, path, body, type, ("x-functions-key", key.Key));
        await Send("POST", "queues/visits?messageId=m1", "-1");
        string id = "";
        await App.UntilAsync(async () =>
        {
            JsonElement letters = (await Send("GET", "deadLetters")).Json;
            id = letters.GetArrayLength() == 1 ? letters[0].GetProperty("id").GetString()! : "";
            return id.Length > 0;
        });
        (await Send("POST", $"deadLetters/{id}/check")).Text.ShouldBe("""{"fits":true,"problem":null}""");
        Reply check = await Send("POST", $"deadLetters/{id}/check", "{\"a\":1}");
        (check["fits"], check["problem"].Length > 10).ShouldBe(("false", true));
        (await Send("POST", $"deadLetters/{id}/check", "{")).Status.ShouldBe(400);
        (await Send("POST", "deadLetters/9-9/check")).Status.ShouldBe(404);
        Reply unfit = await Send("POST", $"deadLetters/{id}/edit", "{\"a\":1}");
        (unfit.Status, unfit.Message.Contains("does not fit the function 'Visited'", StringComparison.Ordinal))
            .ShouldBe((400, true), unfit.Text);
        (await Send("POST", $"deadLetters/{id}/notes", "it was a typo", "text/plain")).Status.ShouldBe(202);
        (await Send("POST", $"deadLetters/{id}/notes", "", "text/plain")).Status.ShouldBe(400);
        (await Send("POST", "deadLetters/9-9/notes", "a", "text/plain")).Status.ShouldBe(404);

        Reply edited = await Send("POST", $"deadLetters/{id}/edit", "3");
        edited.Status.ShouldBe(200, edited.Text);
        string revision = edited["id"];
        (await Send("POST", $"deadLetters/{id}/edit", "4")).Status.ShouldBe(409);
        (await Send("POST", "deadLetters/9-9/edit", "4")).Status.ShouldBe(404);
        Reply original = await Send("GET", $"deadLetters/{id}");
        (original["state"], original["body"], original["replacedBy"]).ShouldBe(("Replaced", "-1", revision));
        original.Json.GetProperty("trail").EnumerateArray()
            .Select(t => $"{t.GetProperty("author")} {t.GetProperty("action")} {t.GetProperty("note")}")
            .ShouldBe(["ada Noted it was a typo", "ada Edited "]);
        Reply next = await Send("GET", $"deadLetters/{revision}");
        (next["state"], next["body"], next["revisionOf"], next["eventId"]).ShouldBe(("Active", "3", id, "m1"));

        Reply export = await Send("GET", "deadLetterExport?source=queue%20visits");
        export.Headers["Content-Type"].ShouldBe("application/x-ndjson; charset=utf-8");
        export.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonElement.Parse(l).GetProperty("id").GetString())
            .ShouldBe([id, revision], ignoreOrder: true);
        (await Send("GET", "deadLetterExport?state=Active")).Text.Split('\n').Length.ShouldBe(2);
        (await Send("GET", "deadLetterExport?state=Nothing")).Status.ShouldBe(400);
        (await Send("POST", $"deadLetters/{revision}/replay")).Status.ShouldBe(202);
        await App.UntilAsync(async () => (await Send("GET", "entities/Visits/events")).Text == "3");
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
