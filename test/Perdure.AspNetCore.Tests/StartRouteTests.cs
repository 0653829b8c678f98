using System.Text.Json;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class StartRouteTests
{
    [Fact]
    [Answers("StartOrchestration", 202)]
    public async Task Starts_an_orchestration_and_says_where_to_look()
    {
        await using App app = await App.StartAsync();
        Reply reply = await app.PostAsync("orchestrators/greet", "\"Tokyo\"");

        reply.Status.ShouldBe(202);
        string id = reply["id"];
        reply.Json.EnumerateObject().Select(p => p.Name).ShouldBe([
            "id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri",
            "restartPostUri", "suspendPostUri", "resumePostUri"]);
        reply.Headers["Location"].ShouldBe(reply["statusQueryGetUri"]);
        reply.Headers["Retry-After"].ShouldBe("10");
        reply.Headers["Content-Type"].ShouldBe("application/json; charset=utf-8");
        string instance = $"{app.Root}runtime/webhooks/durabletask/instances/{id}";
        reply["statusQueryGetUri"].ShouldStartWith($"{instance}?taskHub=perdure&connection=Storage&code=l1.");
        reply["sendEventPostUri"].ShouldStartWith($"{instance}/raiseEvent/{{eventName}}?taskHub=perdure&");
        reply["terminatePostUri"].ShouldStartWith($"{instance}/terminate?reason={{text}}&taskHub=perdure&");
        reply["restartPostUri"].ShouldStartWith($"{instance}/restart?taskHub=perdure&");
        (await app.Client.WaitForCompletionAsync(id)).Output.GetString().ShouldBe("Hello Tokyo!");
    }

    [Fact]
    [Answers("StartOrchestration", 409)]
    public async Task A_live_id_is_a_conflict_and_an_ended_one_is_replaced()
    {
        await using App app = await App.StartAsync();
        (await app.PostAsync("orchestrators/Approval/order-1")).Status.ShouldBe(202);
        Reply conflict = await app.PostAsync("orchestrators/Approval/order-1");
        conflict.Status.ShouldBe(409);
        conflict["ExceptionType"].ShouldBe("Perdure.OrchestrationAlreadyExistsException");
        conflict.Json.TryGetProperty("StackTrace", out _).ShouldBeFalse();

        await app.Client.TerminateAsync("order-1", "no more");
        (await app.PostAsync("orchestrators/Approval/order-1")).Status.ShouldBe(202);
    }

    [Theory]
    [Answers("StartOrchestration", 400)]
    [InlineData("orchestrators/Nothing", null, "no orchestration named 'Nothing'")]
    [InlineData("orchestrators/Greet/@entity", null, "starts with '@'")]
    [InlineData("orchestrators/Greet/a%2Fb", null, "contains '/'")]
    [InlineData("orchestrators/Greet/a%0Ab", null, "control character U+000A")]
    [InlineData("orchestrators/Greet/a%ED%A0%80", null, "well-formed UTF-8")]
    [InlineData("orchestrators/Greet", "{\"open\": ", "not JSON")]
    [InlineData("orchestrators/Greet", "[1,]", "not JSON")]
    [InlineData("orchestrators/Greet", "\"\\ud800\"", "Cannot write the input")]
    [InlineData("orchestrators/Greet?timeout=1&pollingInterval=2", null, "longer than the timeout")]
    [InlineData("orchestrators/Greet?timeout=soon", null, "The parameter timeout is 'soon'")]
    [InlineData("orchestrators/Greet?timeout=301", null, "a number of seconds up to 300")]
    public async Task What_cannot_be_started_is_refused_with_what_is_wrong(string path, string? body, string message)
    {
        await using App app = await App.StartAsync();
        Reply reply = await app.PostAsync(path, body);
        reply.Status.ShouldBe(400, reply.Text);
        reply.Message.ShouldContain(message);
        (await app.Client.CountInstancesAsync(new OrchestrationStatusQueryCondition())).ShouldBe(0);
    }

    [Fact]
    [Answers("StartOrchestration", 200, 202, 500)]
    public async Task Waits_for_the_end_if_told_how_long()
    {
        await using App app = await App.StartAsync();
        Reply ended = await app.PostAsync("orchestrators/Greet?timeout=20&pollingInterval=1", "\"Tokyo\"");
        (ended.Status, ended.Text).ShouldBe((200, "\"Hello Tokyo!\""));

        Reply failed = await app.PostAsync("orchestrators/Fails?timeout=20&pollingInterval=1");
        (failed.Status, failed["runtimeStatus"]).ShouldBe((200, "Failed"));
        failed["output"].ShouldBe("Orchestrator function 'Fails' failed: it is broken");
        Reply error = await app.PostAsync(
            "orchestrators/Fails?timeout=20&pollingInterval=1&returnInternalServerErrorOnFailure=true");
        (error.Status, error["runtimeStatus"]).ShouldBe((500, "Failed"));

        Reply waiting = await app.PostAsync("orchestrators/Approval/waits?timeout=0.01&pollingInterval=0.01");
        (waiting.Status, waiting["id"]).ShouldBe((202, "waits"));
        Reply notBoth = await app.PostAsync("orchestrators/Greet?timeout=20", "\"Tokyo\"");
        notBoth.Status.ShouldBe(202);
    }

    [Fact]
    public async Task The_body_is_handed_over_as_it_is()
    {
        await using App app = await App.StartAsync();
        const string Body = """{"n":1e400,"text":"ä\n😀","none":null,"list":[1.0,true,{}]}""";
        Reply reply = await app.PostAsync("orchestrators/Echo?timeout=20&pollingInterval=1", "\ufeff" + Body);
        reply.Status.ShouldBe(200, reply.Text);
        JsonElement.DeepEquals(reply.Json, JsonElement.Parse(Body)).ShouldBeTrue(reply.Text);
        reply.Json.GetProperty("n").GetRawText().ShouldBe("1e400");
    }

    [Fact]
    public async Task Version_and_trace_of_the_caller_go_with_the_instance()
    {
        await using App app = await App.StartAsync();
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        Reply reply = await app.SendAsync(
            "POST", "orchestrators/Approval/traced?version=2.1", headers:
            ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));
        reply.Status.ShouldBe(202);
        (await app.Client.GetStatusAsync("traced"))!.Version.ShouldBe("2.1");
        (await StoredTraces.OfAsync(app, "traced")).ShouldStartWith($"00-{Trace}-");
    }

    [Fact]
    public async Task Bodies_and_payloads_have_limits()
    {
        await using App app = await App.StartAsync(o => o.MaxBodyBytes = 2 * 1024 * 1024);
        string fits = new('x', 900 * 1024);
        (await app.PostAsync("orchestrators/Echo", $"\"{fits}\"")).Status.ShouldBe(202);
        Reply payload = await app.PostAsync("orchestrators/Echo", $"\"{fits}{fits}\"");
        (payload.Status, payload["ExceptionType"]).ShouldBe((413, "Perdure.PayloadException"));
        Reply body = await app.PostAsync("orchestrators/Echo", $"\"{fits}{fits}{fits}\"");
        body.Status.ShouldBe(413);
        body.Message.ShouldBe(
            "The body is larger than 2097152 bytes. Keep large data elsewhere and send a reference to it.");
        string deep = new string('[', 65) + new string(']', 65);
        (await app.PostAsync("orchestrators/Echo", deep)).Status.ShouldBe(400);
        (await app.PostAsync("orchestrators/Echo", deep[1..^1])).Status.ShouldBe(202);
    }

    [Fact]
    [Answers("RestartInstance", 200, 202, 409, 500)]
    public async Task Restarts_an_instance_under_a_new_id_or_its_own()
    {
        await using App app = await App.StartAsync();
        await app.EndedAsync("Greet", "first", "Tokyo");
        Reply other = await app.PostAsync("instances/first/restart");
        other.Status.ShouldBe(202);
        other["id"].ShouldNotBe("first");
        (await app.Client.WaitForCompletionAsync(other["id"])).Output.GetString().ShouldBe("Hello Tokyo!");
        Reply same = await app.PostAsync("instances/first/restart?restartWithNewInstanceId=false");
        (same.Status, same["id"]).ShouldBe((202, "first"));

        await app.StartedAsync("Approval", "alive");
        (await app.PostAsync("instances/alive/restart?restartWithNewInstanceId=false")).Status.ShouldBe(409);
        await app.EndedAsync("Fails", "broken");
        (await app.PostAsync("instances/first/restart?timeout=20&pollingInterval=1")).Status.ShouldBe(200);
        (await app.PostAsync(
            "instances/broken/restart?timeout=20&pollingInterval=1&returnInternalServerErrorOnFailure=true"))
            .Status.ShouldBe(500);
    }

    [Fact]
    [Answers("RestartInstance", 400)]
    public async Task What_does_not_exist_cannot_be_restarted()
    {
        await using App app = await App.StartAsync();
        Reply reply = await app.PostAsync("instances/nothing/restart");
        reply.Status.ShouldBe(400);
        reply.Message.ShouldContain("There is no orchestration with the instance id 'nothing'");
        (await app.PostAsync("instances/nothing/restart?restartWithNewInstanceId=maybe")).Status.ShouldBe(400);
    }
}
