using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Answers with an <see cref="HttpResponseMessage"/>; its content is streamed.</summary>
internal static class ResponseMessages
{
    /// <summary>What belongs to a connection and not to what is said over it (RFC 9110, 7.6.1).</summary>
    private static readonly HashSet<string> s_hopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    /// <summary>Writes the message and disposes of it.</summary>
    public static async Task WriteAsync(HttpContext context, HttpResponseMessage message)
    {
        using HttpResponseMessage owned = message;
        HttpResponse response = context.Response;
        response.StatusCode = (int)message.StatusCode;
        if (message.ReasonPhrase is { } phrase && context.Features.Get<IHttpResponseFeature>() is { } feature)
            feature.ReasonPhrase = phrase;
        Copy(message.Headers, response.Headers);
        if (message.Content is not { } content || HasNoBody(response.StatusCode))
            return;

        // Asked for first, because only then the length is computed and among the headers.
        long? length = content.Headers.ContentLength;
        Copy(content.Headers, response.Headers);
        response.ContentLength = length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await content.CopyToAsync(response.Body, context.RequestAborted);
    }

    private static bool HasNoBody(int status) =>
        status is < 200 or StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent
            or StatusCodes.Status304NotModified;

    private static void Copy(System.Net.Http.Headers.HttpHeaders from, IHeaderDictionary to)
    {
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in from.NonValidated)
        {
            if (!s_hopByHop.Contains(name))
                to.Append(name, new StringValues([.. values]));
        }
    }
}
