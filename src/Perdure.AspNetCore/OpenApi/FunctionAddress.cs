using Microsoft.AspNetCore.Routing.Patterns;

namespace Perdure.AspNetCore.OpenApi;

/// <summary>An address of a function as OpenAPI writes it.</summary>
/// <param name="Path">The path, with its parts as <c>{name}</c>.</param>
/// <param name="Parts">Those parts.</param>
internal sealed record FunctionAddress(string Path, IReadOnlyList<RoutePatternParameterPart> Parts)
{
    /// <summary>
    /// All addresses of a route, the longest one first. OpenAPI knows no path whose last part may be missing: one that
    /// may makes two.
    /// </summary>
    public static IEnumerable<FunctionAddress> Of(RoutePattern route)
    {
        List<RoutePatternPathSegment> segments = [.. route.PathSegments];
        yield return Of(segments, []);
        while (segments.Count > 0)
        {
            RoutePatternPathSegment last = segments[^1];
            if (last.Parts[^1] is not RoutePatternParameterPart part || !MayBeMissing(part))
                yield break;
            segments.RemoveAt(segments.Count - 1);
            if (!last.IsSimple)
            {
                // Of several parts of a segment the last one may be missing, and then what separates it is as well.
                yield return Of(segments, [.. last.Parts.SkipLast(1).Reverse()
                    .SkipWhile(p => p is RoutePatternSeparatorPart).Reverse()]);
                yield break;
            }
            yield return Of(segments, []);
        }
    }

    private static bool MayBeMissing(RoutePatternParameterPart part) =>
        part.IsOptional || part.IsCatchAll || part.Default is not null;

    private static FunctionAddress Of(
        List<RoutePatternPathSegment> segments, IReadOnlyList<RoutePatternPart> rest)
    {
        IEnumerable<IReadOnlyList<RoutePatternPart>> all =
            segments.Select(s => s.Parts).Append(rest).Where(p => p.Count > 0);
        return new(
            "/" + string.Join('/', all.Select(s => string.Concat(s.Select(TextOf)))),
            [.. all.SelectMany(s => s).OfType<RoutePatternParameterPart>()]);
    }

    private static string TextOf(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        _ => "",
    };
}
