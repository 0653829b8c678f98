namespace Perdure.Simulation.Teeth;

/// <summary>
/// One line of shipped code, made wrong: a file in <c>bugs/</c> with a description, where, what and by what.
/// </summary>
internal sealed record PlantedBug(string Name, string Description, string File, string Find, string Put)
{
    public static IReadOnlyList<PlantedBug> All(string root) =>
        [.. Directory.GetFiles(Path.Combine(root, "test", "Perdure.Simulation", "bugs"), "*.txt")
            .Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The text with the bug in it; null when the line is not there, or not only once.</summary>
    public string? Plant(string text)
    {
        int at = text.IndexOf(Find, StringComparison.Ordinal);
        return at < 0 || text.IndexOf(Find, at + 1, StringComparison.Ordinal) >= 0
            ? null
            : string.Concat(text.AsSpan(0, at), Put, text.AsSpan(at + Find.Length));
    }

    private static PlantedBug Read(string path)
    {
        string[] lines = System.IO.File.ReadAllLines(path);
        return new PlantedBug(
            Path.GetFileNameWithoutExtension(path), lines[0], Value("file:"), Value("find:"), Value("put:"));

        string Value(string key) => lines.First(l => l.StartsWith(key, StringComparison.Ordinal))[key.Length..].Trim();
    }
}
