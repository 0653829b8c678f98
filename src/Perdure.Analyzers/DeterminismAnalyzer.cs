using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Perdure.Analyzers.Determinism;
using Perdure.Analyzers.Functions;
using static Perdure.Analyzers.Rules.DeterminismRules;

namespace Perdure.Analyzers;

/// <summary>
/// Finds what an orchestrator does that is not the same at replay, also through the methods that it calls; tells it
/// where the orchestrator begins to.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DeterminismAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(
        Clock, NewGuid, Chance, Delay, OtherThread, Outside, Surroundings, StaticState, Unordered, Locking, LeavesTurn,
        ForeignTask, NotAwaited, Blocking, Endless, Logger);

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
        BodyReader reader = new(context.Compilation, types);
        CallGraph graph = new(context.Compilation, reader);
        context.RegisterOperationBlockAction(block =>
        {
            if (block.OwningSymbol is IMethodSymbol method && types.IsOrchestrator(method))
                Report(block, reader.Read(block.OperationBlocks), graph);
        });
    }

    private static void Report(OperationBlockAnalysisContext context, MethodSummary orchestrator, CallGraph graph)
    {
        foreach (Offence offence in orchestrator.Offences)
            context.ReportDiagnostic(Diagnostic.Create(offence.Rule, offence.Location, "", offence.Text));
        foreach (CallSite call in orchestrator.Calls)
        {
            foreach (Reached reached in graph.From(call.Target))
                context.ReportDiagnostic(reached.At(call.Location));
        }
    }
}
