using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Functions;

/// <summary>What the host checks of names, methods and schedules.</summary>
internal static class FunctionText
{
    private const int FieldsMin = 5;
    private const int FieldsMax = 6;

    private static readonly Regex s_name = new(@"\A[A-Za-z][A-Za-z0-9_\-]{0,127}\z", RegexOptions.CultureInvariant);

    public static bool IsName(string name) =>
        s_name.IsMatch(name) && !name.Equals("host", StringComparison.OrdinalIgnoreCase);

    /// <summary>What the trigger says, what <c>[FunctionName]</c> says, or what the method is called.</summary>
    public static string NameOf(IMethodSymbol method, AttributeData trigger, AttributeData? functionName) =>
        trigger.NamedArguments
            .Where(a => a.Key is "Orchestration" or "Activity" or "EntityName")
            .Select(a => a.Value.Value as string)
            .FirstOrDefault(n => n is not null)
        ?? functionName?.ConstructorArguments.Select(a => a.Value as string).FirstOrDefault()
        ?? method.Name;

    /// <summary>Why the method is none that the host can call; null when it is.</summary>
    public static string? ShapeProblem(IMethodSymbol method) =>
        method.DeclaredAccessibility != Accessibility.Public ? "is not public"
        : method.IsGenericMethod ? "is generic"
        : method.ContainingType.IsGenericType && !method.ContainingType.IsAbstract ? "is in a generic class"
        : null;

    /// <summary>How many fields a schedule has, when that is a wrong number.</summary>
    public static int? WrongFields(string schedule)
    {
        string text = schedule.Trim(' ');
        // A setting may hold any number of fields, and a time span has none.
        bool isSpan = text.IndexOf(' ') < 0 && text.IndexOf(':') >= 0;
        if (text.IndexOf('%') >= 0 || isSpan)
            return null;
        int fields = text.Split([' '], StringSplitOptions.RemoveEmptyEntries).Length;
        return fields is FieldsMin or FieldsMax ? null : fields;
    }
}
