using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Routing.Patterns;
using Perdure.AspNetCore.Routing;
using Perdure.AspNetCore.Triggers;
using Perdure.Json;

namespace Perdure.AspNetCore.OpenApi;

/// <summary>What a document says of a function at one address, for one method.</summary>
internal sealed class FunctionOperation(
    HttpFunction function, FunctionAddress address, string method, PerdureHttpOptions options)
{
    private static readonly Type[] s_free =
        [typeof(IActionResult), typeof(IConvertToActionResult), typeof(IResult), typeof(HttpResponseMessage)];

    private readonly HttpArgument? _body = method is "GET" or "HEAD" or "TRACE"
        ? null
        : function.Arguments.FirstOrDefault(a => a.Place == HttpPlace.Body);

    /// <param name="writer">Within the operation.</param>
    /// <param name="others">The functions that share address and method, and are told apart by constraints.</param>
    public void Write(Utf8JsonWriter writer, IReadOnlyList<string> others)
    {
        string more = others.Count == 0
            ? ""
            : $" Constraints of the route decide between it and {string.Join(", ", others.Select(o => $"'{o}'"))}.";
        writer.WriteString("summary", $"The function '{function.Name}'.");
        writer.WriteString("description", "A function of this program, not a part of the management API." + more);
        writer.WriteStartArray("tags");
        writer.WriteStringValue("functions");
        writer.WriteEndArray();
        writer.WriteString("x-perdure-level", function.Level.ToString().ToLowerInvariant());
        writer.WriteStartArray("parameters");
        foreach (RoutePatternParameterPart part in address.Parts)
            WritePart(writer, part);
        foreach (HttpArgument argument in function.Arguments.Where(a => a.Place == HttpPlace.Query))
            WriteParameter(
                writer, argument.Parameter.Name!, "query", argument.IsRequired, argument.Parameter.ParameterType);
        writer.WriteEndArray();
        if (_body is not null)
            WriteBody(writer, _body);
        WriteAnswers(writer);
        OpenApiDocument.WriteSecurity(writer, Schemes());
    }

    /// <summary>Parts of a path are always required: without them it is another path.</summary>
    private void WritePart(Utf8JsonWriter writer, RoutePatternParameterPart part)
    {
        HttpArgument? argument = function.Arguments.FirstOrDefault(a => a.Place == HttpPlace.Route
            && part.Name.Equals(a.Parameter.Name, StringComparison.OrdinalIgnoreCase));
        WriteParameter(
            writer, part.Name, "path", isRequired: true, argument?.Parameter.ParameterType ?? typeof(string),
            part.IsCatchAll ? "The rest of the path, which may hold slashes." : null);
    }

    private static void WriteParameter(
        Utf8JsonWriter writer, string name, string place, bool isRequired, Type type, string? meaning = null)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("in", place);
        if (meaning is not null)
            writer.WriteString("description", meaning);
        if (isRequired)
            writer.WriteBoolean("required", true);
        WriteNode(writer, "schema", TypeSchema.OfText(type));
        writer.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter writer, HttpArgument body)
    {
        Type type = body.Parameter.ParameterType;
        bool isWhole = type == typeof(string) || type == typeof(byte[]) || type == typeof(Stream);
        writer.WriteStartObject("requestBody");
        if (!isWhole && body.IsRequired)
            writer.WriteBoolean("required", true);
        writer.WriteStartObject("content");
        if (isWhole)
            WriteContent(writer, "*/*", Text(type == typeof(string)));
        else
            WriteContent(writer, "application/json", TypeSchema.OfJson(type, JsonContract.Options));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static JsonObject Text(bool isText) =>
        isText ? new() { ["type"] = "string" } : new() { ["type"] = "string", ["format"] = "binary" };

    private static void WriteContent(Utf8JsonWriter writer, string type, JsonObject schema)
    {
        writer.WriteStartObject(type);
        WriteNode(writer, "schema", schema);
        writer.WriteEndObject();
    }

    private void WriteAnswers(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("responses");
        WriteResult(writer);
        foreach (RouteAnswer answer in Refusals().OrderBy(a => a.Status))
            WriteAnswer(writer, answer.Status.ToString(CultureInfo.InvariantCulture), answer.Meaning);
        writer.WriteEndObject();
    }

    private void WriteResult(Utf8JsonWriter writer)
    {
        Type? type = function.Result;
        if (type is null)
            WriteAnswer(writer, "204", "It is done, unless the function answers by itself.");
        else if (type == typeof(object) || s_free.Any(f => f.IsAssignableFrom(type)))
            WriteAnswer(writer, "default", "What the function answers.");
        else if (type == typeof(string))
            WriteAnswer(writer, "200", "What the function returns.", "text/plain", Text(isText: true));
        else if (typeof(Stream).IsAssignableFrom(type))
            WriteAnswer(writer, "200", "What the function returns.", "application/octet-stream", Text(isText: false));
        else
            WriteAnswer(
                writer, "200", "What the function returns.", "application/json",
                TypeSchema.OfJson(type, HttpAnswers.Json));
        if (type is not null && (!type.IsValueType || Nullable.GetUnderlyingType(type) is not null))
            WriteAnswer(writer, "204", "The function returned nothing.");
    }

    /// <summary>What is answered without the function, or instead of it.</summary>
    private IEnumerable<RouteAnswer> Refusals()
    {
        if (function.Arguments.Any(a => a.Place != HttpPlace.Request))
            yield return new(400, "The body or a parameter cannot be used.");
        if (function.Level != AuthorizationLevel.Anonymous)
        {
            yield return new(401, "Nobody knows who asks.");
            yield return new(403, "Who asks may not.");
            yield return new(429, "Too many requests; wait a moment.");
        }
        if (_body is { } body && body.Parameter.ParameterType != typeof(Stream))
            yield return new(413, $"The body is larger than {options.MaxBodyBytes} bytes.");
        yield return new(500, "The function failed.");
        yield return new(503, "The host is drained.");
    }

    private static void WriteAnswer(
        Utf8JsonWriter writer, string status, string meaning, string? type = null, JsonObject? schema = null)
    {
        writer.WriteStartObject(status);
        writer.WriteString("description", meaning);
        if (type is not null)
        {
            writer.WriteStartObject("content");
            WriteContent(writer, type, schema!);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private string[] Schemes() => function.Level switch
    {
        AuthorizationLevel.Anonymous => [],
        AuthorizationLevel.User or AuthorizationLevel.Function when options.AcceptKeysInQuery =>
            ["key", "bearer", FunctionPaths.KeyInQuery],
        _ => ["key", "bearer"],
    };

    private static void WriteNode(Utf8JsonWriter writer, string name, JsonObject node)
    {
        writer.WritePropertyName(name);
        node.WriteTo(writer);
    }
}
