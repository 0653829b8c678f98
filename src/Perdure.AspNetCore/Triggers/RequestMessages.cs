using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Perdure.AspNetCore.Links;
using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Triggers;

/// <summary>The request as the type that clients use as well: the same method, address, headers and content.</summary>
internal static class RequestMessages
{
    /// <summary>
    /// Makes it; it lives as long as the request, and its content is the body, read once and not kept.
    /// </summary>
    public static HttpRequestMessage Of(HttpContext context)
    {
        HttpRequest request = context.Request;
        string address = request.GetEncodedUrl();
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri))
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, $"'{address}' is not an address; send a header Host.");
        HttpRequestMessage message = new(new HttpMethod(request.Method), uri)
        {
            Version = VersionOf(request.Protocol),
            Content = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false
                ? new ByteArrayContent([])
                : new StreamContent(request.Body),
        };
        context.Response.RegisterForDispose(message);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in request.Headers)
        {
            // Those of the content are refused by the message itself.
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                message.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        message.Options.Set(CheckStatusKeys.Context, context);
        return message;
    }

    /// <summary>Of <c>HTTP/1.1</c> or <c>HTTP/2</c>.</summary>
    private static Version VersionOf(string protocol)
    {
        string number = protocol[(protocol.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return Version.TryParse(number, out Version? version) ? version
            : int.TryParse(number, out int major) ? new Version(major, 0)
            : System.Net.HttpVersion.Version11;
    }
}
