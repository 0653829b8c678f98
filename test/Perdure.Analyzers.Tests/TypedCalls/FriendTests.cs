using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.TypedCalls;

/// <summary>Two projects that each have typed calls, of which one sees what is internal to the other.</summary>
public sealed class FriendTests
{
    [Fact]
    public void A_friend_has_the_calls_of_both()
    {
        CSharpCompilation library = Generation.Complete(Analysis.Compile(
            [
                """
                [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Tested")]
                internal record Order(int Number);
                internal static class Library
                {
                    public static void Ship([ActivityTrigger] Order order) { }
                }
                """,
            ]).WithAssemblyName("Library"));
        library.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        CSharpCompilation friend = Generation.Complete(Analysis.Compile(
            [
                """
                public static class Functions
                {
                    public static void Bill([ActivityTrigger] IDurableActivityContext c) => c.GetInput<Order>();
                    public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext c)
                    {
                        await c.CallShipAsync(new Order(1));
                        await c.CallBillAsync(new Order(1));
                    }
                }
                """,
            ]).AddReferences(library.ToMetadataReference()));
        friend.GetDiagnostics().Where(d => d.Severity > DiagnosticSeverity.Info).ShouldBeEmpty();
    }

    [Fact]
    public void A_type_that_two_projects_have_is_not_written()
    {
        CSharpCompilation[] libraries =
            [.. from name in (string[])["One", "Two"]
                select Analysis.Compile(["public record Order(int Number);"]).WithAssemblyName(name)];
        CSharpCompilation user = Analysis.Compile(
            [
                """
                extern alias two;
                public static class Functions
                {
                    public static void Ship([ActivityTrigger] two::Order order) { }
                }
                """,
            ]).AddReferences(
                libraries[0].ToMetadataReference(), libraries[1].ToMetadataReference(["two"]));
        GeneratorRunResult result = Generation.Driver().RunGenerators(user).GetRunResult().Results.Single();
        result.GeneratedSources.ShouldBeEmpty();
        result.Diagnostics.Single().Id.ShouldBe("PERDURE0205");
    }
}
