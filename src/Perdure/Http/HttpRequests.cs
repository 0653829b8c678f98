using System.Globalization;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Perdure.Http;

/// <summary>What a request must be like; it is looked at by the call, and again by the activity.</summary>
internal static class HttpRequests
{
    private static readonly TimeSpan s_timeoutMax = TimeSpan.FromHours(24);

    /// <summary>What is wrong with the request, as a sentence; null if nothing is.</summary>
    public static string? Problem(DurableHttpRequest request) =>
        AddressProblem(request.Uri)
        ?? request.Headers.Select(h => HeaderProblem(h.Key, h.Value)).FirstOrDefault(p => p is not null)
        ?? ContentProblem(request)
        ?? SecretProblem(request)
        ?? TimeoutProblem(request.Timeout);

    /// <summary>
    /// What is wrong with the address; without the address itself, of which anything may be a secret but its host.
    /// </summary>
    public static string? AddressProblem(Uri uri)
    {
        if (!uri.IsAbsoluteUri)
            return "The address is relative; a durable HTTP call needs an absolute one, such as https://example.com/.";
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            return $"The address has the scheme '{uri.Scheme}'; durable HTTP calls 'http' and 'https'.";
        if (uri.Host.Length == 0)
            return "The address has no host.";
        return uri.UserInfo.Length == 0
            ? null
            : $"The address of '{uri.Host}' has a user name or a password before the '@', which would stand in the "
                + "history; send credentials with TokenSource or SecretHeaders.";
    }

    /// <summary>The address that an answer points to, absolute or relative; null with what is wrong with it.</summary>
    public static Uri? Linked(Uri from, string location, out string? problem)
    {
        problem = Uri.TryCreate(from, location, out Uri? uri) ? AddressProblem(uri) : "It is no address at all.";
        return problem is null ? uri : null;
    }

    /// <summary>For messages: no path and no query, because they may hold secrets.</summary>
    public static string Named(HttpMethod method, Uri uri) => $"{method} {uri.GetLeftPart(UriPartial.Authority)}";

    /// <summary>In which encoding a body with this type is sent; null if there is no such encoding.</summary>
    public static Encoding? EncodingOf(string? contentType)
    {
        string? charset = MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
            ? type.CharSet?.Trim('"')
            : null;
        if (string.IsNullOrEmpty(charset))
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        try
        {
            return Encoding.GetEncoding(
                charset, EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback);
        }
        catch (ArgumentException)
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(
                charset, EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback);
        }
    }

    private static string? HeaderProblem(string name, StringValues values)
    {
        if (!HttpHeaders.IsName(name))
            return $"'{name}' cannot be the name of a header.";
        foreach (string? value in values)
        {
            if (!HttpHeaders.IsValue(value))
                return $"The header '{name}' has a value with line breaks or other control characters.";
        }
        return null;
    }

    private static string? ContentProblem(DurableHttpRequest request)
    {
        if (!request.Headers.TryGetValue(HttpHeaders.ContentType, out StringValues types) || types.Count == 0)
            return null;
        if (types.Count > 1)
            return "The request has more than one Content-Type.";
        string type = types[0] ?? "";
        if (type.TrimStart().StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            return $"The Content-Type '{type}' is not supported: a durable HTTP call has one body, which is text. "
                + "Send multipart content in an activity of your own.";
        if (EncodingOf(type) is not { } encoding)
            return $"The Content-Type '{type}' names a charset that is not known; use utf-8.";
        try
        {
            if (encoding is not UTF8Encoding && request.Content is { } content)
                encoding.GetByteCount(content);
            return null;
        }
        catch (EncoderFallbackException)
        {
            return $"The content has characters that the charset of '{type}' does not have; use utf-8.";
        }
    }

    private static string? SecretProblem(DurableHttpRequest request)
    {
        foreach ((string name, string secret) in request.SecretHeaders)
        {
            if (!HttpHeaders.IsName(name) || HttpHeaders.IsFraming(name) || HttpHeaders.IsOfContent(name))
                return $"'{name}' cannot be the name of a secret header.";
            if (string.IsNullOrWhiteSpace(secret))
                return $"The secret header '{name}' names no secret.";
            if (request.Headers.ContainsKey(name))
                return $"The header '{name}' is both among the headers and among the secret headers.";
        }
        if (request.TokenSource is not { } source)
            return null;
        if (request.Headers.ContainsKey(HttpHeaders.Authorization)
            || request.SecretHeaders.ContainsKey(HttpHeaders.Authorization))
            return "The request has a token source, which makes the header Authorization, and that header as well.";
        return TokenSourceJson.Describe(source) is null
            ? $"A token source of the type {TypeText.Of(source.GetType())} cannot be kept in the history. Use "
                + "ManagedIdentityTokenSource or CustomTokenSource, and register an IHttpTokenProvider that gets the "
                + "token."
            : null;
    }

    private static string? TimeoutProblem(TimeSpan? timeout) =>
        timeout is null || (timeout > TimeSpan.Zero && timeout <= s_timeoutMax)
            ? null
            : string.Create(CultureInfo.InvariantCulture,
                $"The time-out is {timeout}; it is more than zero and at most 24 hours.");
}
