using Microsoft.Extensions.Options;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Runtime.Support.CodeFunctions;

namespace Perdure.Tests.Runtime;

/// <summary>Each instance has its version for life, and runs only on code that may run it.</summary>
public sealed class VersionTests : IAsyncLifetime
{
    private readonly Hub _hub = new(Setup.Memory);

    public VersionTests()
    {
        _hub.Code.Main = c => Task.FromResult<object?>($"none for {c.Version ?? "none"}");
        _hub.Code.Orchestrations["Main 2.0"] = c => Task.FromResult<object?>($"2.0 for {c.Version}");
        _hub.Code.Orchestrations["Main 3.0"] = c => Task.FromResult<object?>($"3.0 for {c.Version}");
        _hub.Code.Child = c => Task.FromResult<object?>($"child for {c.Version ?? "none"}");
        _hub.Code.Work = _ => Task.FromResult<object?>("done");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(null, null, null, "none for none")]
    [InlineData("2.0", null, null, "none for 2.0")]
    [InlineData("2.0", "1.5", null, "none for 1.5")]
    [InlineData("2.0", "1.5", "1.0", "none for 1.0")]
    [InlineData("2.0", null, "", "none for none")]
    public async Task A_start_that_says_no_version_gets_that_of_the_program(
        string? program, string? byDefault, string? asked, string output)
    {
        await _hub.StartAsync(o => (o.Versioning.Version, o.Versioning.DefaultVersion) = (program, byDefault));

        string id = await _hub.Client.StartNewAsync("Main", new StartOptions { Version = asked });

        (await _hub.OutputAsync<string>(id)).ShouldBe(output);
        string? version = (await _hub.StatusAsync(id)).Version;
        output.ShouldBe($"none for {version ?? "none"}");
    }

    [Theory]
    [InlineData(null, null, "3.0 for 3.0")]
    [InlineData(null, "2.0", "2.0 for 2.0")]
    [InlineData(null, "2", "2.0 for 2")]
    [InlineData(null, "", "none for none")]
    [InlineData("2.7", null, "2.0 for 2.0")]
    [InlineData("4", null, "3.0 for 3.0")]
    [InlineData("4", "2.0", "2.0 for 2.0")]
    public async Task Code_of_several_versions_stands_side_by_side(string? byDefault, string? asked, string output)
    {
        _hub.Functions = [typeof(MainFunction), typeof(MainOf2Function), typeof(MainOf3Function)];
        await _hub.StartAsync(o => o.Versioning.DefaultVersion = byDefault);

        string id = await _hub.Client.StartNewAsync("Main", new StartOptions { Version = asked });

        (await _hub.OutputAsync<string>(id)).ShouldBe(output);
    }

    [Fact]
    public async Task An_instance_keeps_its_version_over_deployments()
    {
        _hub.ChecksReplay = false;
        _hub.Code.Main = async c =>
        {
            string before = c.Version!;
            await c.WaitForExternalEvent("go");
            return $"{before} {c.Version} {c.CompareVersionTo("1.10") < 0}";
        };
        await _hub.StartAsync(o => o.Versioning.Version = "1.9");
        string id = await _hub.Client.StartNewAsync("Main");
        await _hub.UntilStatusAsync(id, OrchestrationRuntimeStatus.Running);
        await _hub.StopAsync();
        await _hub.StartAsync(o => o.Versioning.Version = "2.0");

        await _hub.Client.RaiseEventAsync(id, "go");

        (await _hub.OutputAsync<string>(id)).ShouldBe("1.9 1.9 True");
    }

    [Fact]
    public async Task A_program_runs_nothing_that_is_newer_and_says_so()
    {
        await _hub.StartAsync(o => o.Versioning.Version = "1.0");

        string id = await _hub.Client.StartNewAsync("Main", new StartOptions { Version = "2.0" });

        DurableOrchestrationStatus status = await _hub.StatusAsync(id);
        (status.RuntimeStatus, status.Version).ShouldBe((OrchestrationRuntimeStatus.Pending, "2.0"));
        (await _hub.Client.ExplainAsync(id)).ShouldBe(
            "It has the version '2.0', and no program of the hub runs instances of 'Main' of that; this program has "
            + "the version '1.0'. Deploy one that does, or terminate the instance.");
        _hub.Log.All.Count(l => l.Text.Contains("no program of the hub runs its version '2.0'")).ShouldBe(1);

        await _hub.StopAsync();
        await _hub.StartAsync(o => o.Versioning.Version = "2.0");
        (await _hub.OutputAsync<string>(id)).ShouldBe("none for 2.0");
    }

