using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests;

/// <summary>Code that is known to be right: the analyzers have nothing to say against it.</summary>
public sealed class SampleTests
{
    /// <summary>Generators of others do not run here, so methods with [LoggerMessage] have no body.</summary>
    private const string PartialWithoutBody = "CS8795";

    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private const string WebUsings = """

        global using System.Net.Http.Json;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    public static TheoryData<string> Samples =>
        [.. Directory.EnumerateDirectories(Path.Combine(Root(), "samples")).Select(d => Path.GetFileName(d)).Order()];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_breaks_no_rule(string sample)
    {
        string folder = Path.Combine(Root(), "samples", sample);
        string[] sources =
            [
                .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                    .Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Select(Source),
            ];
        sources.ShouldNotBeEmpty();
        string project = Path.Combine(folder, $"{sample}.csproj");
        bool isWeb = File.Exists(project)
            && File.ReadAllText(project).Contains("Microsoft.NET.Sdk.Web", StringComparison.Ordinal);
        Diagnostic[] found = await Analysis.RunAsync(Generation.Complete(Analysis.Compile(
            sources, OutputKind.ConsoleApplication, isWeb ? Usings + WebUsings : Usings)), PartialWithoutBody);
        found.Where(d => d.Severity >= DiagnosticSeverity.Warning).Select(d => d.ToString()).ShouldBeEmpty();
    }

    /// <summary>Without the directives of a program in one file, which are for the SDK.</summary>
    private static string Source(string file) =>
        string.Join('\n', File.ReadLines(file).Where(l => !l.StartsWith("#:", StringComparison.Ordinal)));

    private static string Root([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../.."));
}
