using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Rules;

/// <summary>Names and types of what the context is asked to call.</summary>
internal static class CallRules
{
    public static readonly DiagnosticDescriptor UnknownActivity = new(
        "PERDURE0201",
        "No activity has this name",
        "No activity is called '{0}'; known here are {1}",
        RuleTexts.Category, DiagnosticSeverity.Info, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0201"));

    public static readonly DiagnosticDescriptor UnknownOrchestrator = new(
        "PERDURE0202",
        "No orchestrator has this name",
        "No orchestrator is called '{0}'; known here are {1}",
        RuleTexts.Category, DiagnosticSeverity.Info, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0202"));

    public static readonly DiagnosticDescriptor Result = new(
        "PERDURE0203",
        "The result has another type",
        "'{0}' returns {1}, which does not become {2}; ask for {1}",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0203"));

    public static readonly DiagnosticDescriptor Input = new(
        "PERDURE0204",
        "The input has another type",
        "'{0}' takes {1}, which {2} does not become; pass {1}",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0204"));

    public static readonly DiagnosticDescriptor NoTypedCall = new(
        "PERDURE0205",
        "A function without a typed call",
        "'{0}' is not generated for the function '{1}': {2}; call it by its name",
        RuleTexts.Category, DiagnosticSeverity.Info, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0205"));
}
