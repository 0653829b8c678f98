using System.Collections.Concurrent;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>
/// The two changes of code that the documents warn of, under an instance that has called Bar already: the type of Foo,
/// and a call that is put in between. They are explained, mended after they happened, and avoided with versions.
/// </summary>
public sealed class BreakingChangeTests : IAsyncLifetime
{
    private const string Why =
        "the history holds activity 'Other' but the code now asks for ";

    private readonly Hub _hub = new(Setup.MemoryCold) { ChecksReplay = false };
    private readonly ConcurrentQueue<string> _ran = new();

    /// <summary>Work is Foo, and Other is Bar or SendNotification, as its input says.</summary>
    public BreakingChangeTests()
    {
        _hub.Code.Work = _ => Task.FromResult<object?>(true);
        _hub.Code.Other = async c =>
        {
            string what = c.GetInput<string>();
            _ran.Enqueue(what);
            if (what == "bar" && _bar.Task is { IsCompleted: false } open)
                await open;
            return what;
        };
        _hub.Code.Main = FooBar;
    }

    private TaskCompletionSource _bar = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _bar.TrySetResult();
        return _hub.DisposeAsync();
    }

    private static async Task<object?> FooBar(IDurableOrchestrationContext context)
    {
        bool result = await context.CallActivityAsync<bool>("Work");
        return result ? await context.CallActivityAsync<string>("Other", "bar") : null;
    }

    private static async Task<object?> FooOfText(IDurableOrchestrationContext context)
    {
        string result = await context.CallActivityAsync<string>("Work");
        return result.Length > 0 ? await context.CallActivityAsync<string>("Other", "bar") : null;
    }

    private static async Task<object?> Notifying(IDurableOrchestrationContext context)
    {
        if (await context.CallActivityAsync<bool>("Work"))
            await context.CreateTimer(context.CurrentUtcDateTime.AddSeconds(1));
        return await context.CallActivityAsync<string>("Other", "bar");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_type_is_explained_and_mended(bool parks)
    {
        string id = await DeployAsync(FooOfText, parks);

        string reason = await StoppedAsync(id, parks);
        reason.ShouldContain($"{Why}end (Perdure.PayloadException: Cannot read the result of activity 'Work' as ");
        reason.ShouldContain("is stored");

        await MendAsync(id, parks);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_in_between_is_explained_and_mended(bool parks)
    {
        string id = await DeployAsync(Notifying, parks);

        string reason = await StoppedAsync(id, parks);
        // Turn 2 where the start became a turn of its own, because the code took its time to begin.
        reason.ShouldMatch("in turn [12], at position 0, " + Why + "timer.");

        await MendAsync(id, parks);
    }

    [Fact]
    public async Task With_a_version_the_old_instance_goes_on_as_it_began_and_a_new_one_is_notified()
    {
        static async Task<object?> Both(IDurableOrchestrationContext context)
        {
            bool result = await context.CallActivityAsync<bool>("Work");
            if (result && context.CompareVersionTo("2.0") >= 0)
                await context.CallActivityAsync<string>("Other", "notification");
            return await context.CallActivityAsync<string>("Other", "bar");
        }

        string id = await DeployAsync(Both, parks: false, version: "2.0");
        _bar.TrySetResult();

        (await _hub.OutputAsync<string>(id)).ShouldBe("bar");
        _ran.ShouldNotContain("notification");
        string young = await _hub.Client.StartNewAsync("Main");
        (await _hub.OutputAsync<string>(young)).ShouldBe("bar");
        _ran.Count(r => r == "notification").ShouldBe(1);
    }

    /// <summary>An instance calls Bar, whose result is not there yet, when the program is replaced.</summary>
    private async Task<string> DeployAsync(
        Func<IDurableOrchestrationContext, Task<object?>> code, bool parks, string? version = null)
    {
        await _hub.StartAsync();
        string id = await _hub.Client.StartNewAsync("Main");
        await _hub.UntilHistoryAsync(id, "TaskScheduled", 2);
        await _hub.DieAsync();
        _hub.Code.Main = code;
        await _hub.StartAsync(o =>
            (o.ParkNonDeterministicInstances, o.Versioning.Version) = (parks, version));
        return id;
    }

    private async Task<string> StoppedAsync(string id, bool parks)
    {
        _bar.TrySetResult();
        await _hub.UntilStatusAsync(
            id, parks ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Failed);
        DurableOrchestrationStatus status = await _hub.StatusAsync(id);
        return (parks ? status.Reason : status.Failure?.ErrorMessage).ShouldNotBeNull();
    }

    /// <summary>The right code is deployed; nothing that was done is done again.</summary>
    private async Task MendAsync(string id, bool parks)
    {
        await _hub.StopAsync();
        _hub.Code.Main = FooBar;
        await _hub.StartAsync();
        int ran = _ran.Count;
        if (parks)
            await _hub.Client.ResumeAsync(id, "deployed");
        else
            await _hub.Client.RewindAsync(id, "deployed");

        (await _hub.OutputAsync<string>(id)).ShouldBe("bar");
        _ran.Count.ShouldBe(ran);
    }
}
