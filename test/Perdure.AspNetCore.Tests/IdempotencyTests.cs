using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class IdempotencyTests
{
    [Fact]
    [Answers("StartOrchestration", 422)]
    public async Task The_same_start_sent_again_is_the_same_instance()
    {
        await using App app = await App.StartAsync();
        Reply first = await StartAsync(app, "Greet", "k 1", """{ "a": 1 }""");
        first.Status.ShouldBe(202);
        first.Headers.ContainsKey("Idempotency-Replayed").ShouldBeFalse();
        await app.Client.WaitForCompletionAsync(first["id"]);
        Reply again = await StartAsync(app, "GREET", "k 1", """{"a":1}""");
        (again.Status, again["id"]).ShouldBe((202, first["id"]));
        again.Headers["Idempotency-Replayed"].ShouldBe("true");
        (await StartAsync(app, "Greet", "k 2", """{"a":1}"""))["id"].ShouldNotBe(first["id"]);

        Reply otherBody = await StartAsync(app, "Greet", "k 1", """{"a":2}""");
        otherBody.Status.ShouldBe(422);
        otherBody.Message.ShouldContain("another function, version or input");
        (await StartAsync(app, "Echo", "k 1", """{"a":1}""")).Status.ShouldBe(422);
        (await app.Client.CountInstancesAsync(new OrchestrationStatusQueryCondition())).ShouldBe(2);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_refused_as_without_a_key()
    {
        await using App app = await App.StartAsync();
        Reply reply = await StartAsync(app, "Echo", "k", """{ "a" : "\ud83d" }""");
        reply.Status.ShouldBe(400, reply.Text);
        reply.Message.ShouldContain("missing low surrogate");
    }

    [Fact]
    public async Task An_id_of_the_caller_is_kept_and_not_started_twice()
    {
        await using App app = await App.StartAsync();
        (await StartAsync(app, "Greet/order-1", "k", "\"a\""))["id"].ShouldBe("order-1");
        DurableOrchestrationStatus ended = await app.Client.WaitForCompletionAsync("order-1");
        (await StartAsync(app, "Greet/order-1", "k", "\"a\""))["id"].ShouldBe("order-1");
        (await app.Client.GetStatusAsync("order-1"))!.CreatedTime.ShouldBe(ended.CreatedTime);
        (await StartAsync(app, "Greet/order-1", "k", "\"b\"")).Status.ShouldBe(422);
        await app.StartedAsync("Approval", "alive");
        (await StartAsync(app, "Approval/alive", "k", null)).Status.ShouldBe(409);
    }

    [Fact]
    public async Task Many_at_once_start_one_even_if_it_ends_at_once()
    {
        await using App app = await App.StartAsync();
        for (int round = 0; round < 20; round++)
        {
            Reply[] replies = await Task.WhenAll(
                Enumerable.Range(0, 8).Select(_ => StartAsync(app, "Echo", $"round {round}", "1")));
            replies.Select(r => r.Status).Distinct().ShouldBe([202]);
            replies.Select(r => r["id"]).Distinct().ShouldHaveSingleItem();
            replies.Count(r => !r.Headers.ContainsKey("Idempotency-Replayed")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task It_is_known_after_a_restart_and_after_the_instance_began_anew()
    {
        string folder = Directory.CreateTempSubdirectory("perdure-").FullName;
        void OnFile(PerdureOptions o) => o.UseSqlite(Path.Combine(folder, "hub.db"));
        string id;
        await using (App app = await App.StartAsync(hub: OnFile))
        {
            id = (await StartAsync(app, "Counter", "k", "1"))["id"];
            await app.Client.RaiseEventAsync(id, "Add");
            await App.UntilAsync(async () => (await app.Client.GetStatusAsync(id))!.Input.GetRawText() == "2");
        }
        await using (App app = await App.StartAsync(hub: OnFile))
        {
            Reply again = await StartAsync(app, "Counter", "k", "1");
            (again.Status, again["id"]).ShouldBe((202, id));
            (await StartAsync(app, "Counter", "k", "2")).Status.ShouldBe(422);
        }
        Directory.Delete(folder, true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("256")]
    public async Task What_cannot_be_a_key_is_refused(string key)
    {
        await using App app = await App.StartAsync();
        Reply reply = await StartAsync(app, "Greet", key == "256" ? new string('k', 256) : key, "1");
        reply.Status.ShouldBe(400);
        reply.Message.ShouldContain("Idempotency-Key");
    }

    private static Task<Reply> StartAsync(App app, string path, string key, string? body) =>
        app.SendAsync("POST", $"orchestrators/{path}", body, headers: ("Idempotency-Key", key));
}
