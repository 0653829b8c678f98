using System.Security.Cryptography;
using System.Text;

namespace Perdure;

/// <summary>
/// A key for the HTTP API: the caller keeps the key, the configuration of the host only its hash. A key is 256 random
/// bits, so a plain SHA-256 is as hard to invert as a slow hash would be.
/// </summary>
/// <param name="Key">The secret, for the caller; it stands in <c>x-functions-key</c> or after <c>Bearer</c>.</param>
/// <param name="Hash">What the configuration of the host holds, as <c>sha256:</c> and 64 hexadecimal digits.</param>
public sealed record PerdureKey(string Key, string Hash)
{
    internal const string HashPrefix = "sha256:";

    /// <summary>Draws a new key.</summary>
    /// <example>
    /// <code>
    /// PerdureKey key = PerdureKey.Generate();
    /// Console.WriteLine($"give to the caller: {key.Key}\nput into the configuration: {key.Hash}");
    /// </code>
    /// </example>
    public static PerdureKey Generate()
    {
        string key = "pdk_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return new PerdureKey(key, HashOf(key));
    }

    /// <summary>The hash of a key that was made elsewhere, which must be as hard to guess.</summary>
    /// <param name="key">The key; at least 32 characters.</param>
    /// <exception cref="ArgumentException">The key is too short to be safe.</exception>
    public static string HashOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Length >= 32
            ? HashPrefix + Convert.ToHexStringLower(Digest(key))
            : throw new ArgumentException(
                $"The key has {key.Length} characters; a key has at least 32 random ones.", nameof(key));
    }

    /// <summary>Without the key, which would otherwise stand in a log that shows the record.</summary>
    public override string ToString() => Hash;

    internal static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
