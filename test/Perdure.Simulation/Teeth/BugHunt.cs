using System.Collections.Concurrent;
using System.Diagnostics;

namespace Perdure.Simulation.Teeth;

/// <summary>
/// Shows that the checkers bite: each planted bug is put into a copy of the source tree, the simulator is built from
/// the copy and must find a violation.
/// </summary>
internal sealed class BugHunt(TextWriter to)
{
    private const int Seeds = 2_000;
    private const int Turns = 200;
    private static readonly string[] Copied =
    [
        "src", "test/Perdure.Simulation", "docs/analyzers.md", "eng/Analyzers.targets", "Directory.Build.props",
        "Directory.Packages.props", ".editorconfig",
    ];

    private readonly Lock _gate = new();

    /// <summary>How many were caught and how many were not. Each processor has a copy of the tree of its own.</summary>
    /// <param name="count">How many are planted; null for all.</param>
    /// <param name="part">Only those whose names contain this.</param>
    /// <param name="third">1, 2 or 3 for every third one; null for all.</param>
    public (int Caught, int Missed) Run(int? count, string? part, long? third)
    {
        string root = Root();
        IReadOnlyList<PlantedBug> known =
        [
            .. PlantedBug.All(root).Where(b => part is null || b.Name.Contains(part))
                .Where((_, i) => third is null || i % 3 == third - 1),
        ];
        // Also those whose turn it is not: a line that was changed is found the same day.
        PlantedBug[] lost = [.. known.Where(b => b.Lost(root) is not null)];
        foreach (PlantedBug bug in lost)
            Say(bug, false, $"the line is not there once in {bug.Lost(root)}: mend bugs/{bug.Name}.txt");
        ConcurrentQueue<PlantedBug> bugs = new(Chosen(known, count).Except(lost));
        int all = bugs.Count + lost.Length;
        int caught = 0;
        Thread[] hunters = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Hunt))];
        foreach (Thread hunter in hunters)
            hunter.Start();
        foreach (Thread hunter in hunters)
            hunter.Join();
        return (caught, all - caught);

        void Hunt()
        {
            string copy = Directory.CreateTempSubdirectory("perdure-bugs-").FullName;
            try
            {
                foreach (string part in Copied)
                    Copy(Path.Combine(root, part), Path.Combine(copy, part));
                while (bugs.TryDequeue(out PlantedBug? bug))
                {
                    if (IsCaught(bug, copy))
                        Interlocked.Increment(ref caught);
                }
            }
            finally
            {
                Directory.Delete(copy, recursive: true);
            }
        }
    }

    /// <summary>All, or a few that are others every day.</summary>
    private static IReadOnlyList<PlantedBug> Chosen(IReadOnlyList<PlantedBug> bugs, int? count)
    {
        if (count is not { } some)
            return bugs;
        int first = DateTime.UtcNow.DayOfYear * some;
        return [.. Enumerable.Range(first, some).Select(i => bugs[i % bugs.Count])];
    }

    private bool IsCaught(PlantedBug bug, string copy)
    {
        Dictionary<string, string> healthy = [];
        foreach (Edit edit in bug.Edits)
        {
            string path = Path.Combine(copy, edit.File);
            string text = File.ReadAllText(path);
            healthy.TryAdd(path, text);
            File.WriteAllText(path, edit.Apply(text));
        }
        try
        {
            (int built, string output) =
                Dotnet(copy, "build", "-c", "Release", "test/Perdure.Simulation", "-p:TreatWarningsAsErrors=false",
                "-p:PerdureAnalyzers=false", "-p:RunAnalyzers=false", "-nodeReuse:false", "-v:q");
            if (built != 0)
                return Say(bug, false, $"it does not compile:\n{output}");
            (int found, output) =
                Dotnet(copy, "artifacts/bin/Perdure.Simulation/release/Perdure.Simulation.dll", "--seeds",
                Seeds.ToString(), "--turns", Turns.ToString(), "--workers", "1", "--stop-at-first");
            string? violation = output.Split('\n')
                .FirstOrDefault(l => l.StartsWith("VIOLATION", StringComparison.Ordinal));
            return Say(bug, found != 0 && violation is not null, violation ?? $"not caught in {Seeds:N0} seeds");
        }
        finally
        {
            foreach ((string path, string text) in healthy)
                File.WriteAllText(path, text);
        }
    }

    private bool Say(PlantedBug bug, bool caught, string how)
    {
        lock (_gate)
            to.WriteLine($"{(caught ? "caught" : "MISSED")} {bug.Name}: {bug.Description}\n    {how}");
        return caught;
    }

    private static (int Code, string Output) Dotnet(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Perdure.slnx")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException(
            "The bugs are planted into the source tree, and this program does not stand in one.");
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
            return;
        }
        Directory.CreateDirectory(to);
        foreach (string entry
            in Directory.GetFileSystemEntries(from).Where(e => Path.GetFileName(e) is not ("obj" or "bin")))
            Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
    }
}
