using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Perdure.Functions;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Where a function is served.</summary>
/// <param name="Pattern">The whole route.</param>
/// <param name="Methods">The methods; none means all.</param>
internal sealed record HttpRoute(RoutePattern Pattern, IReadOnlyList<string> Methods)
{
    private static readonly string[] s_reserved = ["admin", "healthz", "runtime"];

    /// <summary>For messages.</summary>
    public string MethodsText => Methods.Count == 0 ? "all methods" : string.Join(" and ", Methods);

    /// <summary>The route of a function; null after a problem.</summary>
    /// <param name="function">The function.</param>
    /// <param name="routePrefix">What stands before the routes of functions.</param>
    /// <param name="policies">Knows the constraints; null when nobody does.</param>
    /// <param name="problems">Where it is reported.</param>
    public static HttpRoute? Read(
        FunctionDescription function, string routePrefix, ParameterPolicyFactory? policies, List<string> problems)
    {
        int before = problems.Count;
        HttpTriggerAttribute trigger = (HttpTriggerAttribute)function.Trigger;
        string text = string.IsNullOrEmpty(trigger.Route) ? function.Name : trigger.Route.Trim('/');
        string[] methods = MethodsOf(function, trigger, problems);
        string own = string.Join('/', new[] { routePrefix.Trim('/'), text }.Where(p => p.Length > 0));
        try
        {
            RoutePattern pattern = RoutePatternFactory.Parse(own);
            CheckConstraints(function, pattern, policies, problems);
            if (s_reserved.Contains(own.Split('/')[0], StringComparer.OrdinalIgnoreCase))
                problems.Add($"{function.Place}: its route '{own}' begins with what belongs to the management API "
                    + $"({string.Join(", ", s_reserved)}).");
            return problems.Count == before ? new HttpRoute(pattern, methods) : null;
        }
        catch (RoutePatternException e)
        {
            problems.Add($"{function.Place}: its route '{own}' cannot be understood: {e.Message}");
            return null;
        }
    }

    /// <summary>The part of the route with this name, in any case; null when there is none.</summary>
    public RoutePatternParameterPart? Part(string? name) =>
        Pattern.Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether some requests fit both as well as each other.</summary>
    public bool Collides(HttpRoute other) =>
        Shape().Equals(other.Shape(), StringComparison.OrdinalIgnoreCase)
        && (Methods.Count == 0 || other.Methods.Count == 0 || Methods.Intersect(other.Methods).Any());

    /// <summary>The route without what does not matter for matching: the names of its parts.</summary>
    private string Shape() => string.Join(
        '/', Pattern.PathSegments.Select(s => string.Concat(s.Parts.Select(part => part switch
        {
            RoutePatternParameterPart p => $"{{{(p.IsCatchAll ? "*" : "")}"
                + $"{string.Concat(p.ParameterPolicies.Select(x => $":{x.Content}"))}{(p.IsOptional ? "?" : "")}}}",
            RoutePatternLiteralPart p => p.Content,
            RoutePatternSeparatorPart p => p.Content,
            _ => part.ToString(),
        }))));

    private static string[] MethodsOf(FunctionDescription function, HttpTriggerAttribute trigger, List<string> problems)
    {
        foreach (string? method in trigger.Methods)
        {
            if (string.IsNullOrEmpty(method) || !method.All(c => char.IsAsciiLetter(c) || c == '-'))
                problems.Add($"{function.Place}: '{method}' is not an HTTP method, such as get or post.");
        }
        return [.. trigger.Methods.Select(m => m?.ToUpperInvariant() ?? "").Distinct()];
    }

    private static void CheckConstraints(
        FunctionDescription function, RoutePattern pattern, ParameterPolicyFactory? policies, List<string> problems)
    {
        if (policies is null)
            return;
        foreach (RoutePatternParameterPart part in pattern.Parameters)
        {
            foreach (RoutePatternParameterPolicyReference policy in part.ParameterPolicies)
            {
                try
                {
                    policies.Create(part, policy);
                }
                catch (Exception e) when (e is InvalidOperationException or RouteCreationException)
                {
                    problems.Add($"{function.Place}: its route has the part '{part.Name}' with the constraint "
                        + $"'{policy.Content}', which does not work: {e.Message}");
                }
            }
        }
    }
}
