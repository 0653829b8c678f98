using Perdure.Core.Identity;

namespace Perdure.Core.Circuits;

/// <summary>
/// Circuits are entities of the engine: <c>@$circuit@name</c>. No function can have this name, because the names of
/// functions have no dollar.
/// </summary>
internal static class CircuitIds
{
    public const string EntityName = "$circuit";

    /// <summary>The longest name, in characters.</summary>
    public const int NameLengthMax = 200;

    private const string FunctionPrefix = "fn:";

    public static bool Is(string instanceId) => instanceId.StartsWith($"@{EntityName}@", StringComparison.Ordinal);

    public static string Of(string circuit) => $"@{EntityName}@{circuit}";

    public static string NameOf(string instanceId) => EntityInstanceIds.Split(instanceId).Key;

    /// <summary>The circuit that every triggered function has of its own.</summary>
    public static string OfFunction(string function) => FunctionPrefix + function;

    /// <summary>
    /// Says what is wrong with the name of a circuit of a dependency, or returns null when it is fine.
    /// </summary>
    public static string? Problem(string? name)
    {
        if (name is null || name.Length is 0 or > NameLengthMax)
            return $"it has {name?.Length ?? 0} characters; names have 1 to {NameLengthMax}";
        if (name.StartsWith(FunctionPrefix, StringComparison.OrdinalIgnoreCase))
            return $"'{FunctionPrefix}' is for the circuits that functions have of their own";
        // The address of restart links is beside those of circuits.
        if (name.Equals("restart", StringComparison.OrdinalIgnoreCase))
            return "it is the address of restart links";
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return $"it contains '{c}'; only letters, digits, '-', '_' and '.' are allowed";
        }
        return null;
    }
}
