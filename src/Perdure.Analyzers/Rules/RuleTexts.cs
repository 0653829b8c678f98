namespace Perdure.Analyzers.Rules;

/// <summary>What all rules have in common.</summary>
internal static class RuleTexts
{
    public const string Category = "Perdure";

    /// <summary>Each rule has a section, whose anchor is its id in lower case.</summary>
    public const string Help = "docs/analyzers.md#";
}
