using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Perdure.AspNetCore.Tests.Support;
using Perdure.Core.Messages;

namespace Perdure.AspNetCore.Tests;

public sealed class TimerRouteTests
{
    [Fact]
    [Answers("ListTimers", 200)]
    [Answers("GetTimer", 200, 404)]
    public async Task Shows_the_timers()
    {
        await using App app = await App.StartAsync();
        await App.UntilAsync(async () =>
            (await app.GetAsync("timers")).Json[0].GetProperty("upcoming").GetArrayLength() == 5);
        JsonElement timer = (await app.GetAsync("timers/newyear")).Json;
        timer.GetProperty("name").GetString().ShouldBe("NewYear");
        (timer.GetProperty("schedule").GetString(), timer.GetProperty("timeZone").GetString())
            .ShouldBe(("0 0 0 1 1 *", "UTC"));
        (timer.GetProperty("hasFunction").GetBoolean(), timer.GetProperty("isPaused").GetBoolean())
            .ShouldBe((true, false));
        timer.GetProperty("last").ValueKind.ShouldBe(JsonValueKind.Null);
        string[] upcoming = [.. timer.GetProperty("upcoming").EnumerateArray().Select(t => t.GetString()!)];
        upcoming.ShouldAllBe(t => t.EndsWith("-01-01T00:00:00Z", StringComparison.Ordinal));
        timer.GetProperty("next").GetString().ShouldBe(upcoming[0]);
        (await app.GetAsync("timers/nobody")).Message.ShouldBe("There is no timer 'nobody'.");
        (await app.GetAsync("timers/nobody")).Status.ShouldBe(404);
    }

    [Fact]
    [Answers("PauseTimer", 202, 404, 409)]
    [Answers("ResumeTimer", 202, 404, 409)]
    public async Task Pauses_and_resumes()
    {
        await using App app = await App.StartAsync();
        (await app.PostAsync("timers/NewYear/pause")).Status.ShouldBe(202);
        JsonElement paused = (await app.GetAsync("timers/NewYear")).Json;
        (paused.GetProperty("isPaused").GetBoolean(), paused.GetProperty("upcoming").GetArrayLength())
            .ShouldBe((true, 0));
        (await app.PostAsync("timers/newyear/resume")).Status.ShouldBe(202);
        (await app.GetAsync("timers/NewYear")).Json.GetProperty("isPaused").GetBoolean().ShouldBeFalse();
        // One whose function is gone: what it is told is stored, and nothing more.
        app.Parts.Node.PartitionOf("@@!gone").Submit("@@!gone", new Message.TimerOrder(TimerOrderKind.Pause));
        await App.UntilAsync(async () => (await app.GetAsync("timers/gone")).Status == 200);
        foreach (string verb in new[] { "pause", "resume", "run" })
        {
            (await app.PostAsync($"timers/nobody/{verb}")).Status.ShouldBe(404);
            Reply refused = await app.PostAsync($"timers/gone/{verb}");
            (refused.Status, refused.Message).ShouldBe(
                (409, "No program of this hub has the function 'gone'. Start one that has, or delete the timer."));
        }
    }

    [Fact]
    [Answers("RunTimer", 202, 404, 409)]
    public async Task Runs_one_now()
    {
        NewYears years = new();
        TaskCompletionSource<string> runs = new();
        TaskCompletionSource goOn = new();
        years.RunAsync = id =>
        {
            runs.TrySetResult(id);
            return goOn.Task;
        };
        await using App app = await App.StartAsync(services: s => s.AddSingleton(years));
        Reply accepted = await app.PostAsync("timers/NewYear/run");
        (accepted.Status, accepted["occurrenceId"]).ShouldBe((202, await runs.Task));
        JsonElement current = (await app.GetAsync("timers/NewYear")).Json.GetProperty("current");
        current.GetProperty("occurrenceId").GetString().ShouldBe(accepted["occurrenceId"]);
        Reply refused = await app.PostAsync("timers/NewYear/run");
        (refused.Status, refused.Message.Contains("Overlap = Queue", StringComparison.Ordinal)).ShouldBe((409, true));
        goOn.SetResult();
        await App.UntilAsync(async () =>
            (await app.GetAsync("timers/NewYear")).Json.GetProperty("last").ValueKind == JsonValueKind.String);
        (await app.PostAsync("timers/nobody/run")).Status.ShouldBe(404);
    }
}
