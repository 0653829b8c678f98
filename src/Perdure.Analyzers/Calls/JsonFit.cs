using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Perdure.Analyzers.Calls;

/// <summary>
/// Whether what is written as one type can be read as another one. Says no only when it is sure: what has converters,
/// and what is an interface or an enum, may fit.
/// </summary>
internal sealed class JsonFit(Compilation compilation)
{
    private const int DepthMax = 8;

    /// <summary>Namespaces of types that have forms of their own.</summary>
    private static readonly string[] s_ownForms = ["Microsoft.FSharp", "Newtonsoft.Json", "System.Text.Json"];

    public bool Fits(ITypeSymbol written, ITypeSymbol read) => Fits(written, read, DepthMax);

    private bool Fits(ITypeSymbol written, ITypeSymbol read, int depth)
    {
        (written, read) = (Bare(written), Bare(read));
        if (depth == 0 || SymbolEqualityComparer.Default.Equals(written, read))
            return true;
        (JsonKind from, JsonKind to) = (KindOf(written), KindOf(read));
        if (from == JsonKind.Any || to == JsonKind.Any)
            return true;
        if (from != to)
            return from is JsonKind.Object or JsonKind.Map && to is JsonKind.Object or JsonKind.Map;
        return from switch
        {
            JsonKind.Text => TextFits(written, read),
            JsonKind.Array => ElementOf(written) is not { } one || ElementOf(read) is not { } other
                || Fits(one, other, depth - 1),
            JsonKind.Tuple => TupleFits((INamedTypeSymbol)written, (INamedTypeSymbol)read, depth - 1),
            JsonKind.Object => IsRelated(written, read) || IsSameGeneric(written, read, depth - 1),
            _ => true,
        };
    }

    private bool TupleFits(INamedTypeSymbol written, INamedTypeSymbol read, int depth) =>
        written.TupleElements.Length == read.TupleElements.Length
        && written.TupleElements.Zip(read.TupleElements, (w, r) => Fits(w.Type, r.Type, depth)).All(fits => fits);

    /// <summary>A string is read as anything that is written as a text; other texts each have their own form.</summary>
    private static bool TextFits(ITypeSymbol written, ITypeSymbol read) =>
        written.SpecialType == SpecialType.System_String || read.SpecialType == SpecialType.System_String
        || (IsTime(written) && IsTime(read));

    private static bool IsTime(ITypeSymbol type) => type.Name is "DateTime" or "DateTimeOffset" or "DateOnly";

    private bool IsRelated(ITypeSymbol written, ITypeSymbol read) =>
        compilation.ClassifyConversion(written, read) is { Exists: true, IsUserDefined: false }
        || compilation.ClassifyConversion(read, written) is { Exists: true, IsUserDefined: false };

    private bool IsSameGeneric(ITypeSymbol written, ITypeSymbol read, int depth) =>
        SymbolEqualityComparer.Default.Equals(written.OriginalDefinition, read.OriginalDefinition)
        && written is INamedTypeSymbol one && read is INamedTypeSymbol other
        && one.TypeArguments.Zip(other.TypeArguments, (w, r) => Fits(w, r, depth)).All(fits => fits);

    /// <summary>Without <c>?</c> on a value type.</summary>
    private static ITypeSymbol Bare(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? nullable.TypeArguments[0]
            : type;

    private static JsonKind KindOf(ITypeSymbol type)
    {
        bool isOpen = type.TypeKind is TypeKind.Enum or TypeKind.TypeParameter or TypeKind.Dynamic or TypeKind.Error
            || (type.TypeKind == TypeKind.Interface && ElementOf(type) is null);
        if (isOpen || type.IsAnonymousType || HasConverter(type))
            return JsonKind.Any;
        switch (type.SpecialType)
        {
            case SpecialType.System_Object:
                return JsonKind.Any;
            case SpecialType.System_String or SpecialType.System_Char or SpecialType.System_DateTime:
                return JsonKind.Text;
            case SpecialType.System_Boolean:
                return JsonKind.Boolean;
            case >= SpecialType.System_SByte and <= SpecialType.System_Double:
                return JsonKind.Number;
        }
        if (type.IsTupleType)
            return JsonKind.Tuple;
        if (type is IArrayTypeSymbol { ElementType.SpecialType: SpecialType.System_Byte })
            return JsonKind.Text;
        string space = type.ContainingNamespace?.ToDisplayString() ?? "";
        if (s_ownForms.Any(s => space.StartsWith(s, StringComparison.Ordinal)))
            return JsonKind.Any;
        if (space == "System")
            return OfSystem(type.Name);
        if (ElementOf(type) is not { } element)
            return JsonKind.Object;
        return element is INamedTypeSymbol { Name: "KeyValuePair" } ? JsonKind.Map : JsonKind.Array;
    }

    private static JsonKind OfSystem(string name) => name switch
    {
        "DateTimeOffset" or "DateOnly" or "TimeOnly" or "TimeSpan" or "Guid" or "Uri" or "Version" => JsonKind.Text,
        "Half" or "Int128" or "UInt128" => JsonKind.Number,
        _ => JsonKind.Any,
    };

    private static bool HasConverter(ITypeSymbol type) =>
        type.GetAttributes().Any(a => a.AttributeClass?.Name is "JsonConverterAttribute" or "JsonPolymorphicAttribute"
            or "JsonDerivedTypeAttribute");

    private static ITypeSymbol? ElementOf(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol array)
            return array.ElementType;
        IEnumerable<INamedTypeSymbol> interfaces = type.AllInterfaces;
        if (type is INamedTypeSymbol { TypeKind: TypeKind.Interface } self)
            interfaces = interfaces.Prepend(self);
        return interfaces
            .FirstOrDefault(i =>
                i.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)
            ?.TypeArguments[0];
    }
}
