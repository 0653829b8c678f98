using System.Text.Json.Serialization;
using Microsoft.Extensions.Primitives;

namespace Perdure;

/// <summary>
/// An HTTP request that an orchestration makes with
/// <see cref="IDurableOrchestrationContext.CallHttpAsync(DurableHttpRequest)"/>. It is kept in the history as it is, so
/// nothing in it should be a secret: say <see cref="TokenSource"/> or <see cref="SecretHeaders"/> for those.
/// </summary>
public sealed class DurableHttpRequest
{
    /// <summary>A request with a method and an address; everything else has a default.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="uri">The absolute address, with <c>http</c> or <c>https</c>, and without a user name.</param>
    /// <param name="headers">The headers; several values of one header are sent in their order.</param>
    /// <param name="content">
    /// The body, sent as UTF-8 or in the <c>charset</c> of the <c>Content-Type</c>. Without a <c>Content-Type</c> among
    /// the headers it is <c>text/plain</c>. Multipart bodies are not supported.
    /// </param>
    /// <param name="tokenSource">Which token is sent as <c>Authorization: Bearer …</c>.</param>
    /// <param name="asynchronousPatternEnabled">Whether an answer 202 is followed until it is something else.</param>
    /// <param name="timeout">
    /// How long one request may take, redirects and body included; null leaves it to the host, which waits 100 seconds
    /// by default.
    /// </param>
    /// <param name="httpRetryOptions">When the request is made again; null makes it once.</param>
    /// <exception cref="ArgumentNullException">There is no method or no address.</exception>
    [JsonConstructor]
    public DurableHttpRequest(
        HttpMethod method,
        Uri uri,
        IDictionary<string, StringValues>? headers = null,
        string? content = null,
        ITokenSource? tokenSource = null,
        bool asynchronousPatternEnabled = true,
        TimeSpan? timeout = null,
        HttpRetryOptions? httpRetryOptions = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(uri);
        Method = method;
        Uri = uri;
        Headers = HttpHeadersJson.Copy(headers);
        Content = content;
        TokenSource = tokenSource;
        AsynchronousPatternEnabled = asynchronousPatternEnabled;
        Timeout = timeout;
        HttpRetryOptions = httpRetryOptions;
    }

    /// <summary>The HTTP method.</summary>
    [JsonPropertyName("method")]
    [JsonConverter(typeof(HttpMethodJson))]
    public HttpMethod Method { get; }

    /// <summary>The absolute address.</summary>
    [JsonPropertyName("uri")]
    public Uri Uri { get; }

    /// <summary>The headers, found in any case; never null. They are kept in the history in clear.</summary>
    [JsonPropertyName("headers")]
    [JsonConverter(typeof(HttpHeadersJson))]
    public IDictionary<string, StringValues> Headers { get; }

    /// <summary>
    /// Headers whose values are secrets: the name of the header, and the name of a secret in the host's options
    /// (<c>Perdure:Http:Secrets</c>). The history holds the names; the value is put in when the request is made, and
    /// only towards the hosts that the options name for it. Empty by default.
    /// </summary>
    [JsonPropertyName("secretHeaders")]
    public IDictionary<string, string> SecretHeaders
    {
        get;
        init => field = new Dictionary<string, string>(
            value ?? throw new ArgumentNullException(nameof(SecretHeaders)), StringComparer.OrdinalIgnoreCase);
    } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The body, or null.</summary>
    [JsonPropertyName("content")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; }

    /// <summary>Which token is sent as <c>Authorization: Bearer …</c>, or null.</summary>
    [JsonPropertyName("tokenSource")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ITokenSource? TokenSource { get; }

    /// <summary>Whether an answer 202 is followed until it is something else.</summary>
    [JsonPropertyName("asynchronousPatternEnabled")]
    public bool AsynchronousPatternEnabled { get; }

    /// <summary>How long one request may take, or null for what the host says.</summary>
    [JsonPropertyName("timeout")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Timeout { get; }

    /// <summary>When the request is made again, or null.</summary>
    [JsonPropertyName("httpRetryOptions")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HttpRetryOptions? HttpRetryOptions { get; }
}
