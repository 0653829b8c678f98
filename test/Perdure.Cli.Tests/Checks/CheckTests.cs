using System.Diagnostics;
using Perdure.Cli.Tests.Support;

namespace Perdure.Cli.Tests.Checks;

/// <summary>A real program is started and checked, as somebody does it before a deployment.</summary>
public sealed class CheckTests
{
    [Theory]
    [InlineData("application")]
    [InlineData("web")]
    [InlineData("default")]
    [InlineData("services")]
    public async Task Code_that_did_not_change_fits_and_nothing_of_the_program_runs(string builder)
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync();
        await places.ServeAsync();
        await places.WaitingAsync("FooBar", "a", "b");
        await places.WaitingAsync("Wait", "c");
        string before = await places.ContentAsync();

        Said said = await places.CheckAsync(builder, "");

        said.Code.ShouldBe(ExitCode.Done, said.All);
        said.Output.ShouldContain("Checked 3 instances in the file");
        said.Output.ShouldContain("3 fit, 0 would break");
        said.All.ShouldNotContain("Before Build.");
        // The host has the hub all the time.
        (await places.ContentAsync()).ShouldBe(before);
        (await File.ReadAllLinesAsync(places.Proof)).ShouldHaveSingleItem().ShouldStartWith("process");
        await places.Client.RaiseEventAsync("a", "Go");
        await places.Client.WaitForCompletionAsync("a", TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("type", "Cannot read the result of activity 'Foo' as System.String: a JSON boolean is stored")]
    [InlineData("notification", "asks for activity 'SendNotification' where the history holds activity 'Bar'")]
    public async Task Both_changes_that_break_running_instances_are_found(string code, string reason)
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync();
        await places.ServeAsync();
        await places.WaitingAsync("FooBar", "a", "b");
        await places.StopAsync();
        byte[] before = await File.ReadAllBytesAsync(places.Hub);

        Said said = await places.CheckAsync("application", code);

