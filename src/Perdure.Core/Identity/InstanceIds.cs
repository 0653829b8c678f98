using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Perdure.Core.Identity;

/// <summary>
/// The rules for the ids of orchestrations, as Durable Functions documents them: 1 to 100 characters, no leading
/// <c>@</c> (that marks entities), none of <c>/ \ # ?</c>, no control characters; and well-formed UTF-16, because
/// an id must survive every store unchanged.
/// </summary>
internal static class InstanceIds
{
    public const int LengthMax = 100;

    /// <summary>Of the name of somebody who asks something of an instance.</summary>
    public const int AuthorLengthMax = 256;

    /// <summary>Says what is wrong with <paramref name="id"/>, or returns null when it is fine.</summary>
    public static string? Problem([NotNull] string? id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length is 0 or > LengthMax)
            return $"it has {id.Length} characters; ids have 1 to {LengthMax}";
        if (id[0] == '@')
            return "it starts with '@', which marks entities";
        for (int i = 0; i < id.Length; i++)
        {
            char c = id[i];
            if (c is '/' or '\\' or '#' or '?')
                return $"it contains '{c}' at position {i}; none of / \\ # ? is allowed";
            if (char.IsControl(c))
                return $"it contains the control character U+{(int)c:X4} at position {i}";
            if (char.IsSurrogate(c) && !IsPairAt(id, ref i))
                return $"it contains half of a surrogate pair at position {i}";
        }
        return null;
    }

    /// <summary>The partition of an instance: CRC-32C of its UTF-8 id modulo the count, fixed for ever.</summary>
    public static int Partition(string id, int partitionCount)
    {
        Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetMaxByteCount(256)];
        int length = Encoding.UTF8.GetBytes(id, utf8);
        return (int)(Crc32C(utf8[..length]) % (uint)partitionCount);
    }

    /// <summary>
    /// Which of so many places a key belongs to, fixed for ever: for keys that people choose. The checksum alone is
    /// linear, so keys that differ in a few digits only, such as <c>customer-07</c>, would all go to a few places.
    /// </summary>
    public static int Place(string key, int count)
    {
        Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetMaxByteCount(256)];
        uint hash = Crc32C(utf8[..Encoding.UTF8.GetBytes(key, utf8)]);
        // The finalizer of MurmurHash3, which is in the public domain.
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return (int)((hash ^ (hash >> 16)) % (uint)count);
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    private static bool IsPairAt(string id, ref int i)
    {
        if (i + 1 >= id.Length || !char.IsSurrogatePair(id[i], id[i + 1]))
            return false;
        i++;
        return true;
    }
}
