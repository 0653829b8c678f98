using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Perdure.Core.Stores;

namespace Perdure.Core.Circuits;

/// <summary>
/// The token of a restart link: it is for one opening of one circuit, so it can be used once, and runs out. It is
/// signed with what all nodes of the hub know and nobody else.
/// </summary>
internal static class CircuitLink
{
    private static readonly byte[] s_purpose = Encoding.UTF8.GetBytes("perdure circuit restart 1\n");

    public static string Create(HubSecret secret, string circuit, long epoch, long expires)
    {
        byte[] said = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{epoch} {expires} {circuit}"));
        return $"{Base64Url.EncodeToString(said)}.{Base64Url.EncodeToString(Signed(secret, said))}";
    }

    /// <summary>What a token says; null when it is not one of this hub, or has run out.</summary>
    /// <param name="secret">Of the hub.</param>
    /// <param name="token">What somebody has sent.</param>
    /// <param name="now">The time.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static (string Circuit, long Epoch)? Read(HubSecret secret, string token, long now, out string problem)
    {
        problem = "it is not one that this hub has made";
        int dot = token.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || Decoded(token[..dot]) is not { } said || Decoded(token[(dot + 1)..]) is not { } signature
            || !CryptographicOperations.FixedTimeEquals(signature, Signed(secret, said)))
            return null;
        string[] parts = Encoding.UTF8.GetString(said).Split(' ', 3);
        if (parts.Length < 3 || !long.TryParse(parts[0], CultureInfo.InvariantCulture, out long epoch)
            || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out long expires))
            return null;
        problem = "it has run out";
        return expires > now ? (parts[2], epoch) : null;
    }

    private static byte[]? Decoded(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static byte[] Signed(HubSecret secret, byte[] said)
    {
        byte[] signed = [.. s_purpose, .. said];
        return HMACSHA256.HashData(secret.Bytes, signed);
    }
}
