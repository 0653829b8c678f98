using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Rules;

/// <summary>What the host refuses at its start.</summary>
internal static class TriggerRules
{
    public static readonly DiagnosticDescriptor OrchestrationContext = new(
        "PERDURE0301",
        "[OrchestrationTrigger] on a wrong type",
        "'{0}' is {1}; [OrchestrationTrigger] goes with IDurableOrchestrationContext",
        RuleTexts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0301"));

    public static readonly DiagnosticDescriptor EntityContext = new(
        "PERDURE0302",
        "[EntityTrigger] on a wrong type",
        "'{0}' is {1}; [EntityTrigger] goes with IDurableEntityContext",
        RuleTexts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0302"));

    public static readonly DiagnosticDescriptor Client = new(
        "PERDURE0303",
        "[DurableClient] on a wrong type",
        "'{0}' is {1}; [DurableClient] goes with IDurableClient, IDurableOrchestrationClient or "
            + "IDurableEntityClient",
        RuleTexts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0303"));

    public static readonly DiagnosticDescriptor OneTrigger = new(
        "PERDURE0304",
        "A function has one trigger",
        "'{0}' has {1} triggers ({2}); a function has one, so make a function of each",
        RuleTexts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0304"));

    public static readonly DiagnosticDescriptor Name = new(
        "PERDURE0305",
        "A name that no function can have",
        "'{0}' cannot be the name of a function; a name starts with a letter from a to z, goes on with "
            + "letters, digits, '_' and '-', has at most 128 characters, and is not 'host'",
        RuleTexts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0305"));

    public static readonly DiagnosticDescriptor Schedule = new(
        "PERDURE0306",
        "A schedule with a wrong number of fields",
        "'{0}' has {1} fields; a schedule has 6 (second, minute, hour, day, month, day of week) or 5 "
            + "(without the second)",
        RuleTexts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0306"));

    public static readonly DiagnosticDescriptor AsyncVoid = new(
        "PERDURE0307",
        "A function that is async void",
        "'{0}' is async void, so nobody knows when it ends; return a Task",
        RuleTexts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0307"));

    public static readonly DiagnosticDescriptor NoTrigger = new(
        "PERDURE0308",
        "A function without a trigger",
        "'{0}' has [FunctionName], but no parameter has a trigger; add one, such as [ActivityTrigger]",
        RuleTexts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0308"));

    public static readonly DiagnosticDescriptor Shape = new(
        "PERDURE0309",
        "A method that cannot be a function",
        "'{0}' {1}; a function is a public method without type parameters",
        RuleTexts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0309"));
}
