using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Rules;

/// <summary>What all rules have in common.</summary>
internal static class RuleTexts
{
    public const string Category = "Perdure";

    /// <summary>What the documents say about a rule.</summary>
    public static LocalizableString Of(string id) => new RuleDescription(id);
}
