using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Functions;

/// <summary>An attribute that makes a method a function.</summary>
/// <param name="Kind">What it makes of the method.</param>
/// <param name="Attribute">The attribute.</param>
/// <param name="Parameter">The parameter that has it.</param>
internal sealed record Trigger(FunctionKind Kind, AttributeData Attribute, IParameterSymbol Parameter)
{
    /// <summary>The attribute as it stands in the source.</summary>
    public string Text
    {
        get
        {
            string name = Attribute.AttributeClass!.Name;
            return $"[{name.Substring(0, name.Length - nameof(System.Attribute).Length)}]";
        }
    }
}
