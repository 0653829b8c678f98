using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Perdure.Goldens;

/// <summary>
/// The histories of every release are replayed by the code of today. <c>eng/goldens.sh</c> records those of a release;
/// what was recorded is never changed.
/// </summary>
public sealed partial class GoldenTests
{
    /// <summary>Names the folder that recordings go to; without it they go nowhere.</summary>
    private const string Variable = "PERDURE_GOLDENS";

    public static TheoryData<string> Names => [.. Golden.All.Select(g => g.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Histories_of_every_release_fit_the_code_of_today(string name)
    {
        Golden golden = Golden.All.Single(g => g.Name == name);
        string[] releases = Directory.GetDirectories(Root());
        releases.ShouldNotBeEmpty();
        foreach (string release in releases.Select(r => Path.Combine(r, name)).Where(Directory.Exists))
            (await golden.Checker().CheckAsync(release)).ShouldFit();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Histories_of_today_fit_the_code_of_today(string name)
    {
        Golden golden = Golden.All.Single(g => g.Name == name);
        string? kept = Environment.GetEnvironmentVariable(Variable);
        string root = kept ?? Directory.CreateTempSubdirectory("perdure-goldens").FullName;
        string folder = Path.Combine(root, name);
        if (Directory.Exists(folder))
            throw new InvalidOperationException($"'{folder}' exists, and what was recorded is never changed.");
        await golden.RecordAsync(folder);
        (await golden.Checker().CheckAsync(folder)).ShouldFit();
        if (kept is null)
            Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task Every_kind_of_event_is_among_them_and_every_state()
    {
        string[] files = Directory.GetFiles(Root(), "*.json", SearchOption.AllDirectories);
        HashSet<string> types = [], states = [];
        foreach (string file in files)
        {
            string text = await File.ReadAllTextAsync(file);
            types.UnionWith(EventType().Matches(text).Select(m => m.Groups[1].Value));
            states.UnionWith(State().Matches(text).Select(m => m.Groups[1].Value));
        }
        Type kinds = Assembly.Load("Perdure.Core").GetType("Perdure.Core.History.HistoryEvent", throwOnError: true)!;
        kinds.GetNestedTypes().Select(t => t.Name).Except(types).ShouldBeEmpty();
        ((string[])["Running", "Completed", "Failed", "Terminated", "Pending", "Scheduled", "Suspended", "Parked"])
            .Except(states).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_call_that_is_renamed_does_not_fit()
    {
        string release = Directory.GetDirectories(Root())[0];
        ReplayReport report = await ReplayChecker.Of(typeof(Renamed))
            .CheckAsync(Path.Combine(release, "hello-cities"));
        report.Verdicts.Count.ShouldBe(2);
        report.Verdicts.ShouldAllBe(v => v.Outcome == ReplayOutcome.Breaks && v.Actual == "activity 'Greet'");
    }

    private static class Renamed
    {
        [FunctionName("HelloCities")]
        public static Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            context.CallActivityAsync<string>("Greet", "Tokyo");

        [FunctionName("Greet")]
        public static string Greet([ActivityTrigger] string city) => city;
    }

    private static string Root([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../Goldens");

    [GeneratedRegex("""\{"type":"(\w+)"[,}]""")]
    private static partial Regex EventType();

    [GeneratedRegex("""(?m)^  "(?:status|held)": "(\w+)",""")]
    private static partial Regex State();
}
