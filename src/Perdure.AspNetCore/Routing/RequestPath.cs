using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Perdure.AspNetCore.Routing;

/// <summary>
/// The parts of the path of a request, decoded exactly once. The server decodes everything but <c>%2F</c>, so that it
/// cannot be told from the text <c>%2F</c>, which an id may hold; the exact text is in the request line.
/// </summary>
internal static class RequestPath
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// The parts of what a catch-all route has matched; false when it is not percent-encoded, well-formed UTF-8.
    /// </summary>
    public static bool TryRead(
        HttpContext context, string? rest, [NotNullWhen(true)] out List<string>? parts)
    {
        parts = null;
        string[] seen = Split(rest ?? "");
        string[] raw = Split(PathOf(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? ""));
        List<string> read = new(seen.Length);
        for (int i = 0; i < seen.Length; i++)
        {
            int place = raw.Length - seen.Length + i;
            string expected = WithSlashes(seen[i]);
            if (!TryDecode(place < 0 ? "" : raw[place], out string? exact))
                return false;
            // Where something in between has rewritten the path, the request line says nothing about it.
            read.Add(WithSlashes(exact) == expected ? exact : expected);
        }
        parts = read;
        return true;
    }

    /// <summary>Of the request line: without scheme and host, which may stand there, and without the query.</summary>
    private static string PathOf(string target)
    {
        string path = target.Split('?', 2)[0];
        int scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || path.StartsWith('/'))
            return path;
        int slash = path.IndexOf('/', scheme + 3);
        return slash < 0 ? "" : path[slash..];
    }

    private static string[] Split(string path) => path.Trim('/').Split('/');

    private static string WithSlashes(string text) => text.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static bool TryDecode(string raw, [NotNullWhen(true)] out string? text)
    {
        text = null;
        List<byte> bytes = new(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '%')
            {
                if (i + 2 >= raw.Length || !char.IsAsciiHexDigit(raw[i + 1]) || !char.IsAsciiHexDigit(raw[i + 2]))
                    return false;
                bytes.Add(Convert.ToByte(raw.Substring(i + 1, 2), 16));
                i += 2;
            }
            else if (raw[i] < 0x80)
                bytes.Add((byte)raw[i]);
            else
                return false;
        }
        try
        {
            text = s_strict.GetString([.. bytes]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
