using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;
using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Reads values of the route and of the query for parameters of these names.</summary>
internal static class HttpValue
{
    /// <summary>What reads a part of the route.</summary>
    public static Func<HttpContext, ValueTask<object?>> OfRoute(
        ParameterInfo parameter, RoutePatternParameterPart part, Func<string, object?> read)
    {
        object? missing = Missing(parameter);
        // What stands at the end of a route and takes the rest of the path may take nothing.
        if (part.IsCatchAll && parameter.ParameterType == typeof(string))
            missing ??= "";
        return context =>
        {
            object? value = context.Request.RouteValues[part.Name];
            return new(
                Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text
                    ? Read(parameter, read, text, "part of the address")
                    : missing);
        };
    }

    /// <summary>What reads a value of the query; the last one, if there are several.</summary>
    public static Func<HttpContext, ValueTask<object?>> OfQuery(ParameterInfo parameter, Func<string, object?> read)
    {
        object? missing = Missing(parameter);
        bool canBeMissing = parameter.HasDefaultValue || Optional.MayBeNull(parameter);
        string name = parameter.Name!;
        return context =>
        {
            StringValues values = context.Request.Query[name];
            if (values.Count > 0)
                return new(Read(parameter, read, values[^1] ?? "", "value in the query"));
            return canBeMissing
                ? new(missing)
                : throw Refused($"The query has no '{name}'; add {name}=… to it.");
        };
    }

    private static object? Missing(ParameterInfo parameter) =>
        parameter.HasDefaultValue ? parameter.DefaultValue : null;

    private static object? Read(ParameterInfo parameter, Func<string, object?> read, string text, string what) =>
        read(text) ?? throw Refused($"'{text}' is not a {TypeText.Of(Simple(parameter))}, which the {what} "
            + $"'{parameter.Name}' is.");

    private static Type Simple(ParameterInfo parameter) =>
        Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;

    private static RequestRefusedException Refused(string message) => new(StatusCodes.Status400BadRequest, message);
}
