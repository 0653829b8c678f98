using System.Collections.Concurrent;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Orchestrations that have ended go on from a turn that somebody chooses.</summary>
public sealed class RewindToTurnTests : IAsyncLifetime
{
    private readonly Hub _hub = new(Setup.SqliteCold);
    private readonly ConcurrentDictionary<string, int> _runs = new();

    public async ValueTask InitializeAsync()
    {
        // It tells how often it ran.
        _hub.Code.Other = c => Task.FromResult<object?>(
            $"{c.GetInput<string>()} {_runs.AddOrUpdate(c.GetInput<string>(), 1, (_, n) => n + 1)}");
        await _hub.StartAsync();
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task What_has_completed_goes_on_from_a_turn_that_is_chosen()
    {
        _hub.Code.Main = async c =>
        {
            string first = await c.CallActivityAsync<string>("Other", "a");
            string second = await c.CallActivityAsync<string>("Other", "b");
            return $"{first}, {second}, {await c.WaitForExternalEvent<string>("e")}";
        };
        string id = await _hub.Client.StartNewAsync("Main");
        await _hub.Client.RaiseEventAsync(id, "e", "kept");
        (await _hub.OutputAsync<string>(id)).ShouldBe("a 1, b 1, kept");
        int turn = (await _hub.StatusAsync(id, history: true)).History!
            .Last(e => e.EventType == "TaskScheduled").Turn;

        (await Should.ThrowAsync<ArgumentException>(_hub.Client.RewindToTurnAsync(id, 99))).Message
            .ShouldContain("did not run in turn 99 or later");
        await _hub.Client.RewindToTurnAsync(id, turn, "b was wrong");
        (await _hub.OutputAsync<string>(id)).ShouldBe("a 1, b 2, kept");

        await _hub.Client.RewindToTurnAsync(id, 0);
        (await _hub.OutputAsync<string>(id)).ShouldBe("a 2, b 3, kept");
        await _hub.CrashAsync();
        DurableOrchestrationStatus status = await _hub.StatusAsync(id, history: true);
        status.History!.Count(e => e.EventType == "ExecutionStarted").ShouldBe(1);
        status.History!.Count(e => e.EventType == "TaskScheduled").ShouldBe(2);
    }

    [Fact]
    public async Task What_runs_is_not_taken_back_to_a_turn()
    {
        _hub.Code.Main = async c => await c.WaitForExternalEvent<string>("e");
        string id = await _hub.Client.StartNewAsync("Main");
        await _hub.UntilStatusAsync(id, OrchestrationRuntimeStatus.Running);

        (await Should.ThrowAsync<InvalidOperationException>(_hub.Client.RewindToTurnAsync(id, 0))).Message
            .ShouldContain("has not ended. Terminate it");
        await _hub.Client.TerminateAsync(id, "back");
        await _hub.Client.RewindToTurnAsync(id, 0);
        await _hub.Client.RaiseEventAsync(id, "e", "after all");

        (await _hub.OutputAsync<string>(id)).ShouldBe("after all");
    }
}
