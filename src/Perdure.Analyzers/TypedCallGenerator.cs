using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Perdure.Analyzers.Functions;
using Perdure.Analyzers.Rules;
using Perdure.Analyzers.TypedCalls;

namespace Perdure.Analyzers;

/// <summary>
/// Gives each activity and orchestrator of a project methods with the types of its input and result. They call the form
/// with the name and nothing else, so that nothing depends on them at run time.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class TypedCallGenerator : IIncrementalGenerator
{
    private const string FileName = "Perdure.TypedCalls.g.cs";

    /// <summary>The steps, as the compiler tells which of them ran.</summary>
    internal const string FunctionStep = "Functions", PlaceStep = "Places";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var orchestrators = Found(context, "Perdure.OrchestrationTriggerAttribute", FunctionKind.Orchestrator);
        var activities = Found(context, "Perdure.ActivityTriggerAttribute", FunctionKind.Activity);
        var declared = context.SyntaxProvider
            .CreateSyntaxProvider(
                static (node, _) => IsRival(node),
                static (found, _) => ((MethodDeclarationSyntax)found.Node).Identifier.ValueText)
            .Collect();
        var isOn = context.AnalyzerConfigOptionsProvider.Combine(context.ParseOptionsProvider).Select(
            static (options, _) => options.Right is CSharpParseOptions { LanguageVersion: >= LanguageVersion.CSharp8 }
                && !(options.Left.GlobalOptions.TryGetValue("build_property.PerdureTypedCalls", out string? value)
                    && value.Equals("false", StringComparison.OrdinalIgnoreCase)));

        var functions = Functions(orchestrators).Collect().Combine(Functions(activities).Collect());
        context.RegisterSourceOutput(functions.Combine(declared).Combine(isOn), static (output, found) =>
        {
            var ((all, rivals), on) = found;
            if (!on || (all.Left.IsEmpty && all.Right.IsEmpty))
                return;
            TypedCallPlan plan = new(all.Left.Concat(all.Right), rivals);
            if (plan.Calls.Count > 0)
                output.AddSource(FileName, TypedCallWriter.Write(plan.Calls));
        });
        // Apart from the rest, because places change with every edit above them.
        var placed = orchestrators.Collect().Combine(activities.Collect()).WithTrackingName(PlaceStep);
        context.RegisterSourceOutput(placed.Combine(declared).Combine(isOn), static (output, found) =>
        {
            var ((all, rivals), on) = found;
            if (!on)
                return;
            var places = all.Left.Concat(all.Right).ToLookup(f => f.Function, f => f.Place);
            foreach (MissingCall missing in new TypedCallPlan(places.Select(p => p.Key), rivals).Missing)
            {
                foreach (Place place in places[missing.Function])
                    output.ReportDiagnostic(Diagnostic.Create(
                        CallRules.NoTypedCall, place.ToLocation(), missing.MethodName, missing.Function.Name,
                        missing.Why));
            }
        });
    }

    private static IncrementalValuesProvider<(TypedFunction Function, Place Place)> Found(
        IncrementalGeneratorInitializationContext context, string attribute, FunctionKind kind) =>
        context.SyntaxProvider
            .ForAttributeWithMetadataName(
                attribute,
                static (node, _) => node is ParameterSyntax { Parent.Parent: MethodDeclarationSyntax },
                (found, _) => TypedFunctionReader.Read(found, kind))
            .Where(static found => found is not null)
            .Select(static (found, _) => found!.Value);

    private static IncrementalValuesProvider<TypedFunction> Functions(
        IncrementalValuesProvider<(TypedFunction Function, Place Place)> found) =>
        found.Select(static (f, _) => f.Function).WithTrackingName(FunctionStep);

    /// <summary>
    /// Whether it may be an extension method with a name like ours: one with <c>this</c>, or in a block whose kind this
    /// version of the compiler's interface does not know.
    /// </summary>
    private static bool IsRival(SyntaxNode node) =>
        node is MethodDeclarationSyntax { Identifier.ValueText: { } name } method
        && (name.StartsWith("Call", StringComparison.Ordinal) || name.StartsWith("Start", StringComparison.Ordinal))
        && name.EndsWith("Async", StringComparison.Ordinal)
        && (method.ParameterList.Parameters.FirstOrDefault()?.Modifiers.Any(SyntaxKind.ThisKeyword) == true
            || method.Parent is not (ClassDeclarationSyntax or RecordDeclarationSyntax or StructDeclarationSyntax
                or InterfaceDeclarationSyntax));
}
