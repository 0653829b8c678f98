using System.Text.Json;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class InstanceRouteTests
{
    [Fact]
    [Answers("GetInstance", 202)]
    public async Task A_live_instance_is_accepted_and_to_be_asked_for_again()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Approval", "ö 1", new { Amount = 3 });
        Reply reply = await app.GetAsync("instances/%C3%B6%201?taskHub=PERDURE");
        reply.Status.ShouldBe(202);
        reply.Headers["Location"].ShouldBe($"{app.Root}{App.Api[1..]}/instances/%C3%B6%201?taskHub=PERDURE");
        reply.Headers["Retry-After"].ShouldBe("5");
        reply.Json.EnumerateObject().Select(p => p.Name).ShouldBe([
            "name", "instanceId", "runtimeStatus", "input", "customStatus", "output", "createdTime",
            "lastUpdatedTime"]);
        (reply["name"], reply["instanceId"], reply["runtimeStatus"]).ShouldBe(("Approval", "ö 1", "Running"));
        (reply["input"], reply["customStatus"], reply["output"]).ShouldBe(("""{"Amount":3}""", "null", "null"));
        reply["createdTime"].ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
        (await app.GetAsync("instances/%C3%B6%201?showInput=false"))["input"].ShouldBe("null");

        await app.Client.SuspendAsync("ö 1", "lunch");
        Reply suspended = await app.GetAsync("instances/%C3%B6%201");
        (suspended.Status, suspended["runtimeStatus"]).ShouldBe((202, "Suspended"));
    }

    [Fact]
    [Answers("GetInstance", 200, 400, 404, 500)]
    public async Task An_ended_instance_is_shown_and_an_absent_one_not_found()
    {
        await using App app = await App.StartAsync();
        await app.EndedAsync("Greet", "done", "Tokyo");
        Reply done = await app.GetAsync("INSTANCES/done");
        (done.Status, done["runtimeStatus"], done["output"]).ShouldBe((200, "Completed", "Hello Tokyo!"));
        await app.StartedAsync("Approval", "stopped");
        await app.Client.TerminateAsync("stopped", "enough");
        Reply stopped = await app.GetAsync("instances/stopped");
        (stopped.Status, stopped["runtimeStatus"], stopped["output"]).ShouldBe((200, "Terminated", "enough"));
        await app.EndedAsync("Fails", "broken");
        (await app.GetAsync("instances/broken")).Status.ShouldBe(200);
        (await app.GetAsync("instances/broken?returnInternalServerErrorOnFailure=true")).Status.ShouldBe(500);
        Reply absent = await app.GetAsync("instances/nothing");
        (absent.Status, absent.Message).ShouldBe(
            (404, "There is no instance with the id 'nothing' in the task hub 'perdure'."));
        (await app.GetAsync("instances/done?taskHub=other")).Status.ShouldBe(404);
        (await app.GetAsync("instances/a%23b")).Status.ShouldBe(400);
        (await app.GetAsync("instances/done?showInput=perhaps")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task History_shows_what_was_asked_for_together_with_its_outcome()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Trip", "trip", "Monday");
        await App.UntilAsync(async () => (await app.Client.ExplainAsync("trip"))!.Contains("'Home'"));
        JsonElement[] events = Events(await app.GetAsync("instances/trip?showHistory=true&showHistoryOutput=true"));
        events.Select(e => e.GetProperty("EventType").GetString()).ShouldBe([
            "ExecutionStarted", "TaskCompleted", "TimerCreated", "TimerFired", "SubOrchestrationInstanceCompleted"]);
        Names(events[0]).ShouldBe(["EventType", "Timestamp", "Turn", "FunctionName", "Input"]);
        Names(events[1]).ShouldBe(
            ["EventType", "Timestamp", "Turn", "ScheduledTime", "FunctionName", "Input", "Result"]);
        events[1].GetProperty("FunctionName").GetString().ShouldBe("Hello");
        events[1].GetProperty("Result").GetString().ShouldBe("Hello Tokyo!");
        Names(events[2]).ShouldBe(["EventType", "Timestamp", "Turn", "FireAt"]);
        Names(events[3]).ShouldBe(["EventType", "Timestamp", "Turn", "FireAt"]);
        events[4].GetProperty("FunctionName").GetString().ShouldBe("Greet");

        await app.Client.RaiseEventAsync("trip", "Home");
        await app.Client.WaitForCompletionAsync("trip");
        JsonElement[] bare = Events(await app.GetAsync("instances/trip?showHistory=true&showInput=false"));
        Names(bare[0]).ShouldBe(["EventType", "Timestamp", "Turn", "FunctionName"]);
        Names(bare[1]).ShouldBe(["EventType", "Timestamp", "Turn", "ScheduledTime", "FunctionName"]);
        Names(bare[^1]).ShouldBe(["EventType", "Timestamp", "Turn", "OrchestrationStatus"]);
        bare[^1].GetProperty("OrchestrationStatus").GetString().ShouldBe("Completed");
        (await app.GetAsync("instances/trip")).Json.TryGetProperty("historyEvents", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_still_open_stands_in_the_history_by_itself()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Parent", "parent");
        await App.UntilAsync(async () => await app.Client.GetStatusAsync("parent-child") is not null);
        JsonElement[] events = Events(await app.GetAsync("instances/parent?showHistory=true"));
        events.Select(e => e.GetProperty("EventType").GetString())
            .ShouldBe(["ExecutionStarted", "SubOrchestrationInstanceCreated"]);
        events[1].GetProperty("Name").GetString().ShouldBe("Approval");
        events[1].GetProperty("InstanceId").GetString().ShouldBe("parent-child");

        await app.Client.StartNewAsync(
            "Greet", new StartOptions { InstanceId = "later", StartAt = DateTimeOffset.UtcNow.AddHours(1) });
        Reply pending = await app.GetAsync("instances/later?showHistory=true");
        (pending.Status, pending["runtimeStatus"], pending["historyEvents"]).ShouldBe((202, "Pending", "null"));
    }

    [Fact]
    [Answers("ExplainInstance", 200, 400, 404)]
    public async Task Explains_why_an_instance_waits()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Approval", "waits");
        await App.UntilAsync(async () => (await app.GetAsync("instances/waits/explain"))["reason"]
            == "It waits for the event 'Approval'.");
        await app.EndedAsync("Greet", "done", "Tokyo");
        Reply done = await app.GetAsync("instances/done/explain");
        (done.Status, done["runtimeStatus"], done["reason"]).ShouldBe((200, "Completed", "null"));
        (await app.GetAsync("instances/nothing/explain")).Status.ShouldBe(404);
        (await app.GetAsync("instances/%5C/explain")).Status.ShouldBe(400);
    }

    [Fact]
    [Answers("RaiseEvent", 202)]
    public async Task Raises_an_event()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Approval", "one");
        Reply reply = await app.PostAsync("instances/one/raiseEvent/APPROVAL", "\"yes\"");
        (reply.Status, reply.Text).ShouldBe((202, ""));
        (await app.Client.WaitForCompletionAsync("one")).Output.GetString().ShouldBe("yes");
    }

    [Fact]
    [Answers("RaiseEvent", 400, 404, 410)]
    public async Task An_event_that_cannot_be_raised_is_refused()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Approval", "one");
        (await app.SendAsync("POST", "instances/one/raiseEvent/Approval", "yes", "text/plain")).Status.ShouldBe(400);
        (await app.SendAsync("POST", "instances/one/raiseEvent/Approval")).Status.ShouldBe(400);
        (await app.PostAsync("instances/one/raiseEvent/Approval", "{")).Status.ShouldBe(400);
        (await app.PostAsync($"instances/one/raiseEvent/{new string('x', 101)}", "1")).Status.ShouldBe(400);
        (await app.PostAsync("instances/nothing/raiseEvent/Approval", "1")).Status.ShouldBe(404);
        await app.EndedAsync("Greet", "done", "Tokyo");
        (await app.PostAsync("instances/done/raiseEvent/Approval", "1")).Status.ShouldBe(410);
        (await app.Client.GetStatusAsync("one"))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Running);
    }

    [Fact]
    [Answers("TerminateInstance", 202)]
    public async Task Terminates_an_instance_and_if_asked_its_children()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Approval", "one");
        (await app.PostAsync("instances/one/terminate?reason=too%20late")).Status.ShouldBe(202);
        (await app.GetAsync("instances/one"))["output"].ShouldBe("too late");
        await app.StartedAsync("Parent", "parent");
        await App.UntilAsync(async () => await app.Client.GetStatusAsync("parent-child") is not null);
        (await app.PostAsync("instances/parent/terminate?recursive=true")).Status.ShouldBe(202);
        (await app.Client.WaitForCompletionAsync("parent-child")).RuntimeStatus
            .ShouldBe(OrchestrationRuntimeStatus.Terminated);
    }

    [Fact]
    [Answers("SuspendInstance", 202)]
    [Answers("ResumeInstance", 202)]
    public async Task Suspends_and_resumes_an_instance()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Approval", "one");
        (await app.PostAsync("instances/one/suspend?reason=lunch")).Status.ShouldBe(202);
        (await app.Client.GetStatusAsync("one"))!.Reason.ShouldBe("lunch");
        (await app.PostAsync("instances/one/raiseEvent/Approval", "\"yes\"")).Status.ShouldBe(202);
        (await app.GetAsync("instances/one"))["runtimeStatus"].ShouldBe("Suspended");
        (await app.PostAsync("instances/one/resume")).Status.ShouldBe(202);
        (await app.Client.WaitForCompletionAsync("one")).Output.GetString().ShouldBe("yes");
    }

    [Theory]
    [Answers("TerminateInstance", 404, 410, 400)]
    [Answers("SuspendInstance", 404, 410, 400)]
    [Answers("ResumeInstance", 404, 410, 400)]
    [InlineData("terminate")]
    [InlineData("suspend")]
    [InlineData("resume")]
    public async Task What_is_absent_or_has_ended_takes_no_requests(string operation)
    {
        await using App app = await App.StartAsync();
        (await app.PostAsync($"instances/nothing/{operation}")).Status.ShouldBe(404);
        await app.EndedAsync("Greet", "done", "Tokyo");
        Reply gone = await app.PostAsync($"instances/done/{operation}");
        gone.Status.ShouldBe(410);
        gone.Message.ShouldContain("has ended");
        (await app.PostAsync($"instances/done/{operation}?recursive=perhaps")).Status.ShouldBe(400);
        (await app.PostAsync($"instances/done/{operation}ly")).Status.ShouldBe(404);
        (await app.SendAsync("PUT", $"instances/done/{operation}")).Status.ShouldBe(404);
    }

    [Fact]
    [Answers("SuspendInstance", 409)]
    [Answers("ResumeInstance", 409)]
    public async Task A_request_without_meaning_in_its_state_is_a_conflict()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Approval", "one");
        (await app.PostAsync("instances/one/resume")).Status.ShouldBe(409);
        (await app.PostAsync("instances/one/suspend")).Status.ShouldBe(202);
        (await app.PostAsync("instances/one/suspend")).Status.ShouldBe(409);
    }

    [Fact]
    [Answers("PurgeInstance", 200, 400, 404, 412)]
    public async Task Deletes_what_has_ended()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Parent", "parent");
        Reply alive = await app.DeleteAsync("instances/parent");
        alive.Status.ShouldBe(412);
        alive.Message.ShouldContain("has not ended");
        await App.UntilAsync(async () => await app.Client.GetStatusAsync("parent-child") is not null);
        await app.Client.RaiseEventAsync("parent-child", "Approval", "yes");
        await app.Client.WaitForCompletionAsync("parent");
        Reply both = await app.DeleteAsync("instances/parent?recursive=true");
        (both.Status, both.Text).ShouldBe((200, """{"instancesDeleted":2}"""));
        (await app.DeleteAsync("instances/parent")).Status.ShouldBe(404);
        (await app.DeleteAsync("instances/%3F")).Status.ShouldBe(400);
    }

    [Fact]
    [Answers("RewindInstance", 202, 400, 404, 412)]
    public async Task Only_what_has_failed_can_be_rewound()
    {
        await using App app = await App.StartAsync();
        await app.EndedAsync("Greet", "done", "Tokyo");
        await app.EndedAsync("Fails", "broken");
        (await app.PostAsync("instances/nothing/rewind")).Status.ShouldBe(404);
        (await app.PostAsync("instances/%3F/rewind")).Status.ShouldBe(400);
        (await app.PostAsync("instances/done/rewind?reason=again")).Status.ShouldBe(412);
        (await app.PostAsync("instances/broken/rewind?reason=again")).Status.ShouldBe(202);
    }

    private static JsonElement[] Events(Reply reply) =>
        [.. reply.Json.GetProperty("historyEvents").EnumerateArray()];

    private static string[] Names(JsonElement e) => [.. e.EnumerateObject().Select(p => p.Name)];
}
