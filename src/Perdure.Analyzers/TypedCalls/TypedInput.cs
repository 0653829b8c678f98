namespace Perdure.Analyzers.TypedCalls;

/// <summary>What a function takes.</summary>
/// <param name="Type">The type as it is written in a generated file; null when the function takes nothing.</param>
/// <param name="Signature">Equal for types that cannot tell two overloads apart.</param>
/// <param name="IsOptional">Whether it may be left out.</param>
internal sealed record TypedInput(string? Type, string Signature, bool IsOptional)
{
    /// <summary>The function reads no input.</summary>
    public static readonly TypedInput None = new(null, "", IsOptional: true);

    /// <summary>Nobody can tell what the function reads.</summary>
    public static readonly TypedInput Any = new("object?", "T:System.Object", IsOptional: true);
}
