namespace Perdure.Cli.Checks;

/// <summary>A program as it is said on the command line, and how it is built and started.</summary>
internal sealed record ProgramPlace
{
    private static readonly string[] s_projects = [".csproj", ".fsproj", ".vbproj"];

    private readonly IReadOnlyList<string> _command;

    private ProgramPlace(IReadOnlyList<string> command, string path) => (_command, Path) = (command, path);

    public string Path { get; }

    /// <summary>What builds it first, so that building counts for no time limit; null when it is built.</summary>
    public IReadOnlyList<string>? Build { get; private init; }

    /// <summary>What starts it.</summary>
    /// <param name="arguments">Of the program.</param>
    public IReadOnlyList<string> Start(IReadOnlyList<string> arguments) => [.. _command, .. arguments];

    /// <exception cref="CheckFailedException">There is no such program.</exception>
    public static ProgramPlace Of(string text, string? configuration, Terminal terminal)
    {
        string dotnet = terminal.Environment("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        if (Directory.Exists(text))
            return OfSource(Project(text), dotnet, configuration);
        if (!File.Exists(text))
        {
            throw new CheckFailedException(
                $"There is no program '{text}'. Name a built .dll or executable, or a project, its folder or a .cs "
                + "file.");
        }
        return System.IO.Path.GetExtension(text).ToLowerInvariant() switch
        {
            ".dll" => new ProgramPlace([dotnet, System.IO.Path.GetFullPath(text)], text),
            ".cs" => OfSource(text, dotnet, configuration),
            var extension when s_projects.Contains(extension) => OfSource(text, dotnet, configuration),
            _ => new ProgramPlace([System.IO.Path.GetFullPath(text)], text),
        };
    }

    private static ProgramPlace OfSource(string path, string dotnet, string? configuration)
    {
        string source = System.IO.Path.GetFullPath(path);
        string[] chosen = configuration is null ? [] : ["-c", configuration];
        string[] which = source.EndsWith(".cs", StringComparison.OrdinalIgnoreCase)
            ? ["--file", source]
            : ["--project", source];
        return new ProgramPlace(
            [dotnet, "run", .. which, .. chosen, "--no-build", "--no-launch-profile", "--"], path)
        {
            Build = [dotnet, "build", source, .. chosen, "-nologo", "-v", "quiet"],
        };
    }

    private static string Project(string folder)
    {
        string[] found = [.. Directory.GetFiles(folder)
            .Where(f => s_projects.Contains(System.IO.Path.GetExtension(f).ToLowerInvariant()))];
        return found.Length == 1
            ? found[0]
            : throw new CheckFailedException(
                $"The folder '{folder}' holds {(found.Length == 0 ? "no project" : $"{found.Length} projects")}. Name "
                + "the project.");
    }
}
