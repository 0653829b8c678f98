using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Perdure.Simulation.Teeth;
using Shouldly;
using Xunit;

namespace Perdure.Tests.House;

/// <summary>The style of the house, as far as a machine can see it.</summary>
public sealed partial class TidyTests
{
    private const int FileLinesMax = 400;
    private const int LineCharactersMax = 120;

    private static readonly string[] Folders = ["src", "test", "bench", "samples"];

    [Fact]
    public void Files_are_short() =>
        Problems((file, lines) => lines.Length > FileLinesMax ? [$"{file}: {lines.Length} lines"] : []).ShouldBeEmpty();

    [Fact]
    public void Lines_are_short() => Problems((file, lines) =>
        from line in lines.Index()
        // A text that is data (JSON, a regular expression, a table) may be as long as it is.
        where line.Item.Length > LineCharactersMax && !line.Item.Contains("\"\"\"", StringComparison.Ordinal)
        select $"{file}:{line.Index + 1}: {line.Item.Length} characters").ShouldBeEmpty();

    [Fact]
    public void Types_are_named_for_what_they_do() => Problems((file, lines) =>
        from line in lines.Index()
        where VagueName().IsMatch(line.Item)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}").ShouldBeEmpty();

    [Fact]
    public void Nothing_escapes_the_turn_or_the_simulator() => Problems((file, lines) =>
        from line in lines.Index()
        where file.StartsWith("src", StringComparison.Ordinal)
            && Escape().IsMatch(line.Item.Split("//")[0])
            && !line.Item.TrimStart().StartsWith('+') && !line.Item.Contains('"', StringComparison.Ordinal)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}").ShouldBeEmpty();

    /// <summary>
    /// Torture and power loss put a real process under load in real time; they are programs, not tests.
    /// </summary>
    private static readonly string[] Programs = ["test/Perdure.Torture", "test/Perdure.PowerLoss"];

    [Fact]
    public void Tests_wait_on_conditions_and_never_sleep() => Problems((file, lines) =>
        from line in lines.Index()
        where file.StartsWith("test", StringComparison.Ordinal)
            && !Programs.Any(p => file.StartsWith(p, StringComparison.Ordinal)) && Sleep().IsMatch(line.Item)
            && !line.Item.Contains("// Allowed:", StringComparison.Ordinal)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}").ShouldBeEmpty();

    /// <summary>Found here in seconds, and not only when the simulator next plants one of them.</summary>
    [Fact]
    public void Every_bug_can_still_be_planted() => PlantedBug.All(Root())
        .Where(bug => bug.Lost(Root()) is not null)
        .Select(bug => $"a line of bugs/{bug.Name}.txt is not there once in {bug.Lost(Root())}")
        .ShouldBeEmpty();

    private static List<string> Problems(Func<string, string[], IEnumerable<string>> look)
    {
        string root = Root();
        return
        [
            .. from folder in Folders
               from file in Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)
               where !file.Contains("/House/", StringComparison.Ordinal)
               from problem in look(Path.GetRelativePath(root, file), File.ReadAllLines(file))
               select problem,
        ];
    }

    private static string Root() => Path.GetFullPath(Path.Combine(Here(), "../../.."));

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex(@"\b(class|record|struct|interface)\s+\w*(Manager|Helper|Util|Utils|Common|Wrapper|Impl|Shim)\b")]
    private static partial Regex VagueName();

    [GeneratedRegex(@"ConfigureAwait\(false\)|\bTask\.Run\(|DateTime(Offset)?\.(Utc)?Now\b")]
    private static partial Regex Escape();

    [GeneratedRegex(@"Thread\.Sleep\(|await Task\.Delay\((?!.*(time|Time|clock|Clock))")]
    private static partial Regex Sleep();
}
