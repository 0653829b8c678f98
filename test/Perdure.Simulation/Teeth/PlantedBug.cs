namespace Perdure.Simulation.Teeth;

/// <summary>
/// Shipped code made wrong: a file in <c>bugs/</c> with a description, and where, what and by what. Most are one line;
/// a few need a second place.
/// </summary>
internal sealed record PlantedBug(string Name, string Description, IReadOnlyList<Edit> Edits)
{
    public static IReadOnlyList<PlantedBug> All(string root) =>
        [.. Directory.GetFiles(Path.Combine(root, "test", "Perdure.Simulation", "bugs"), "*.txt")
            .Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>A file in which a line is not there, or not only once; null when all can be planted.</summary>
    public string? Lost(string root) =>
        Edits.FirstOrDefault(e => e.Apply(File.ReadAllText(Path.Combine(root, e.File))) is null)?.File;

    private static PlantedBug Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        string[] files = Values("file:"), finds = Values("find:"), puts = Values("put:");
        return new PlantedBug(
            Path.GetFileNameWithoutExtension(path), lines[0],
            [.. files.Select((file, i) => new Edit(file, finds[i], puts[i]))]);

        string[] Values(string key) =>
            [.. lines.Where(l => l.StartsWith(key, StringComparison.Ordinal)).Select(l => l[key.Length..].Trim())];
    }
}

/// <summary>One line that is replaced by another.</summary>
internal sealed record Edit(string File, string Find, string Put)
{
    /// <summary>The text with the bug in it; null when the line is not there, or not only once.</summary>
    public string? Apply(string text)
    {
        int at = text.IndexOf(Find, StringComparison.Ordinal);
        return at < 0 || text.IndexOf(Find, at + 1, StringComparison.Ordinal) >= 0
            ? null
            : string.Concat(text.AsSpan(0, at), Put, text.AsSpan(at + Find.Length));
    }
}
