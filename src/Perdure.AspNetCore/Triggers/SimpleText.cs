using System.Globalization;
using System.Numerics;
using System.Reflection;

namespace Perdure.AspNetCore.Triggers;

/// <summary>
/// Reads the values that can be a part of an address: texts, numbers, dates, enumerations and whatever else parses
/// itself. The culture is always the invariant one.
/// </summary>
internal static class SimpleText
{
    /// <summary>What reads a text as this type, or as the type that it makes nullable; null when nothing can.</summary>
    /// <returns>A function that gives the value, or null when the text is not one.</returns>
    public static Func<string, object?>? Reader(Type type)
    {
        Type simple = Nullable.GetUnderlyingType(type) ?? type;
        if (simple == typeof(string))
            return static text => text;
        if (simple == typeof(bool))
            return static text => bool.TryParse(text, out bool value) ? value : null;
        if (simple.IsEnum)
            return text => ReadEnum(simple, text);
        // A moment with an offset stays that moment, and one without is not moved by where the host stands.
        if (simple == typeof(DateTime))
            return static text => DateTime.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime value) ? value : null;
        if (simple == typeof(DateTimeOffset))
            return static text => DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset value)
                ? value : null;
        if (Implements(simple, typeof(INumberBase<>)))
            return Own(nameof(Number), simple);
        return Implements(simple, typeof(IParsable<>)) ? Own(nameof(Parsable), simple) : null;
    }

    /// <summary>By name in any case or by number, and only one that exists.</summary>
    private static object? ReadEnum(Type type, string text) =>
        Enum.TryParse(type, text, ignoreCase: true, out object? value)
        && (type.IsDefined(typeof(FlagsAttribute)) || Enum.IsDefined(type, value!))
            ? value
            : null;

    private static bool Implements(Type type, Type contract) =>
        type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == contract
            && i.GetGenericArguments()[0] == type);

    private static Func<string, object?> Own(string name, Type type) =>
        typeof(SimpleText).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).CreateDelegate<Func<string, object?>>();

    /// <summary>Without separators of thousands, because 1,5 must not become 15.</summary>
    private static object? Number<T>(string text)
        where T : INumberBase<T>
    {
        NumberStyles styles = T.IsInteger(T.One / (T.One + T.One)) ? NumberStyles.Integer : NumberStyles.Float;
        return T.TryParse(text, styles, CultureInfo.InvariantCulture, out T? value) ? value : null;
    }

    private static object? Parsable<T>(string text)
        where T : IParsable<T> =>
        T.TryParse(text, CultureInfo.InvariantCulture, out T? value) ? value : null;
}
