using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Microsoft.Extensions.Primitives;

namespace Perdure.Http;

/// <summary>
/// What an answer 202 says: where to ask next, and when. A function of the history alone, because replay asks again.
/// </summary>
internal static class HttpPolling
{
    /// <summary>A server that says "at once" must not fill the history as fast as it can answer.</summary>
    private static readonly TimeSpan s_waitMin = TimeSpan.FromSeconds(1);

    /// <summary>
    /// When to ask again: as <c>Retry-After</c> says, in seconds or as a date, else after the interval.
    /// </summary>
    public static DateTime NextAt(DurableHttpResponse answer, DateTime now, TimeSpan interval)
    {
        TimeSpan wait = interval;
        if (First(answer, "Retry-After") is { } text
            && RetryConditionHeaderValue.TryParse(text, out RetryConditionHeaderValue? retry))
            wait = retry.Delta ?? retry.Date!.Value.UtcDateTime - now;
        if (wait < s_waitMin)
            wait = s_waitMin;
        return now <= DateTime.MaxValue - wait ? now + wait : DateTime.MaxValue;
    }

    /// <summary>
    /// The request that asks how far it is; false when the answer names no place to ask. A later answer without
    /// <c>Location</c> means the same place again.
    /// </summary>
    /// <exception cref="HttpRequestException">The place is one that is not asked.</exception>
    public static bool TryNext(
        DurableHttpRequest last, DurableHttpResponse answer, bool polls,
        [NotNullWhen(true)] out DurableHttpRequest? next)
    {
        next = polls ? last : null;
        if (First(answer, "Location") is not { Length: > 0 } location)
            return polls;
        string name = HttpRequests.Named(last.Method, last.Uri);
        Uri uri = HttpRequests.Linked(last.Uri, location, out string? problem)
            ?? throw new HttpRequestException(
                $"{name} answered 202 with a Location that is not called. {problem}", null, HttpStatusCode.Accepted);
        if (last.Uri.Scheme == Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttps)
            throw new HttpRequestException(
                $"{name} answered 202 with a Location that leads from https to http, which is not followed. Call with "
                + "asynchronousPatternEnabled: false, and ask there yourself.", null, HttpStatusCode.Accepted);
        bool sameOrigin = HttpHeaders.SameOrigin(last.Uri, uri);
        Dictionary<string, StringValues> headers = HttpHeaders.Carry(last.Headers, sameOrigin, withContent: false);
        // As Durable Functions does: the address of the status brings a key of its own.
        headers.Remove(HttpHeaders.FunctionsKey);
        Dictionary<string, string> secrets = sameOrigin ? new(last.SecretHeaders) : [];
        secrets.Remove(HttpHeaders.FunctionsKey);
        next = new DurableHttpRequest(
            HttpMethod.Get, uri, headers, content: null, sameOrigin ? last.TokenSource : null,
            last.AsynchronousPatternEnabled, last.Timeout)
        {
            SecretHeaders = secrets,
        };
        return true;
    }

    private static string? First(DurableHttpResponse answer, string header) =>
        answer.Headers.TryGetValue(header, out StringValues values) && values.Count > 0 ? values[0] : null;
}
