using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Rules;

/// <summary>What an entity is called by.</summary>
internal static class EntityRules
{
    public static readonly DiagnosticDescriptor Interface = new(
        "PERDURE0401",
        "An interface that cannot stand for an entity",
        "{0} cannot stand for an entity: {1}; it has nothing but methods with at most one parameter that "
            + "return void, Task or Task<T>",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0401"));

    public static readonly DiagnosticDescriptor Operation = new(
        "PERDURE0402",
        "A method that cannot be an operation",
        "{0} cannot be an operation of an entity: {1}; give it one input at most, such as a tuple or a "
            + "record, or make it private",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0402"));
}