        said.Code.ShouldBe(ExitCode.No, said.All);
        said.Output.ShouldContain("0 fit, 2 would break");
        said.Output.ShouldContain($"2 would break: the code");
        said.Output.ShouldContain(reason);
        // Turn 2 where the start became a turn of its own, because the code took its time to begin.
        said.Output.ShouldMatch(@"'a' \(turn [12], position 0\)");
        (await File.ReadAllBytesAsync(places.Hub)).ShouldBe(before);
    }

    [Fact]
    public async Task A_part_can_be_asked_for_and_machines_read_the_answer()
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync();
        await places.ServeAsync();
        await places.WaitingAsync("FooBar", "a", "b");
        await places.WaitingAsync("Wait", "c");
        string output = Path.Combine(places.Directory, "verdicts.jsonl");

        Said one = await places.CheckAsync("application", "notification", "--instance", "b", "--json");
        Said named = await places.CheckAsync("application", "gone", "--orchestrator", "WAIT");
        Said gone = await places.CheckAsync("application", "gone", "--output", output);
        Said none = await places.CheckAsync("application", "", "--orchestrator", "Nobody");

        one.Code.ShouldBe(ExitCode.No);
        string[] lines = one.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2);
        lines[0].ShouldStartWith(
            """{"instanceId":"b","orchestrator":"FooBar","status":"Running","outcome":"Breaks",""");
        lines[0].ShouldMatch(
            ""","turn":[12],"position":0,"expected":"activity 'Bar'","actual":"activity 'SendNotification'"}""");
        lines[1].ShouldStartWith("""{"summary":{""");
        lines[1].ShouldContain(""" "checked":1,"broken":1 """.Trim());
        named.Code.ShouldBe(ExitCode.Done, named.All);
        gone.Code.ShouldBe(ExitCode.No);
        gone.Output.ShouldContain("FooBar: 2 of 2 would break");
        gone.Output.ShouldContain("2 have no code: this build has no orchestrator of that name");
        (await File.ReadAllLinesAsync(output)).Length.ShouldBe(3);
        none.Code.ShouldBe(ExitCode.Done);
        none.Output.ShouldContain("Nothing to check");
    }

    [Fact]
    public async Task Code_that_misbehaves_is_said_and_not_heard()
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync();
        await places.ServeAsync();
        await places.WaitingAsync("FooBar", "a");

        Said hangs = await places.CheckAsync("application", "hangs", "--time-limit", "0.3");
        Said loud = await places.CheckAsync("application", "loud");
        Said exits = await places.CheckAsync("application", "exits");

        hangs.Code.ShouldBe(ExitCode.No, hangs.All);
        hangs.Output.ShouldContain("1 would hang: the code does not come to an end within 0.3 s");
        loud.Code.ShouldBe(ExitCode.Done, loud.All);
        loud.All.ShouldNotContain("so loud");
        exits.Code.ShouldBe(ExitCode.Wrong, exits.All);
        exits.Error.ShouldContain("ended in the middle of the check with exit code 9");
        exits.Error.ShouldContain("fatal");
    }

    [Theory]
    [InlineData("nothing", "", "ended by itself with exit code 7")]
    [InlineData("nothing", "", "This program has never heard of durable functions.")]
    [InlineData("throws", "", "The configuration is not there.")]
    [InlineData("waits", "", "has not built a host with Perdure within 2 s")]
    [InlineData("application", "broken", "There is a problem with the functions of this app")]
    [InlineData("application", "", "There is no file")]
    public async Task A_program_that_cannot_be_checked_is_said(string builder, string code, string reason)
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync();
        string[] options = builder == "waits" ? ["--start-within", "2"] : [];

        Said said = await places.CheckAsync(builder, code, options);

        said.Code.ShouldBe(ExitCode.Wrong, said.All);
        said.Error.ShouldContain(reason);
        File.Exists(places.Hub).ShouldBeFalse();
    }

    [Theory]
    [InlineData("There is no program", "check", "/nowhere/app.dll")]
    [InlineData("--time-limit takes a number", "check", "app.dll", "--time-limit", "0")]
    [InlineData("Say either --hub or --histories", "check", "app.dll", "--hub", "a", "--histories", "b")]
    public async Task What_is_not_understood_is_said(string reason, params string[] arguments)
    {
        Said said = await Shell.RunAsync(arguments);
        said.Code.ShouldBe(ExitCode.Wrong);
        said.Error.ShouldContain(reason);
    }

    [Fact]
    public async Task A_hub_in_memory_needs_to_be_told_where_to_look()
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync();
        await places.ServeAsync();
        await places.WaitingAsync("FooBar", "a");
        string[] memory = ["check", CheckPlaces.Program, "--", "application", "notification", "memory"];

        Said nowhere = await Shell.RunAsync(memory);
        Said there = await Shell.RunAsync([.. memory[..2], "--hub", places.Hub, .. memory[2..]]);

        nowhere.Code.ShouldBe(ExitCode.Wrong);
        nowhere.Error.ShouldContain("is in memory and gone. Say which hub to look at (--hub)");
        there.Code.ShouldBe(ExitCode.No, there.All);
    }

    [Fact]
    public async Task A_check_that_is_cancelled_leaves_no_program_behind()
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync();
        using CancellationTokenSource cancelled = new();
        Task<Said> checking = places.CheckAsync(cancelled.Token, "waits", "");
        string said;
        do
        {
            await Task.Delay(1); // Allowed: between two looks at a condition.
            said = File.Exists(places.Proof) ? await File.ReadAllTextAsync(places.Proof) : "";
        }
        while (!said.EndsWith('\n'));
        int process = int.Parse(said.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

        await cancelled.CancelAsync();

        (await checking).Code.ShouldBe(ExitCode.Cancelled);
        Should.Throw<ArgumentException>(() => Process.GetProcessById(process));
    }

    [Fact]
    public async Task A_hub_on_a_server_is_checked_while_a_node_runs_on_it()
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync(isDatabase: true);
        await places.ServeAsync();
        await places.WaitingAsync("FooBar", [.. Enumerable.Range(0, 300).Select(i => $"i{i}")]);

        Said fits = await places.CheckAsync("application", "");
        Said breaks = await places.CheckAsync("application", "notification");
        Said elsewhere = await Shell.RunAsync(
            "check", CheckPlaces.Program, "--hub", places.Hub, "--task-hub", places.Schema, "--instance", "i7", "--",
            "application", "notification", "memory");
        await places.StopAsync();
        string before = await places.ContentAsync();
        Said stopped = await places.CheckAsync("application", "type");

        fits.Code.ShouldBe(ExitCode.Done, fits.All);
        fits.Output.ShouldContain("Checked 300 instances in the schema");
        breaks.Code.ShouldBe(ExitCode.No, breaks.All);
        breaks.Output.ShouldContain("300 would break");
        elsewhere.Code.ShouldBe(ExitCode.No, elsewhere.All);
        elsewhere.Output.ShouldContain("Checked 1 instances");
        stopped.Code.ShouldBe(ExitCode.No, stopped.All);
        (await places.ContentAsync()).ShouldBe(before);
    }
}
