using System.Diagnostics.CodeAnalysis;

namespace Perdure.AspNetCore.Routing;

/// <summary>Finds the line of the table that a request is for.</summary>
internal sealed class ManagementRouter(IEnumerable<ManagementRoute> routes)
{
    private readonly ManagementRoute[] _routes = [.. routes.Select(r => r.Cut())];

    public IReadOnlyList<ManagementRoute> Routes => _routes;

    /// <summary>
    /// The first line that fits. The parts of the path are decoded already: what a part holds, also a slash, belongs to
    /// it, and what is compared and authorised here is what the handler uses.
    /// </summary>
    public bool TryFind(
        string method, IReadOnlyList<string> path, [NotNullWhen(true)] out ManagementRoute? route,
        [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? values)
    {
        foreach (ManagementRoute candidate in _routes)
        {
            if (candidate.Method != ManagementRoute.AnyMethod
                && !candidate.Method.Equals(method, StringComparison.OrdinalIgnoreCase))
                continue;
            if (Match(candidate.Segments, path) is { } found)
            {
                (route, values) = (candidate, found);
                return true;
            }
        }
        (route, values) = (null, null);
        return false;
    }

    private static Dictionary<string, string>? Match(string[] pattern, IReadOnlyList<string> path)
    {
        bool mayBeShorter = pattern[^1].EndsWith("?}", StringComparison.Ordinal);
        if (path.Count != pattern.Length && !(mayBeShorter && path.Count == pattern.Length - 1))
            return null;
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        for (int i = 0; i < path.Count; i++)
        {
            if (pattern[i][0] == '{' && path[i].Length == 0)
                return null;
            if (pattern[i][0] == '{')
                values.Add(pattern[i].Trim('{', '}', '?'), path[i]);
            else if (!pattern[i].Equals(path[i], StringComparison.OrdinalIgnoreCase))
                return null;
        }
        return values;
    }
}
