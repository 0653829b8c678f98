using Perdure.Cli.Tests.Checks;
using Perdure.Cli.Tests.Support;

namespace Perdure.Cli.Tests.Instances;

/// <summary>All that is in flight is counted, and then stopped.</summary>
public sealed class TerminateTests
{
    /// <summary>
    /// A file belongs to one process; on a server the hosts that are there carry it out, or the tool does.
    /// </summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task What_has_not_ended_is_counted_and_terminated(bool isDatabase, bool isServed)
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync(isDatabase);
        await places.ServeAsync();
        await places.WaitingAsync("FooBar", "a", "b", "c");
        await places.WaitingAsync("Wait", "other", "ended");
        await places.Client.RaiseEventAsync("ended", "Go");
        await places.Client.WaitForCompletionAsync("ended", TimeSpan.FromSeconds(30));
        if (!isServed)
            await places.StopAsync();
        string[] terminate = ["instances", "terminate", "--hub", places.Hub, "--task-hub", places.Schema];

        Said counted = await Shell.RunAsync(terminate);
        counted.Code.ShouldBe(ExitCode.No);
        counted.Output.ShouldBe("4 instances have not ended.\n");
        counted.Error.ShouldContain("Say --yes");
        (await Shell.MustAsync([.. terminate, "--orchestrator", "Wait", "--yes"])).Output
            .ShouldBe("1 instance has not ended.\nTerminated 1.\n");
        (await Shell.MustAsync([.. terminate, "--version", "2.0"])).Output.ShouldBe("0 instances have not ended.\n");
        (await Shell.MustAsync([.. terminate, "--version", "", "--reason", "new schema", "--yes"])).Output
            .ShouldBe("3 instances have not ended.\nTerminated 3.\n");

        if (!isServed)
            await places.ServeAsync();
        foreach (string id in new[] { "a", "b", "c" })
        {
            DurableOrchestrationStatus status = (await places.Client.GetStatusAsync(id))!;
            (status.RuntimeStatus, status.Output.GetString())
                .ShouldBe((OrchestrationRuntimeStatus.Terminated, "new schema"));
        }
        (await places.Client.GetStatusAsync("ended"))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task A_file_that_a_host_has_open_is_left_alone_and_none_is_made()
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync();
        await places.ServeAsync();
        Said open = await Shell.RunAsync("instances", "terminate", "--hub", places.Hub, "--yes");
        open.Code.ShouldBe(ExitCode.No, open.All);
        open.Error.ShouldContain(places.Hub);

        string nowhere = Path.Combine(places.Directory, "nowhere.db");
        Said none = await Shell.RunAsync("instances", "terminate", "--hub", nowhere, "--yes");
        none.Code.ShouldBe(ExitCode.Wrong);
        none.Error.ShouldContain($"There is no file '{nowhere}'.");
        File.Exists(nowhere).ShouldBeFalse();
    }
}
