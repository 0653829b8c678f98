using System.Net;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Primitives;

namespace Perdure;

/// <summary>The answer to a durable HTTP call, whatever its status, as the history holds it.</summary>
public sealed class DurableHttpResponse
{
    /// <summary>For the engine, and for tests of code that handles answers.</summary>
    /// <param name="statusCode">The status.</param>
    /// <param name="headers">The headers.</param>
    /// <param name="content">The body as text.</param>
    [JsonConstructor]
    public DurableHttpResponse(
        HttpStatusCode statusCode, IDictionary<string, StringValues>? headers = null, string? content = null)
    {
        StatusCode = statusCode;
        Headers = HttpHeadersJson.Copy(headers);
        Content = content;
    }

    /// <summary>The status.</summary>
    [JsonPropertyName("statusCode")]
    public HttpStatusCode StatusCode { get; }

    /// <summary>
    /// All headers, those of the body included, as they came: a header that was sent twice has two values. Found in any
    /// case; never null.
    /// </summary>
    [JsonPropertyName("headers")]
    [JsonConverter(typeof(HttpHeadersJson))]
    public IDictionary<string, StringValues> Headers { get; }

    /// <summary>The body, decoded as its <c>charset</c> says, by default from UTF-8; empty if there was none.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; }
}