    [Fact]
    public async Task Events_for_an_instance_that_waits_for_its_version_are_kept_for_it()
    {
        _hub.Code.Main = async c => await c.WaitForExternalEvent<string>("go");
        await _hub.StartAsync(o => o.Versioning.Version = "1.0");
        string id = await _hub.Client.StartNewAsync("Main", new StartOptions { Version = "2.0" });
        await _hub.Client.RaiseEventAsync(id, "go", "kept");
        await _hub.StopAsync();

        await _hub.StartAsync(o => o.Versioning.Version = "2.0");

        (await _hub.OutputAsync<string>(id)).ShouldBe("kept");
    }

    [Theory]
    [InlineData(VersionMatchStrategy.None, "none for 2.0", "none for 1.0")]
    [InlineData(VersionMatchStrategy.Strict, null, "none for 1.0")]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, null, "none for 1.0")]
    public async Task The_strategy_says_what_runs(VersionMatchStrategy strategy, string? newer, string? same)
    {
        await _hub.StartAsync(o =>
            (o.Versioning.Version, o.Versioning.MatchStrategy) = ("1.0", strategy));

        foreach ((string version, string? output) in new[] { ("2.0", newer), ("1.0", same) })
        {
            string id = await _hub.Client.StartNewAsync("Main", new StartOptions { Version = version });
            if (output is not null)
                (await _hub.OutputAsync<string>(id)).ShouldBe(output);
            else
                (await _hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        }
        string older = await _hub.Client.StartNewAsync("Main", new StartOptions { Version = "0.9" });
        if (strategy == VersionMatchStrategy.Strict)
            (await _hub.StatusAsync(older)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        else
            (await _hub.OutputAsync<string>(older)).ShouldBe("none for 0.9");
    }

    [Fact]
    public async Task Where_the_program_is_set_up_so_what_it_does_not_run_fails()
    {
        await _hub.StartAsync(o => (o.Versioning.Version, o.Versioning.FailureStrategy) =
            ("1.0", VersionFailureStrategy.Fail));

        string id = await _hub.Client.StartNewAsync("Main", new StartOptions { Version = "2.0" });

        DurableOrchestrationStatus status = await _hub.EndAsync(id);
        status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        status.Output.ToString().ShouldContain("does not run");
        (await _hub.StatusAsync(id, history: true)).History![^1].Failure!.ErrorType.ShouldBe("VersionMismatch");
        // Nobody waits for a name that there is not.
        (await Should.ThrowAsync<ArgumentException>(_hub.Client.StartNewAsync("Nobody"))).Message
            .ShouldContain("Nobody");
    }

    [Fact]
    public async Task Children_have_the_version_of_the_program_or_that_which_is_asked_for()
    {
        _hub.Code.Main = async c => string.Join(", ",
            await c.CallSubOrchestratorAsync<string>("Child"),
            await c.CallSubOrchestratorAsync<string>("Child", new SubOrchestrationOptions { Version = "1.5" }),
            await c.CallSubOrchestratorAsync<string>(
                "Child",
                new SubOrchestrationOptions
                {
                    Version = "1.6", InstanceId = "mine", Retry = new RetryOptions(TimeSpan.FromSeconds(1), 2),
                }),
            c.StartNewOrchestration("Child", new SubOrchestrationOptions { Version = "1.7", InstanceId = "other" }));
        await _hub.StartAsync(o => o.Versioning.Version = "2.0");
        string id = await _hub.Client.StartNewAsync("Main", new StartOptions { Version = "1.0" });

        (await _hub.OutputAsync<string>(id)).ShouldBe("child for 2.0, child for 1.5, child for 1.6, other");
        await _hub.UntilAsync(async () => await _hub.Client.GetStatusAsync("other") is not null);
        (await _hub.OutputAsync<string>("other")).ShouldBe("child for 1.7");
        (await _hub.StatusAsync("mine")).Version.ShouldBe("1.6");
    }

    [Fact]
    public async Task A_child_that_is_newer_than_the_program_waits_and_its_parent_with_it()
    {
        _hub.Code.Main = async c => await c.CallSubOrchestratorAsync<string>(
            "Child", new SubOrchestrationOptions { Version = "3.0", InstanceId = "young" });
        await _hub.StartAsync(o => o.Versioning.Version = "2.0");
        string id = await _hub.Client.StartNewAsync("Main");
        await _hub.UntilAsync(async () => await _hub.Client.GetStatusAsync("young") is not null);
        (await _hub.Client.ExplainAsync(id))!.ShouldContain("the sub-orchestration 'Child' with the id 'young'");
        (await _hub.Client.ExplainAsync("young"))!.ShouldContain("It has the version '3.0'");
        await _hub.StopAsync();

        await _hub.StartAsync(o => o.Versioning.Version = "3.0");

        (await _hub.OutputAsync<string>(id)).ShouldBe("child for 3.0");
    }

    [Fact]
    public async Task An_orchestration_that_goes_on_for_ever_moves_to_a_newer_version()
    {
        _hub.Functions = [typeof(MainFunction), typeof(MainOf2Function)];
        _hub.Code.Main = c =>
        {
            c.ContinueAsNew("next", new ContinueAsNewOptions { NewVersion = "2.0" });
            return Task.FromResult<object?>(null);
        };
        await _hub.StartAsync();

        string id = await _hub.Client.StartNewAsync("Main", new StartOptions { Version = "" });

        (await _hub.OutputAsync<string>(id)).ShouldBe("2.0 for 2.0");
        (await _hub.StatusAsync(id)).Version.ShouldBe("2.0");
    }

    [Fact]
    public async Task A_new_generation_that_is_newer_than_the_program_waits_for_one_that_runs_it()
    {
        _hub.Code.Main = c =>
        {
            if (c.Version == "2.0")
                return Task.FromResult<object?>("over there");
            c.ContinueAsNew(null, new ContinueAsNewOptions { NewVersion = "2.0" });
            return Task.FromResult<object?>(null);
        };
        await _hub.StartAsync(o => o.Versioning.Version = "1.0");
        string id = await _hub.Client.StartNewAsync("Main");
        await _hub.UntilAsync(async () => (await _hub.StatusAsync(id)).Version == "2.0");
        (await _hub.StatusAsync(id)).RuntimeStatus.ShouldNotBe(OrchestrationRuntimeStatus.Completed);
        await _hub.StopAsync();

        await _hub.StartAsync(o => o.Versioning.Version = "2.0");

        (await _hub.OutputAsync<string>(id)).ShouldBe("over there");
    }

    [Fact]
    public async Task A_restart_keeps_the_version()
    {
        await _hub.StartAsync(o => o.Versioning.Version = "2.0");
        string id = await _hub.Client.StartNewAsync("Main", new StartOptions { Version = "1.0" });
        await _hub.EndAsync(id);

        string again = await _hub.Client.RestartAsync(id);

        (await _hub.OutputAsync<string>(again)).ShouldBe("none for 1.0");
    }

    [Fact]
    public async Task All_that_is_in_flight_is_counted_and_terminated()
    {
        _hub.Code.Main = async c => await c.WaitForExternalEvent<string>("go");
        await _hub.StartAsync(o => o.Versioning.Version = "2.0");
        foreach (string? version in new[] { "1.0", "1.0", "1.0", "2.0", "" })
            await _hub.Client.StartNewAsync("Main", new StartOptions { Version = version });
        string ended = await _hub.Client.StartNewAsync("Child", new StartOptions { Version = "1.0" });
        await _hub.EndAsync(ended);
        OrchestrationStatusQueryCondition old = new() { Version = "1.0" }, none = new() { Version = "" };
        OrchestrationStatusQueryCondition all = new() { Name = "main" };
        (await _hub.Client.CountInstancesAsync(old)).ShouldBe(4);
        (await _hub.Client.CountInstancesAsync(none)).ShouldBe(1);

        (await _hub.Client.TerminateInstancesAsync(old, "the last of 1.0")).ShouldBe(3);
        (await _hub.Client.TerminateInstancesAsync(all)).ShouldBe(2);

        (await _hub.Client.TerminateInstancesAsync(all)).ShouldBe(0);
        (await _hub.StatusAsync(ended)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        (await _hub.Client.ListInstancesAsync(all)).DurableOrchestrationState
            .ShouldAllBe(s => s.RuntimeStatus == OrchestrationRuntimeStatus.Terminated);
    }

    [Fact]
    public async Task Two_codes_of_one_version_are_refused_and_so_is_what_cannot_be_a_version()
    {
        _hub.Functions = [typeof(MainOf2Function), typeof(SameVersion)];
        (await Should.ThrowAsync<Exception>(_hub.StartAsync())).Message
            .ShouldContain("two of them have the same version");

        _hub.Functions = [typeof(MainFunction)];
        (await Should.ThrowAsync<OptionsValidationException>(
            _hub.StartAsync(o => o.Versioning.Version = new string('1', 101)))).Message
            .ShouldContain("Perdure:Versioning:Version");
        await _hub.StartAsync(o => o.Versioning.Version = null);
        (await Should.ThrowAsync<ArgumentException>(
            _hub.Client.StartNewAsync("Main", new StartOptions { Version = "1\n2" }))).Message
            .ShouldContain("control character");
    }

    internal sealed class SameVersion
    {
        [FunctionName("main")]
        public static Task<object?> Run([OrchestrationTrigger(Version = "2")] IDurableOrchestrationContext context) =>
            Task.FromResult<object?>(context.Name);
    }
}
