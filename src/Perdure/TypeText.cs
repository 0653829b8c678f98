namespace Perdure;

/// <summary>Names of types as people write them, for messages.</summary>
internal static class TypeText
{
    public static string Of(Type type)
    {
        if (type.IsArray)
            return $"{Of(type.GetElementType()!)}[]";
        if (!type.IsGenericType)
            return type.FullName?.Replace('+', '.') ?? type.Name;

        Type definition = type.GetGenericTypeDefinition();
        string name = definition.FullName?.Replace('+', '.') ?? definition.Name;
        int arity = name.IndexOf('`', StringComparison.Ordinal);
        return $"{(arity < 0 ? name : name[..arity])}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
    }
}
