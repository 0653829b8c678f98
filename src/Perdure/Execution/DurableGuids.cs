using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Perdure.Execution;

/// <summary>
/// GUIDs that are the same on every replay: version 5 (RFC 9562, §5.5: SHA-1 of a namespace and a name) over instance,
/// time of the turn and a counter, with the namespace that Durable Functions uses.
/// </summary>
internal static class DurableGuids
{
    private static readonly Guid Namespace = new("9e952959-5e33-4daf-827f-2fa12937b875");

    public static Guid Create(string instanceId, DateTime now, int counter)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{now:o}_{counter}");
        byte[] bytes = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        Namespace.TryWriteBytes(bytes, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(16));
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The RFC prescribes SHA-1; nothing is protected by it.
        SHA1.HashData(bytes, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
