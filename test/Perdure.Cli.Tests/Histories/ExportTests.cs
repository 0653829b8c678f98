using Perdure.Cli.Tests.Checks;
using Perdure.Cli.Tests.Support;
using Perdure.Core.Stores.Histories;

namespace Perdure.Cli.Tests.Histories;

/// <summary>Instances become files, and the files are checked as the instances are.</summary>
public sealed class ExportTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_are_checked_as_the_hub_is(bool isDatabase)
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync(isDatabase);
        await places.ServeAsync();
        await places.WaitingAsync("FooBar", "a", "Ä b:c");
        await places.WaitingAsync("Wait", "ended");
        await places.Client.RaiseEventAsync("ended", "Go");
        await places.Client.WaitForCompletionAsync("ended", TimeSpan.FromSeconds(30));
        string folder = Path.Combine(places.Directory, "histories");
        string[] export = ["history", "export", places.Hub, "--task-hub", places.Schema, "--to", folder];

        Said said = await Shell.MustAsync(export);

        said.Output.ShouldContain("Wrote 2 histories");
        string[] files = Directory.GetFiles(folder);
        files.Length.ShouldBe(2);
        files.ShouldContain(Path.Combine(folder, "a.json"));
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(folder).ShouldBe(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        Said fits = await places.CheckAsync("application", "", "--histories", folder);
        fits.Code.ShouldBe(ExitCode.Done, fits.All);
        fits.Output.ShouldContain("Checked 2 instances in the folder");
        (await places.CheckAsync("application", "type", "--histories", folder)).Code.ShouldBe(ExitCode.No);

        Said again = await Shell.RunAsync(export);
        again.Code.ShouldBe(ExitCode.No);
        again.Error.ShouldContain("exists. Choose an empty folder, or say --force");
        (await Shell.MustAsync([.. export, "--force", "--all"])).Output.ShouldContain("Wrote 3 histories");
        (await places.CheckAsync("application", "", "--histories", folder)).Output
            .ShouldContain("Checked 3 instances");
        string other = Path.Combine(places.Directory, "other");
        await Shell.MustAsync([.. export[..^1], other, "--instance", "ended"]);
        await Shell.MustAsync([.. export[..^1], other, "--status", "running", "--orchestrator", "Wait"]);
        Directory.GetFiles(other).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_damaged_file_is_named()
    {
        await using CheckPlaces places = await CheckPlaces.CreateAsync();
        await File.WriteAllTextAsync(Path.Combine(places.Directory, "x.json"), "{\n  \"format\": 1,\n  \"id\": \"x");
        Said said = await places.CheckAsync("application", "", "--histories", places.Directory);
        said.Code.ShouldBe(ExitCode.Wrong);
        said.Error.ShouldContain("x.json', line 3");
    }

    [Fact]
    public void Names_of_files_are_safe_and_never_the_same()
    {
        HistoryFile.NameOf("order-17").ShouldBe("order-17.json");
        string[] ids = ["A", "a", "../etc", "a b", "a:b", "a_b", "", new string('x', 500), new string('x', 501), "ä"];
        string[] names = [.. ids.Select(HistoryFile.NameOf)];
        names.Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(ids.Length);
        names.ShouldAllBe(n => n.Length < 160 && n.All(c => char.IsAsciiLetterOrDigit(c) || "-_.".Contains(c)));
    }
}
