using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Perdure.Analyzers.Tests.Harness;

/// <summary>Compiles sources against what the tests themselves run on, and asks every analyzer about them.</summary>
internal static class Analysis
{
    private const string Usings = """
        global using System;
        global using System.Collections.Concurrent;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.Extensions.Logging;
        global using Perdure;
        """;

    private static readonly Lazy<ImmutableArray<MetadataReference>> s_references = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(p => (MetadataReference)MetadataReference.CreateFromFile(p))]);

    /// <summary>Every analyzer that is shipped; a new one is tested by all tests without being named.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> Analyzers { get; } =
        [.. typeof(DeterminismAnalyzer).Assembly.GetTypes()
            .Where(t => t.GetCustomAttribute<DiagnosticAnalyzerAttribute>() is not null)
            .Select(t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!)];

    public static CSharpCompilation Compile(
        IEnumerable<string> sources, OutputKind kind = OutputKind.DynamicallyLinkedLibrary, string usings = Usings) =>
        CSharpCompilation.Create(
            "Tested",
            sources.Prepend(usings).Select((s, i) => CSharpSyntaxTree.ParseText(s, path: $"Source{i}.cs")),
            s_references.Value,
            new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>
    /// What the analyzers say, in the order of the source. A source that does not compile fails the test: of such a
    /// one analyzers say nothing.
    /// </summary>
    /// <param name="compilation">What is analyzed.</param>
    /// <param name="allowed">The id of an error that is none here.</param>
    public static async Task<Diagnostic[]> RunAsync(CSharpCompilation compilation, string allowed = "")
    {
        compilation.GetDiagnostics()
            .Where(d => d.Severity == DiagnosticSeverity.Error && d.Id != allowed).ShouldBeEmpty();
        CompilationWithAnalyzersOptions options = new(
            new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: true,
            logAnalyzerExecutionTime: false);
        ImmutableArray<Diagnostic> all =
            await compilation.WithAnalyzers(Analyzers, options).GetAnalyzerDiagnosticsAsync();
        all.Where(d => d.Id == "AD0001").ShouldBeEmpty();
        return
        [
            .. all.OrderBy(d => d.Location.SourceTree?.FilePath, StringComparer.Ordinal)
                .ThenBy(d => d.Location.SourceSpan.Start).ThenBy(d => d.Id, StringComparer.Ordinal),
        ];
    }
}
