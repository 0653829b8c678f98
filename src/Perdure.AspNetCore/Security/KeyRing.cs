using System.Security.Cryptography;

namespace Perdure.AspNetCore.Security;

/// <summary>The keys that are accepted for one task hub.</summary>
internal sealed class KeyRing
{
    private readonly (byte[] Hash, PerdureHttpKey Key)[] _keys;

    public KeyRing(IEnumerable<PerdureHttpKey> keys, string taskHub) => _keys =
    [
        .. from key in keys
           where key.TaskHub is null || key.TaskHub.Equals(taskHub, StringComparison.OrdinalIgnoreCase)
           select (Convert.FromHexString(key.Hash.AsSpan(PerdureKey.HashPrefix.Length)), key),
    ];

    /// <summary>
    /// The key that somebody shows; null if there is none like it. It looks at all of them, so that the time it takes
    /// tells nothing.
    /// </summary>
    public PerdureHttpKey? Find(string shown)
    {
        byte[] digest = PerdureKey.Digest(shown);
        PerdureHttpKey? found = null;
        foreach ((byte[] hash, PerdureHttpKey key) in _keys)
            found = CryptographicOperations.FixedTimeEquals(hash, digest) ? key : found;
        return found;
    }
}
