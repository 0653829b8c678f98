using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Perdure.Json;

/// <summary>
/// How values of users become JSON and come back: names as declared and read in any case, fields included so that value
/// tuples travel, few escapes, NaN and infinities by name, F# unions. The same for every host, because what one host
/// stores another must read. No type is ever chosen by the data.
/// </summary>
internal static class JsonContract
{
    public const int DepthMax = 64;

    public static JsonSerializerOptions Options { get; } = CreateOptions();

    private static readonly ConcurrentDictionary<Type, JsonTypeInfo> s_byRuntimeType = new();

    /// <summary>By declared type.</summary>
    public static JsonTypeInfo<T> Of<T>() => Declared<T>.Info;

    /// <summary>By declared type.</summary>
    public static JsonTypeInfo Of(Type type) => Options.GetTypeInfo(type);

    /// <summary>
    /// For a value whose declared type says nothing: by its runtime type, or by the base type that knows how to tell
    /// the runtime type apart, so that a reader of the base type gets it back.
    /// </summary>
    public static JsonTypeInfo OfRuntime(Type type) =>
        s_byRuntimeType.GetOrAdd(type, static t => Options.GetTypeInfo(FamilyOf(t) ?? t));

    /// <summary>
    /// What keeps a type from ever being JSON, as the end of a sentence; null when nothing is known to.
    /// </summary>
    public static string? Problem(Type type, bool reading)
    {
        if (type.IsByRef || type.IsByRefLike || type.IsPointer || type.IsFunctionPointer)
            return $"is a {TypeText.Of(type)}, which lives on the stack only";
        if (typeof(Delegate).IsAssignableFrom(type))
            return $"is a {TypeText.Of(type)}, which is code and not data";
        try
        {
            JsonTypeInfo contract = Options.GetTypeInfo(type);
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
                return $"is a {TypeText.Of(type)}, which comes over time";
            bool cannotBeMade = type.IsAbstract
                && contract is { Kind: JsonTypeInfoKind.Object, PolymorphismOptions: null };
            return reading && cannotBeMade
                ? $"is a {TypeText.Of(type)}, which is abstract and names no derived types"
                : null;
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException or ArgumentException)
        {
            return $"is a {TypeText.Of(type)}, which System.Text.Json refuses: {e.Message}";
        }
    }

    private static Type? FamilyOf(Type type)
    {
        for (Type? b = type.BaseType; b is not null && b != typeof(object); b = b.BaseType)
        {
            if (FSharpUnion.Is(b) || IsDeclaredBy(b, type))
                return b;
        }
        return type.GetInterfaces().FirstOrDefault(i => IsDeclaredBy(i, type));
    }

    private static bool IsDeclaredBy(Type family, Type member) =>
        family.GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false)
            .Any(a => ((JsonDerivedTypeAttribute)a).DerivedType == member);

    private static JsonSerializerOptions CreateOptions()
    {
        JsonSerializerOptions options = new()
        {
            PropertyNameCaseInsensitive = true,
            IncludeFields = true,
            Encoder = WellFormedEncoder.Instance,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            MaxDepth = DepthMax,
            Converters = { new FSharpUnionConverterFactory() },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        options.MakeReadOnly();
        return options;
    }

    private static class Declared<T>
    {
        public static readonly JsonTypeInfo<T> Info = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }
}
