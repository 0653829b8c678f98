using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace Perdure.Http;

/// <summary>Which headers of a request mean what to durable HTTP.</summary>
internal static class HttpHeaders
{
    public const string Authorization = "Authorization";
    public const string ContentType = "Content-Type";
    public const string FunctionsKey = "x-functions-key";

    /// <summary>The characters of a token in RFC 9110, of which names of headers are made.</summary>
    private static readonly SearchValues<char> s_token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>
    /// Headers that carry a secret by custom. They do not follow a request to another origin, and a warning says that
    /// they stand in the history.
    /// </summary>
    private static readonly HashSet<string> s_secret = new(StringComparer.OrdinalIgnoreCase)
    {
        Authorization, "Proxy-Authorization", "Cookie", FunctionsKey, "Api-Key", "X-Api-Key", "X-Auth-Token",
        "X-Access-Token", "X-Amz-Security-Token", "X-Vault-Token", "Private-Token", "Ocp-Apim-Subscription-Key",
    };

    /// <summary>They belong to one connection, and are made for it.</summary>
    private static readonly HashSet<string> s_framing = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade",
    };

    public static bool IsSecret(string name) => s_secret.Contains(name);

    public static bool IsFraming(string name) => s_framing.Contains(name);

    /// <summary>Those that say something of a body, and are wrong without it.</summary>
    public static bool IsOfContent(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        || name.ToUpperInvariant() is "ALLOW" or "EXPIRES" or "LAST-MODIFIED";

    public static bool IsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(s_token);

    /// <summary>A line break in a value would begin another header, or another request.</summary>
    public static bool IsValue(string? value) =>
        value is not null && value.AsSpan().IndexOfAnyInRange('\0', '\b') < 0
        && value.AsSpan().IndexOfAnyInRange('\n', '\x1f') < 0 && !value.Contains('\x7f', StringComparison.Ordinal);

    /// <summary>What goes along to another address: all, or only what is no secret; with the body or without.</summary>
    public static Dictionary<string, StringValues> Carry(
        IEnumerable<KeyValuePair<string, StringValues>> headers, bool sameOrigin, bool withContent)
    {
        Dictionary<string, StringValues> carried = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, StringValues values) in headers)
        {
            bool stays = !sameOrigin && (IsSecret(name) || name.Equals("Host", StringComparison.OrdinalIgnoreCase));
            if (!stays && (withContent || !IsOfContent(name)))
                carried.Add(name, values);
        }
        return carried;
    }

    /// <summary>Whether two addresses have the same scheme, host and port.</summary>
    public static bool SameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port
        && HostNames.Normal(one.IdnHost) == HostNames.Normal(other.IdnHost);
}
