using System.Reflection;

namespace Perdure.Functions;

/// <summary>A limit that several functions share.</summary>
/// <param name="Name">In lower case.</param>
/// <param name="Max">How many runs are under way at once in one node.</param>
internal sealed record NamedLimit(string Name, int Max);

/// <summary>Reads <c>[ConcurrencyLimit]</c> and what the options say of such limits.</summary>
internal sealed class NamedLimits
{
    private readonly Dictionary<string, NamedLimit> _limits = new(StringComparer.OrdinalIgnoreCase);
    private readonly FunctionEnvironment _environment;

    /// <param name="functions">All functions, because one may say the number for others.</param>
    /// <param name="environment">What the options say.</param>
    /// <param name="problems">What is wrong.</param>
    public NamedLimits(
        IReadOnlyList<FunctionDescription> functions, FunctionEnvironment environment, List<string> problems)
    {
        _environment = environment;
        foreach ((string name, int max) in environment.ConcurrencyLimits)
            Add(name, max);
        Dictionary<string, FunctionDescription> by = new(StringComparer.OrdinalIgnoreCase);
        foreach (FunctionDescription function in functions)
        {
            if (AttributeOf(function) is not { Limit: not 0 } attribute)
                continue;
            if (attribute.Limit < 0)
            {
                problems.Add($"{function.Place}: [ConcurrencyLimit(\"{attribute.Name}\", {attribute.Limit})] would let "
                    + "it never run; the limit is 1 or more.");
            }
            else if (by.TryGetValue(attribute.Name, out FunctionDescription? other)
                && AttributeOf(other)!.Limit != attribute.Limit)
            {
                problems.Add($"{other.Place} and {function.Place} share the limit '{attribute.Name}' and say "
                    + $"{AttributeOf(other)!.Limit} and {attribute.Limit}; say it in one place.");
            }
            by[attribute.Name] = function;
            Add(attribute.Name, attribute.Limit);
        }
    }

    /// <summary>The limit of a function; null for none, or after a problem.</summary>
    public NamedLimit? Of(FunctionDescription function, List<string> problems)
    {
        FunctionOptions own = _environment.OptionsOf(function);
        if ((AttributeOf(function)?.Name ?? own.ConcurrencyLimit) is not { } name)
            return null;
        if (_limits.TryGetValue(name, out NamedLimit? limit))
            return limit;
        problems.Add($"{function.Place} shares the limit '{name}', and nobody says how many that lets run; set "
            + $"Perdure:ConcurrencyLimits:{name}, or a number in [ConcurrencyLimit(\"{name}\", 5)].");
        return null;
    }

    private void Add(string name, int max) => _limits[name] = new NamedLimit(name.ToLowerInvariant(), max);

    private static ConcurrencyLimitAttribute? AttributeOf(FunctionDescription function) =>
        function.Method.GetCustomAttribute<ConcurrencyLimitAttribute>()
        ?? function.Type.GetCustomAttribute<ConcurrencyLimitAttribute>();
}
