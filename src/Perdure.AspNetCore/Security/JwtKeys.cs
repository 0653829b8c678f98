using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Perdure.AspNetCore.Security;

/// <summary>Reads the keys with which tokens are signed.</summary>
internal static class JwtKeys
{
    public static string? Problem(string text)
    {
        try
        {
            Read(text);
            return null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or CryptographicException)
        {
            return "is neither a public key in PEM nor the base64 of at least 32 bytes.";
        }
    }

    public static SecurityKey Read(string text)
    {
        if (!text.Contains("-----BEGIN", StringComparison.Ordinal))
            return Base64.TryDecode(text) is { Length: >= 32 } secret
                ? new SymmetricSecurityKey(secret)
                : throw new FormatException("A shared secret has at least 32 bytes.");
        try
        {
            RSA rsa = RSA.Create();
            rsa.ImportFromPem(text);
            return new RsaSecurityKey(rsa);
        }
        catch (CryptographicException)
        {
            ECDsa curve = ECDsa.Create();
            curve.ImportFromPem(text);
            return new ECDsaSecurityKey(curve);
        }
    }
}
