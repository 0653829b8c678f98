using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.TypedCalls;

/// <summary>The compiler runs the generator at every key stroke; it must have nothing to do then.</summary>
public sealed class CacheTests
{
    private const string Functions = """
        public static class Functions
        {
            public static int Count([ActivityTrigger] string text) => text.Length;
            public static int Run([OrchestrationTrigger] IDurableOrchestrationContext c) => c.GetInput<int>();
        }
        """;

    private const string Elsewhere = "public static class Elsewhere { public static int One() => 1; }";

    [Theory]
    [InlineData("One() => 1", "One() => 2")]
    [InlineData("One()", "Two()")]
    [InlineData("public static class Elsewhere", "public record Text; public static class Elsewhere")]
    [InlineData("public static class Functions", "// more above\n\n\npublic static class Functions")]
    [InlineData("=> text.Length", "=> text.Length + Elsewhere.One()")]
    [InlineData("=> c.GetInput<int>()", "=> c.GetInput<int>() + 1")]
    [InlineData("string text) => text.Length", "string other) => other.Length")]
    public void An_edit_that_changes_no_call_generates_nothing(string from, string to)
    {
        GeneratorRunResult result = AfterEdit(from, to);
        IncrementalStepRunReason[] functions =
            [.. result.TrackedSteps[TypedCallGenerator.FunctionStep].SelectMany(s => s.Outputs).Select(o => o.Reason)];
        functions.Length.ShouldBe(2);
        functions.ShouldAllBe(
            r => r == IncrementalStepRunReason.Cached || r == IncrementalStepRunReason.Unchanged);
        Sources(result).ShouldBe([IncrementalStepRunReason.Cached]);
    }

    [Theory]
    [InlineData("string text", "string? text")]
    [InlineData("GetInput<int>", "GetInput<string>")]
    [InlineData("int Count", "long Count")]
    [InlineData("One()", "CallCountAsync(this int number)")]
    public void An_edit_that_changes_a_call_does(string from, string to)
    {
        GeneratorRunResult result = AfterEdit(from, to);
        Sources(result).ShouldBe([IncrementalStepRunReason.Modified]);
    }

    [Fact]
    public void A_property_of_the_project_switches_it_off()
    {
        CSharpCompilation compilation = Analysis.Compile([Functions]);
        Generation.Driver(("build_property.PerdureTypedCalls", "False")).RunGenerators(compilation)
            .GetRunResult().GeneratedTrees.ShouldBeEmpty();
        Generation.Driver(("build_property.PerdureTypedCalls", "")).RunGenerators(compilation)
            .GetRunResult().GeneratedTrees.ShouldHaveSingleItem();
        Generation.Driver().WithUpdatedParseOptions(new CSharpParseOptions(LanguageVersion.CSharp7_3))
            .RunGenerators(Analysis.Compile([Functions])).GetRunResult().GeneratedTrees.ShouldBeEmpty();
    }

    /// <summary>What the second run did, after one edit in one of the two files.</summary>
    private static GeneratorRunResult AfterEdit(string from, string to)
    {
        CSharpCompilation before = Analysis.Compile([Functions, Elsewhere]);
        SyntaxTree tree = before.SyntaxTrees.Single(t => t.ToString().Contains(from, StringComparison.Ordinal));
        string text = tree.ToString().Replace(from, to);
        CSharpCompilation after = before.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(text, path: tree.FilePath));
        return Generation.Driver().RunGenerators(before).RunGenerators(after).GetRunResult().Results.Single();
    }

    /// <summary>What became of the file: it is what the output makes that depends on no places.</summary>
    private static IEnumerable<IncrementalStepRunReason> Sources(GeneratorRunResult result) =>
        result.TrackedOutputSteps.SelectMany(s => s.Value).Where(s => !DependsOn(s, TypedCallGenerator.PlaceStep))
            .SelectMany(s => s.Outputs).Select(o => o.Reason);

    private static bool DependsOn(IncrementalGeneratorRunStep step, string name) =>
        step.Name == name || step.Inputs.Any(i => DependsOn(i.Source, name));
}
