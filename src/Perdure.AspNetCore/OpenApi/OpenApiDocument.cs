using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Perdure.AspNetCore.Hosting;
using Perdure.AspNetCore.Management;
using Perdure.AspNetCore.Routing;
using Perdure.AspNetCore.Security;

namespace Perdure.AspNetCore.OpenApi;

/// <summary>The table of routes, and the functions of the program, as an OpenAPI document.</summary>
internal static class OpenApiDocument
{
    private static readonly RouteAnswer[] s_always =
    [
        new(401, "Nobody knows who asks."), new(403, "Who asks may not."),
        new(429, "Too many requests; wait a moment."),
        new(503, "The host is stopping or drained, or the store does not answer."),
    ];

    public static Task<Answer> AnswerAsync(ManagementCall call) =>
        Task.FromResult(new Answer(StatusCodes.Status200OK) { Body = w => Write(w, call.Http, Above(call.Request)) });

    /// <param name="writer">Where to.</param>
    /// <param name="http">The host that is described.</param>
    /// <param name="above">What stands before every path; may be empty.</param>
    public static void Write(Utf8JsonWriter writer, PerdureHttp http, string above)
    {
        writer.WriteStartObject();
        writer.WriteString("openapi", "3.0.3");
        writer.WriteStartObject("info");
        writer.WriteString("title", "Perdure");
        writer.WriteString("description", "Durable functions over HTTP: the management API of one task hub.");
        writer.WriteString("version", "1");
        writer.WriteEndObject();
        if (above.Length > 0)
            WriteServer(writer, above);
        writer.WriteStartObject("paths");
        foreach (var path in ManagementRoutes.All.SelectMany(Paths).GroupBy(p => p.Path, StringComparer.Ordinal))
        {
            writer.WriteStartObject(path.Key);
            foreach ((_, string name, ManagementRoute route) in path)
                WriteOperation(writer, path.Key, name, route);
            writer.WriteEndObject();
        }
        FunctionPaths.Write(
            writer, http.Functions, http.Options, [.. ManagementRoutes.All.SelectMany(Paths).Select(p => p.Name)]);
        writer.WriteEndObject();
        WriteSecuritySchemes(writer, http.Options.AcceptKeysInQuery && http.Functions.Count > 0);
        writer.WriteEndObject();
    }

    /// <summary>What the request has before the path that the table knows: a path base, a prefix.</summary>
    private static string Above(HttpRequest request)
    {
        string path = request.PathBase.ToUriComponent() + request.Path.ToUriComponent();
        return path[..Math.Max(
            0, path.LastIndexOf("/" + ManagementRoutes.ApiPath, StringComparison.OrdinalIgnoreCase))];
    }

    private static void WriteServer(Utf8JsonWriter writer, string above)
    {
        writer.WriteStartArray("servers");
        writer.WriteStartObject();
        writer.WriteString("url", above);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    /// <summary>OpenAPI knows no path whose last part may be missing: that makes two.</summary>
    private static IEnumerable<(string Path, string Name, ManagementRoute Route)> Paths(ManagementRoute route)
    {
        string path = "/" + route.Pattern;
        if (!path.EndsWith("?}", StringComparison.Ordinal))
            return [(path, route.Name, route)];
        string shorter = path[..path.LastIndexOf('/')];
        return [(shorter, route.Name, route), (path.Replace("?}", "}", StringComparison.Ordinal),
            route.Name + "WithId", route)];
    }

    private static void WriteOperation(Utf8JsonWriter writer, string path, string name, ManagementRoute route)
    {
        // A document has no "any method"; the one that clients use stands for all.
        string method = route.Method == ManagementRoute.AnyMethod ? "post" : route.Method.ToLowerInvariant();
        writer.WriteStartObject(method);
        writer.WriteString("operationId", name);
        writer.WriteString("summary", route.Summary);
        if (route.Scope is { } scope)
            writer.WriteString("x-perdure-scope", scope.ToString().ToLowerInvariant());
        writer.WriteStartArray("parameters");
        foreach (string part in path.Split('/').Where(p => p.StartsWith('{')))
            WriteParameter(writer, new RouteInput(part.Trim('{', '}'), "string", "") { Required = true }, "path");
        foreach (RouteInput input in route.Query)
            WriteParameter(writer, input, "query");
        foreach (RouteInput input in route.Headers)
            WriteParameter(writer, input, "header");
        writer.WriteEndArray();
        if (route.Body is { } body)
            WriteBody(writer, body);
        WriteAnswers(writer, route);
        WriteSecurity(writer, route);
        writer.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter writer, RouteInput input, string place)
    {
        writer.WriteStartObject();
        writer.WriteString("name", input.Name);
        writer.WriteString("in", place);
        if (input.Meaning.Length > 0)
            writer.WriteString("description", input.Meaning);
        if (input.Required)
            writer.WriteBoolean("required", true);
        writer.WriteStartObject("schema");
        writer.WriteString("type", input.Type == "date-time" ? "string" : input.Type);
        if (input.Type == "date-time")
            writer.WriteString("format", "date-time");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter writer, string meaning)
    {
        writer.WriteStartObject("requestBody");
        writer.WriteString("description", meaning);
        writer.WriteStartObject("content");
        writer.WriteStartObject("application/json");
        writer.WriteStartObject("schema");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteAnswers(Utf8JsonWriter writer, ManagementRoute route)
    {
        IEnumerable<RouteAnswer> answers = route.Scope is null
            ? route.Answers
            : route.Answers.Concat(s_always.Where(a => route.Answers.All(own => own.Status != a.Status)));
        if (route.Body is not null)
            answers = answers.Append(new RouteAnswer(413, "The body, or the JSON in it, is too large."));
        writer.WriteStartObject("responses");
        foreach (RouteAnswer answer in answers.OrderBy(a => a.Status))
        {
            writer.WriteStartObject(answer.Status.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("description", answer.Meaning);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteSecurity(Utf8JsonWriter writer, ManagementRoute route) => WriteSecurity(
        writer, route.Scope is null ? [] : route.AcceptsLink ? ["key", "bearer", "link"] : ["key", "bearer"]);

    /// <summary>One of them is enough; none serves everybody.</summary>
    public static void WriteSecurity(Utf8JsonWriter writer, string[] schemes)
    {
        writer.WriteStartArray("security");
        foreach (string scheme in schemes)
        {
            writer.WriteStartObject();
            writer.WriteStartArray(scheme);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteSecuritySchemes(Utf8JsonWriter writer, bool keysInQuery)
    {
        writer.WriteStartObject("components");
        writer.WriteStartObject("securitySchemes");
        WriteScheme(writer, "key", [("type", "apiKey"), ("in", "header"), ("name", AccessControl.KeyHeader)]);
        WriteScheme(writer, "bearer", [("type", "http"), ("scheme", "bearer")]);
        WriteScheme(writer, "link", [("type", "apiKey"), ("in", "query"), ("name", "code")]);
        if (keysInQuery)
            WriteScheme(writer, FunctionPaths.KeyInQuery, [("type", "apiKey"), ("in", "query"), ("name", "code")]);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteScheme(Utf8JsonWriter writer, string name, (string Key, string Value)[] values)
    {
        writer.WriteStartObject(name);
        foreach ((string key, string value) in values)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }
}
