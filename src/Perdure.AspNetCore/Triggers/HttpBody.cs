using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Perdure.AspNetCore.Management;
using Perdure.Json;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Reads the body of a request as what the parameter of a function wants.</summary>
/// <param name="limit">The largest body that is held in memory, in bytes. Streams are not held.</param>
internal sealed class HttpBody(int limit)
{
    /// <summary>What reads the body for this parameter, whose type is not one of the request as a whole.</summary>
    public Func<HttpContext, ValueTask<object?>> Reader(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type == typeof(Stream))
            return static context => new(context.Request.Body);
        if (type == typeof(byte[]))
            return async context => await BytesAsync(context);
        if (type == typeof(string))
            return async context => TextOf(context.Request, await BytesAsync(context));
        JsonTypeInfo contract = JsonContract.Of(type);
        bool canBeMissing = Optional.MayBeNull(parameter);
        return async context =>
        {
            object? value = Json(context.Request, await BytesAsync(context), contract);
            if (value is not null || canBeMissing)
                return value;
            return parameter.HasDefaultValue
                ? parameter.DefaultValue
                : throw Refused($"The body is empty, or null; it holds the JSON of {TypeText.Of(type)}.");
        };
    }

    private Task<byte[]> BytesAsync(HttpContext context) =>
        RequestBody.ReadAsync(context.Request, limit, context.RequestAborted);

    private static object? Json(HttpRequest request, byte[] body, JsonTypeInfo contract)
    {
        // Reads what is not in UTF-8 as well, because a text does not care.
        ReadOnlySpan<byte> json = EncodingOf(request) is UTF8Encoding
            ? WithoutMark(body)
            : Encoding.UTF8.GetBytes(TextOf(request, body));
        if (json.Trim(" \t\r\n"u8).IsEmpty)
            return null;
        try
        {
            object? value = JsonSerializer.Deserialize(json, contract);
            CheckTexts(json);
            return value;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Constructors and converters of the author run in there: what they say is not for the caller.
            string where = e is JsonException { Path: { } path } found
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $": it fails at {path}, line {found.LineNumber + 1}, byte {found.BytePositionInLine + 1}")
                : "";
            throw Refused($"The body cannot be read as JSON of {TypeText.Of(contract.Type)}{where}.");
        }
    }

    /// <summary>
    /// Half of a surrogate pair is no text. Types with texts refuse it, but elements of JSON keep it as it came, and
    /// fail where they are written.
    /// </summary>
    private static void CheckTexts(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
            return;
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = JsonContract.DepthMax });
        while (reader.Read())
        {
            if (reader is { TokenType: JsonTokenType.String or JsonTokenType.PropertyName, ValueIsEscaped: true })
                _ = reader.GetString();
        }
    }

    private static string TextOf(HttpRequest request, byte[] body)
    {
        Encoding encoding = EncodingOf(request);
        try
        {
            return encoding.GetString(encoding is UTF8Encoding ? WithoutMark(body) : body);
        }
        catch (DecoderFallbackException)
        {
            throw Refused($"The body is not well-formed {encoding.WebName}.");
        }
    }

    private static Encoding EncodingOf(HttpRequest request)
    {
        string charset = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            ? HeaderUtilities.RemoveQuotes(type.Charset).ToString()
            : "";
        try
        {
            return Encoding.GetEncoding(
                charset.Length == 0 ? "utf-8" : charset, EncoderFallback.ExceptionFallback,
                DecoderFallback.ExceptionFallback);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // One that .NET knows and refuses, such as utf-7, is not there either.
            throw Refused($"The body is in '{charset}', which this host does not know; send it in UTF-8.");
        }
    }

    private static ReadOnlySpan<byte> WithoutMark(byte[] body) =>
        body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? body.AsSpan(Encoding.UTF8.Preamble.Length) : body;

    private static RequestRefusedException Refused(string message) => new(StatusCodes.Status400BadRequest, message);
}
