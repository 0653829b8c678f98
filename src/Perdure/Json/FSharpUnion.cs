using System.Linq.Expressions;
using System.Reflection;

namespace Perdure.Json;

/// <summary>
/// What the F# compiler tells about a discriminated union, read by name so that nothing here depends on FSharp.Core:
/// <c>[CompilationMapping]</c> marks the type, the maker of each case and its fields; <c>Tag</c> numbers the cases.
/// </summary>
internal static class FSharpUnion
{
    private const int KindMask = 31;
    private const int SumType = 1;
    private const int Field = 4;
    private const int UnionCase = 8;

    private const BindingFlags Members =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    /// <summary>Whether the type is a union, and not one that System.Text.Json knows by itself.</summary>
    public static bool Is(Type type) =>
        Mapping(type) is [SumType]
        && type is not
        {
            Namespace: "Microsoft.FSharp.Core" or "Microsoft.FSharp.Collections",
            Name: "FSharpOption`1" or "FSharpValueOption`1" or "FSharpList`1",
        };

    /// <summary>The cases in the order of their tags.</summary>
    public static FSharpUnionCase<T>[] Cases<T>() =>
        [.. from maker in typeof(T).GetMethods(Members)
            let mapping = Mapping(maker)
            where mapping is [UnionCase, _] && maker.IsStatic
            orderby mapping[1]
            select Case<T>(maker, mapping[1])];

    public static Func<T, int> TagOf<T>()
    {
        ParameterExpression union = Expression.Parameter(typeof(T));
        // Where null stands for a case, the tag is read by a static method.
        Expression tag = typeof(T).GetMethod("GetTag", Members, [typeof(T)]) is { } read
            ? Expression.Call(read, union)
            : Expression.Property(union, typeof(T).GetProperty("Tag", Members)!);
        return Expression.Lambda<Func<T, int>>(tag, union).Compile();
    }

    private static FSharpUnionCase<T> Case<T>(MethodInfo maker, int tag)
    {
        string name = maker.Name.StartsWith("get_", StringComparison.Ordinal) ? maker.Name[4..]
            : maker.Name.StartsWith("New", StringComparison.Ordinal) ? maker.Name[3..]
            : maker.Name;
        PropertyInfo[] fields =
            [.. from holder in typeof(T).GetNestedTypes(Members).Select(Closed<T>).Append(typeof(T))
                where typeof(T).IsAssignableFrom(holder)
                from property in holder.GetProperties(Members)
                let mapping = Mapping(property)
                where mapping is [Field, _, _] && mapping[1] == tag
                orderby mapping[2]
                select property];
        return new(name, [.. fields.Select(f => f.PropertyType)], [.. fields.Select(Reader<T>)], Maker<T>(maker));
    }

    /// <summary>The type of a case of a generic union is generic as well.</summary>
    private static Type Closed<T>(Type nested) =>
        nested.IsGenericTypeDefinition ? nested.MakeGenericType(typeof(T).GetGenericArguments()) : nested;

    private static Func<T, object?> Reader<T>(PropertyInfo field)
    {
        ParameterExpression union = Expression.Parameter(typeof(T));
        Expression value = Expression.Property(Expression.Convert(union, field.DeclaringType!), field);
        return Expression.Lambda<Func<T, object?>>(Expression.Convert(value, typeof(object)), union).Compile();
    }

    private static Func<object?[], T> Maker<T>(MethodInfo maker)
    {
        ParameterExpression values = Expression.Parameter(typeof(object?[]));
        IEnumerable<Expression> arguments = maker.GetParameters().Select((p, i) =>
            Expression.Convert(Expression.ArrayIndex(values, Expression.Constant(i)), p.ParameterType));
        return Expression.Lambda<Func<object?[], T>>(Expression.Call(maker, arguments), values).Compile();
    }

    /// <summary>The numbers of the mapping: kind, then case or position, then position; null without one.</summary>
    private static int[]? Mapping(MemberInfo member)
    {
        foreach (CustomAttributeData attribute in member.GetCustomAttributesData())
        {
            if (attribute.AttributeType.FullName != "Microsoft.FSharp.Core.CompilationMappingAttribute")
                continue;
            int[] numbers = [.. attribute.ConstructorArguments.Select(a => a.Value).OfType<int>()];
            return numbers is [int kind, ..] ? [kind & KindMask, .. numbers[1..]] : null;
        }
        return null;
    }
}

/// <summary>One case of an F# union.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FieldTypes">The types of its fields.</param>
/// <param name="Fields">What reads each field.</param>
/// <param name="Make">What makes a value of this case.</param>
internal sealed record FSharpUnionCase<T>(
    string Name, Type[] FieldTypes, Func<T, object?>[] Fields, Func<object?[], T> Make);
