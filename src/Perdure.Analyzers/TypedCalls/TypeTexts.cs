using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.TypedCalls;

/// <summary>Types as a generated file writes them: in full, so that no <c>using</c> and no namespace matters.</summary>
internal static class TypeTexts
{
    private static readonly SymbolDisplayFormat s_format = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static string Write(ITypeSymbol type) => type.ToDisplayString(s_format);

    /// <summary>Without the names of tuples and what may be null, which do not tell overloads apart.</summary>
    public static string Signature(ITypeSymbol type) => DocumentationCommentId.CreateReferenceId(type);

    /// <summary>
    /// Why a generated file cannot name the type, as the end of a sentence; null when it can. Says so rather once too
    /// often: what is generated must compile.
    /// </summary>
    public static string? Problem(ITypeSymbol type, Compilation compilation)
    {
        switch (type)
        {
            case IArrayTypeSymbol array:
                return Problem(array.ElementType, compilation);
            case IDynamicTypeSymbol:
                return null;
            case INamedTypeSymbol { IsTupleType: true } tuple:
                return First(tuple.TupleElements.Select(e => e.Type), compilation);
            case INamedTypeSymbol { TypeKind: not TypeKind.Error, IsAnonymousType: false, IsRefLikeType: false } named:
                return OfNamed(named, compilation);
            default:
                return $"{Text(type)} cannot be named elsewhere";
        }
    }

    private static string? First(IEnumerable<ITypeSymbol> types, Compilation compilation) =>
        types.Select(t => Problem(t, compilation)).FirstOrDefault(p => p is not null);

    private static string? OfNamed(INamedTypeSymbol type, Compilation compilation)
    {
        if (!compilation.IsSymbolAccessibleWithin(type.OriginalDefinition, compilation.Assembly))
            return $"{Text(type)} is not accessible in the whole project";
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.IsFileLocal)
                return $"{Text(type)} is known in its file only";
            if (outer.GetAttributes().Any(IsObsoleteError))
                return $"{Text(type)} is obsolete";
            if (First(outer.TypeArguments, compilation) is { } problem)
                return problem;
        }
        return IsUnique(type, compilation) ? null : $"there are several types {Text(type)}";
    }

    private static bool IsObsoleteError(AttributeData attribute) =>
        attribute is
        {
            AttributeClass: { Name: nameof(ObsoleteAttribute), ContainingNamespace: { Name: nameof(System) } },
            ConstructorArguments: { Length: > 1 } arguments,
        }
        && arguments[1].Value is true;

    /// <summary>
    /// Of two types with one name, and of a type behind an extern alias, <c>global::</c> says too little.
    /// </summary>
    private static bool IsUnique(INamedTypeSymbol type, Compilation compilation)
    {
        IAssemblySymbol assembly = type.ContainingAssembly;
        if (SymbolEqualityComparer.Default.Equals(assembly, compilation.Assembly))
            return true;
        INamedTypeSymbol outermost = type.OriginalDefinition;
        while (outermost.ContainingType is { } containing)
            outermost = containing;
        string name = outermost.ContainingNamespace.IsGlobalNamespace
            ? outermost.MetadataName
            : $"{outermost.ContainingNamespace.ToDisplayString()}.{outermost.MetadataName}";
        bool isBehindAlias = compilation.GetMetadataReference(assembly)?.Properties.Aliases is { Length: > 0 } aliases
            && !aliases.Contains(MetadataReferenceProperties.GlobalAlias);
        return !isBehindAlias
            && SymbolEqualityComparer.Default.Equals(outermost, compilation.GetTypeByMetadataName(name));
    }

    private static string Text(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
}
