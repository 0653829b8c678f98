using System.Reflection;
using System.Text;

namespace Perdure.Tests.House;

/// <summary>The public surface of an assembly as text, one member a line, in a stable order.</summary>
internal static class PublicApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(KindOf(type)).Append(' ').Append(NameOf(type)).AppendLine(BasesOf(type));
            IEnumerable<string> members = type.GetMembers(Declared).Select(Line).OfType<string>();
            foreach (string member in members.Distinct().Order(StringComparer.Ordinal))
                text.Append("    ").AppendLine(member);
        }
        return text.ToString();
    }

    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo c when IsSeen(c) => $"new({Parameters(c)})",
        MethodInfo m when IsSeen(m) && !m.IsSpecialName && !m.Name.StartsWith('<') =>
            $"{(m.IsStatic ? "static " : "")}{NameOf(m.ReturnType)} {m.Name}{Generic(m)}({Parameters(m)})",
        PropertyInfo p when IsSeen(p.GetMethod) || IsSeen(p.SetMethod) =>
            $"{NameOf(p.PropertyType)} {p.Name} "
            + $"{{{(IsSeen(p.GetMethod) ? " get;" : "")}{(IsSeen(p.SetMethod) ? " set;" : "")} }}",
        FieldInfo { IsPublic: true, IsSpecialName: false } f when member.DeclaringType!.IsEnum =>
            $"{f.Name} = {Convert.ToInt64(f.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}",
        FieldInfo { IsPublic: true, IsSpecialName: false } f => $"{NameOf(f.FieldType)} {f.Name}",
        _ => null,
    };

    private static bool IsSeen(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true };

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{NameOf(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "null"}" : "")}"));

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string KindOf(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsSealed ? "sealed class"
        : type.IsAbstract ? "abstract class"
        : "class";

    private static string BasesOf(Type type)
    {
        IEnumerable<Type> bases = type.GetInterfaces();
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object))
            bases = bases.Prepend(parent);
        string[] names =
            [.. bases.Where(
                b => b.Assembly == type.Assembly || b.IsSubclassOf(typeof(Exception)) || b == typeof(Exception)
            || b == typeof(Attribute)).Select(NameOf)];
        return names.Length == 0 || type.IsEnum ? "" : $" : {string.Join(", ", names)}";
    }

    private static string NameOf(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsArray)
            return NameOf(type.GetElementType()!) + "[]";
        string name = type.IsNested ? $"{NameOf(type.DeclaringType!)}.{type.Name}" : type.Name;
        return type.IsGenericType
            ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : name;
    }
}
