using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Perdure.Analyzers.Calls;
using Perdure.Analyzers.Determinism;
using Perdure.Analyzers.Functions;
using Perdure.Analyzers.Rules;

namespace Perdure.Analyzers;

/// <summary>Compares what the context is asked to call with the functions that there are.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CallAnalyzer : DiagnosticAnalyzer
{
    private const int NamesMax = 3;

    /// <summary>How the names of functions begin that the host has by itself.</summary>
    private const string OfHost = "BuiltIn::";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(
        CallRules.UnknownActivity, CallRules.UnknownOrchestrator, CallRules.Result, CallRules.Input);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(Start);
    }

    private static void Start(CompilationStartAnalysisContext context)
    {
        if (PerdureTypes.Of(context.Compilation) is not { } types)
            return;
        // Only a compilation that calls something pays for the list.
        Lazy<FunctionIndex> index = new(() => new FunctionIndex(context.Compilation, types));
        JsonFit fit = new(context.Compilation);
        context.RegisterOperationAction(
            operation =>
            {
                IInvocationOperation call = (IInvocationOperation)operation.Operation;
                if (KindOf(call.TargetMethod) is { } kind
                    && types.IsOrchestrationContext(call.TargetMethod.ContainingType))
                    Look(operation, call, kind, index.Value, types, fit);
            },
            OperationKind.Invocation);
    }

    private static FunctionKind? KindOf(IMethodSymbol method) => method.Name switch
    {
        "CallActivityAsync" or "CallActivityWithRetryAsync" => FunctionKind.Activity,
        "CallSubOrchestratorAsync" or "CallSubOrchestratorWithRetryAsync" or "StartNewOrchestration" =>
            FunctionKind.Orchestrator,
        _ => null,
    };

    private static void Look(
        OperationAnalysisContext context, IInvocationOperation call, FunctionKind kind, FunctionIndex index,
        PerdureTypes types, JsonFit fit)
    {
        if (Operations.Argument(call, "functionName") is not
            { ConstantValue: { HasValue: true, Value: string name } } written)
            return;
        Function[] named = [.. index.Find(kind, name)];
        bool isOfHost = name.StartsWith(OfHost, StringComparison.Ordinal);
        if (named.Length == 0 && index.HasAny(kind) && !isOfHost)
        {
            DiagnosticDescriptor rule =
                kind == FunctionKind.Activity ? CallRules.UnknownActivity : CallRules.UnknownOrchestrator;
            context.ReportDiagnostic(Diagnostic.Create(
                rule, written.Syntax.GetLocation(), name, Text(index.Like(kind, name))));
        }
        // Two of one name are an error of their own.
        if (named.Length != 1)
            return;
        Function function = named[0];
        ITypeSymbol? result = Operations.Result(function.Method);
        if (call.TargetMethod.TypeArguments.SingleOrDefault() is { } asked
            && !(result is null ? asked.SpecialType == SpecialType.System_Object : fit.Fits(result, asked)))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                CallRules.Result, call.Syntax.GetLocation(), function.Name,
                result is null ? "nothing" : Operations.Text(result), Operations.Text(asked)));
        }
        ITypeSymbol taken = function.Trigger.Parameter.Type;
        if (kind == FunctionKind.Activity && !types.ActivityContexts.Contains(taken)
            && Operations.Bare(Operations.Argument(call, "input")) is { Type: { } given } input
            && input.ConstantValue is not { HasValue: true, Value: null }
            && !fit.Fits(given, taken))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                CallRules.Input, input.Syntax.GetLocation(), function.Name, Operations.Text(taken),
                Operations.Text(given)));
        }
    }

    private static string Text(IEnumerable<string> names) =>
        string.Join(", ", names.Take(NamesMax)) + (names.Skip(NamesMax).Any() ? ", …" : "");
}
