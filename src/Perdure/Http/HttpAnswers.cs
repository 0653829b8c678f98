using System.Buffers;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Perdure.Http;

/// <summary>Makes data of answers: all headers as they came, and the body as text, up to a limit.</summary>
internal static class HttpAnswers
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <exception cref="HttpRefusedException">The body has more bytes than the limit.</exception>
    public static async Task<DurableHttpResponse> ReadAsync(
        HttpResponseMessage response, string request, int limit, CancellationToken cancellationToken)
    {
        Dictionary<string, StringValues> headers = new(StringComparer.OrdinalIgnoreCase);
        Add(headers, response.Headers.NonValidated);
        Add(headers, response.Content.Headers.NonValidated);
        string content = await ReadBodyAsync(response.Content, request, limit, cancellationToken);
        return new DurableHttpResponse(response.StatusCode, headers, content);
    }

    public static HttpRefusedException TooLarge(string request, int limit) => new(
        $"The answer to {request} has more than {limit} bytes, which is the limit (MaxPayloadBytes). Fetch it in an "
        + "activity of your own, keep it elsewhere and pass a reference.");

    private static void Add(Dictionary<string, StringValues> headers, HttpHeadersNonValidated received)
    {
        foreach ((string name, HeaderStringValues values) in received)
            HttpHeadersJson.Add(headers, name, new StringValues([.. values.Select(Text)]));
    }

    /// <summary>
    /// Read byte by byte so far. What is UTF-8 becomes that text; anything else stays Latin-1, as HTTP once had it.
    /// </summary>
    private static string Text(string latin)
    {
        if (latin.AsSpan().IndexOfAnyInRange('\x80', '\xff') < 0)
            return latin;
        try
        {
            return s_strict.GetString(Encoding.Latin1.GetBytes(latin));
        }
        catch (DecoderFallbackException)
        {
            return latin;
        }
    }

    private static async Task<string> ReadBodyAsync(
        HttpContent content, string request, int limit, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > limit)
            throw TooLarge(request, limit);
        using MemoryStream body = new();
        await using Stream source = await content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            while (await source.ReadAsync(buffer, cancellationToken) is > 0 and int read)
            {
                if (body.Length + read > limit)
                    throw TooLarge(request, limit);
                body.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        body.Position = 0;
        string? type = content.Headers.NonValidated.TryGetValues(HttpHeaders.ContentType, out HeaderStringValues values)
            ? values.ToString()
            : null;
        // An encoding that nobody knows must not lose an answer whose request has had its effect.
        using StreamReader reader = new(body, HttpRequests.EncodingOf(type) ?? Encoding.UTF8, true);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
