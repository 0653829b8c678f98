using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Perdure.Analyzers.Determinism;
using Perdure.Analyzers.Functions;
using Perdure.Analyzers.Rules;

namespace Perdure.Analyzers;

/// <summary>
/// Checks the interfaces by which entities are called, where they are used, and the operations of the classes that are
/// dispatched to.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EntityAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        ImmutableArray.Create(EntityRules.Interface, EntityRules.Operation);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (PerdureTypes.Of(start.Compilation) is { } types)
                start.RegisterOperationAction(operation => Look(operation, types), OperationKind.Invocation);
        });
    }

    private static void Look(OperationAnalysisContext context, PerdureTypes types)
    {
        IInvocationOperation call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod is not { IsGenericMethod: true, TypeArguments: { Length: 1 } arguments }
            || arguments[0] is not INamedTypeSymbol type)
            return;
        INamedTypeSymbol owner = call.TargetMethod.ContainingType;
        bool isOfEntities = SymbolEqualityComparer.Default.Equals(owner, types.EntityContext);
        bool isByInterface = call.TargetMethod.Name switch
        {
            "CreateEntityProxy" => types.IsOrchestrationContext(owner),
            "SignalEntity" => isOfEntities,
            "SignalEntityAsync" => SymbolEqualityComparer.Default.Equals(owner, types.EntityClient),
            _ => false,
        };
        if (isByInterface && EntityShapes.InterfaceProblem(type) is { } problem)
            context.ReportDiagnostic(Diagnostic.Create(
                EntityRules.Interface, Place(call), Operations.Text(type), problem));
        if (!isOfEntities || call.TargetMethod.Name != "DispatchAsync")
            return;
        foreach (var (method, wrong) in EntityShapes.OperationProblems(type))
            context.ReportDiagnostic(Diagnostic.Create(
                EntityRules.Operation, Place(call), method.Locations,
                $"{Operations.Text(type)}.{method.Name}", wrong));
    }

    /// <summary>The type where it is written, otherwise the name of the method that infers it.</summary>
    private static Location Place(IInvocationOperation call)
    {
        SyntaxNode? name = call.Syntax is InvocationExpressionSyntax invocation
            ? invocation.Expression switch
            {
                MemberAccessExpressionSyntax access => access.Name,
                MemberBindingExpressionSyntax binding => binding.Name,
                SimpleNameSyntax simple => simple,
                _ => null,
            }
            : null;
        return name is GenericNameSyntax { TypeArgumentList.Arguments: { Count: 1 } arguments }
            ? arguments[0].GetLocation()
            : (name ?? call.Syntax).GetLocation();
    }
}
