using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Perdure.AspNetCore.Security;

namespace Perdure.AspNetCore.Links;

/// <summary>What a code in an address is worth.</summary>
internal enum LinkState
{
    Invalid,
    Expired,
    Valid,
}

/// <summary>
/// Makes and checks the codes in the addresses of a check-status answer. A code is a signature over the task hub, one
/// instance id and a time, and says nothing else: whoever has it may do what the answer offers, with that one instance,
/// until then.
/// </summary>
internal sealed class InstanceLinks(
    string taskHub, Func<byte[]> signingKey, TimeSpan lifetime, TimeProvider time)
{
    private const string Version = "l1";

    public string CodeFor(string instanceId)
    {
        long until = time.GetUtcNow().Add(lifetime).ToUnixTimeSeconds();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Version}.{until}.{System.Buffers.Text.Base64Url.EncodeToString(Sign(instanceId, until))}");
    }

    public static bool LooksLikeOne(string code) => code.StartsWith(Version + ".", StringComparison.Ordinal);

    public LinkState Check(string code, string instanceId)
    {
        // One spelling of each code: no signs, spaces or leading zeros in the number, no other base64 of the signature.
        if (code.Split('.') is not [Version, { Length: > 0 and < 12 } seconds, { Length: 43 } signature]
            || !long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out long until)
            || until.ToString(CultureInfo.InvariantCulture) != seconds
            || Base64.TryDecodeUrl(signature) is not { } shown)
            return LinkState.Invalid;
        if (!CryptographicOperations.FixedTimeEquals(shown, Sign(instanceId, until)))
            return LinkState.Invalid;
        return time.GetUtcNow().ToUnixTimeSeconds() < until ? LinkState.Valid : LinkState.Expired;
    }

    /// <summary>Neither a hub nor an id holds a line break, so the parts cannot run into each other.</summary>
    private byte[] Sign(string instanceId, long until) => HMACSHA256.HashData(
        signingKey(),
        Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"perdure link {Version}\n{taskHub.ToUpperInvariant()}\n{instanceId}\n{until}")));
}
