using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Perdure.Analyzers.Tests.Harness;

/// <summary>Compares what analyzers say with what a source expects by its markup.</summary>
internal static class Check
{
    /// <summary>
    /// Members of a class with an activity <c>Do</c>, an orchestrator <c>Run</c> with these statements, and these
    /// members.
    /// </summary>
    public static string Orchestrator(string statements, string members = "") => $$"""
        public class Functions(ILogger<Functions> injected)
        {
            private readonly ILogger _injected = injected;

            [FunctionName("Run")]
            public async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
            {
                await context.CallActivityAsync("Do");
                {{statements}}
            }

            [FunctionName("Do")]
            public static void Do([ActivityTrigger] string input) => Console.WriteLine(input);

            {{members}}
        }
        """;

    /// <summary>The statements break the rule where the markup says so, and no other rule.</summary>
    public static Task InOrchestrator(string id, string statements, string members = "") =>
        Source(id, Orchestrator(statements, members));

    /// <summary>The source breaks rules where the markup says so, and nowhere else; returns the messages.</summary>
    public static async Task<string[]> Source(string id, params string[] sources)
    {
        Markup[] parsed = [.. sources.Select(s => Markup.Parse(s, id))];
        Diagnostic[] actual = await Analysis.RunAsync(
            Generation.Complete(Analysis.Compile(parsed.Select(p => p.Source))));
        // The first tree has the usings.
        var expected = parsed.SelectMany((p, i) => p.Expected.Select(e => Line(e.Id, $"Source{i + 1}.cs", e.Span, p)));
        var found = actual.Select(d => Line(
            d.Id, d.Location.SourceTree!.FilePath, d.Location.SourceSpan,
            parsed[d.Location.SourceTree.FilePath["Source".Length] - '1']));
        found.Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
        return [.. actual.Select(d => d.GetMessage(CultureInfo.InvariantCulture))];
    }

    private static string Line(string id, string file, TextSpan span, Markup markup) =>
        $"{id} {file} {span} {markup.Source.Substring(span.Start, span.Length)}";
}
