using System.Net;
using System.Net.Http;
using Microsoft.Extensions.Primitives;

namespace Perdure.Http;

/// <summary>One of the requests of a call: the first one, or what a redirect makes of it.</summary>
/// <param name="Trusted">Whether it goes where the author sent it, so that secrets may go along.</param>
internal sealed record HttpHop(
    HttpMethod Method, Uri Uri, IReadOnlyDictionary<string, StringValues> Headers, string? Content, bool Trusted)
{
    public static HttpHop Of(DurableHttpRequest request) => new(
        request.Method, request.Uri, HttpHeaders.Carry(request.Headers, sameOrigin: true, withContent: true),
        request.Content, Trusted: true);

    /// <summary>
    /// The request that follows a redirect, or null if this answer is none that is followed. Nothing leads from https
    /// back to http: then the redirect itself is the answer.
    /// </summary>
    /// <exception cref="HttpRefusedException">The redirect leads where no request can go.</exception>
    public HttpHop? After(HttpStatusCode status, string? location)
    {
        if (!IsRedirect(status) || string.IsNullOrEmpty(location))
            return null;
        Uri? next = HttpRequests.Linked(Uri, location, out string? problem)
            ?? throw new HttpRefusedException(
                $"{HttpRequests.Named(Method, Uri)} was redirected to an address that is not called. {problem}");
        if (Uri.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps)
            return null;
        bool sameOrigin = HttpHeaders.SameOrigin(Uri, next);
        bool becomesGet = BecomesGet(status);
        return new HttpHop(
            becomesGet ? HttpMethod.Get : Method, next,
            HttpHeaders.Carry(Headers, sameOrigin, withContent: !becomesGet),
            becomesGet ? null : Content, Trusted && sameOrigin);
    }

    private static bool IsRedirect(HttpStatusCode status) => status
        is HttpStatusCode.MultipleChoices or HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    /// <summary>As browsers and HttpClient have it.</summary>
    private bool BecomesGet(HttpStatusCode status) => status switch
    {
        HttpStatusCode.SeeOther => Method != HttpMethod.Get && Method != HttpMethod.Head,
        HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect => false,
        _ => Method == HttpMethod.Post,
    };
}
