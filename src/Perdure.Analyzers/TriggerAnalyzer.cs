using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Perdure.Analyzers.Determinism;
using Perdure.Analyzers.Functions;
using Perdure.Analyzers.Rules;

namespace Perdure.Analyzers;

/// <summary>Finds what the host would refuse at its start: triggers, names, parameters and schedules.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TriggerAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(
        DeterminismRules.Binding, TriggerRules.OrchestrationContext, TriggerRules.EntityContext, TriggerRules.Client,
        TriggerRules.OneTrigger, TriggerRules.Name, TriggerRules.Schedule, TriggerRules.AsyncVoid,
        TriggerRules.NoTrigger, TriggerRules.Shape);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (PerdureTypes.Of(start.Compilation) is { } types)
                start.RegisterSymbolAction(symbol => Look(symbol, types), SymbolKind.Method);
        });
    }

    private static void Look(SymbolAnalysisContext context, PerdureTypes types)
    {
        IMethodSymbol method = (IMethodSymbol)context.Symbol;
        if (method.PartialDefinitionPart is not null || !types.IsFunction(method))
            return;
        Trigger[] triggers = [.. types.Triggers(method)];
        if (triggers.Length == 0)
            Report(TriggerRules.NoTrigger, method, method.Name);
        if (triggers.Length > 1)
            Report(
                TriggerRules.OneTrigger, method, method.Name, triggers.Length,
                string.Join(", ", triggers.Select(t => t.Text)));
        if (method is { IsAsync: true, ReturnsVoid: true })
            Report(TriggerRules.AsyncVoid, method, method.Name);
        if (FunctionText.ShapeProblem(method) is { } shape)
            Report(TriggerRules.Shape, method, method.Name, shape);
        if (triggers.Length != 1 || types.Read(method) is not { } function)
            return;

        Trigger trigger = function.Trigger;
        if (!FunctionText.IsName(function.Name))
            Report(TriggerRules.Name, method, function.Name);
        ITypeSymbol type = trigger.Parameter.Type;
        if (trigger.Kind == FunctionKind.Orchestrator && !types.OrchestrationContexts.Contains(type))
            Report(TriggerRules.OrchestrationContext, trigger.Parameter, trigger.Parameter.Name, Operations.Text(type));
        if (trigger.Kind == FunctionKind.Entity && !SymbolEqualityComparer.Default.Equals(type, types.EntityContext))
            Report(TriggerRules.EntityContext, trigger.Parameter, trigger.Parameter.Name, Operations.Text(type));
        if (trigger.Text == "[TimerTrigger]"
            && trigger.Attribute.ConstructorArguments.FirstOrDefault().Value is string schedule
            && FunctionText.WrongFields(schedule) is { } fields)
            Report(TriggerRules.Schedule, trigger.Parameter, schedule, fields);
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            bool isTrigger = SymbolEqualityComparer.Default.Equals(parameter, trigger.Parameter);
            if (trigger.Kind == FunctionKind.Orchestrator)
            {
                if (!isTrigger && !SymbolEqualityComparer.Default.Equals(parameter.Type, types.Logger))
                    Report(DeterminismRules.Binding, parameter, parameter.Name, Operations.Text(parameter.Type));
            }
            else if (types.IsClientBinding(parameter) && !types.Clients.Contains(parameter.Type))
            {
                Report(TriggerRules.Client, parameter, parameter.Name, Operations.Text(parameter.Type));
            }
        }

        void Report(DiagnosticDescriptor rule, ISymbol place, params object[] texts) =>
            context.ReportDiagnostic(Diagnostic.Create(rule, place.Locations[0], texts));
    }
}
