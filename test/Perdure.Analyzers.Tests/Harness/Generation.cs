using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Perdure.Analyzers.Tests.Harness;

/// <summary>Runs the generator as the compiler does.</summary>
internal static partial class Generation
{
    /// <summary>A driver that tells which steps ran.</summary>
    /// <param name="properties">Properties of the project, as <c>build_property.…</c>.</param>
    public static CSharpGeneratorDriver Driver(params (string Name, string Value)[] properties) =>
        CSharpGeneratorDriver.Create(
            [new TypedCallGenerator().AsSourceGenerator()],
            parseOptions: CSharpParseOptions.Default,
            optionsProvider: new Options(properties.ToImmutableDictionary(p => p.Name, p => p.Value)),
            driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));

    /// <summary>With what is generated for it.</summary>
    public static CSharpCompilation Complete(CSharpCompilation compilation)
    {
        Driver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation complete, out var diagnostics);
        diagnostics.Where(d => d.Severity > DiagnosticSeverity.Info).ShouldBeEmpty();
        return (CSharpCompilation)complete;
    }

    /// <summary>
    /// What is generated for sources, which compile with it, and without a warning where the compiler is asked as
    /// sternly as can be; the messages say what is not.
    /// </summary>
    public static string Text(string[] sources, out string[] messages)
    {
        CSharpCompilation compilation = Analysis.Compile(sources);
        GeneratorDriverRunResult result = Driver()
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation complete, out _).GetRunResult();
        complete.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        complete.GetDiagnostics().Where(d => d.Location.SourceTree?.FilePath.EndsWith(".g.cs") == true)
            .Where(d => d.Severity > DiagnosticSeverity.Hidden && !d.IsSuppressed).ShouldBeEmpty();
        messages = [.. result.Diagnostics.Select(d => d.GetMessage(CultureInfo.InvariantCulture)).Order()];
        return result.GeneratedTrees.SingleOrDefault()?.ToString() ?? "";
    }

    /// <summary>The generated methods without what all have in common, one a line.</summary>
    public static string[] Signatures(string source, out string[] messages) =>
    [
        .. Text([source], out messages).Split('\n').Where(l => l.Contains("internal static ", StringComparison.Ordinal))
            .Where(l => l.Contains(" => ", StringComparison.Ordinal) || l.EndsWith("=>", StringComparison.Ordinal))
            .Select(l => Common().Replace(l, "").Trim()),
    ];

    [GeneratedRegex(@"internal static |this global::Perdure\.IDurableOrchestration|global::System\.Threading\.Tasks\.|"
        + @"global::Perdure\.|global::System\.Threading\.| =>$")]
    private static partial Regex Common();

    /// <summary>Options of a project, and none of files.</summary>
    private sealed class Options(ImmutableDictionary<string, string> properties) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(properties);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        private sealed class Values(ImmutableDictionary<string, string> properties) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) =>
                properties.TryGetValue(key, out value);
        }
    }
}
