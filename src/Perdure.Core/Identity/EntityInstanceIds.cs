using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Perdure.Core.Identity;

/// <summary>
/// The instance ids of entities: <c>@name@key</c>. The name has no <c>@</c> and is in lower case, the key may be
/// anything that an id may hold, and empty.
/// </summary>
internal static class EntityInstanceIds
{
    public static bool Is(string instanceId) => instanceId is ['@', ..];

    /// <summary>
    /// The number under which work of the entity is counted, where an orchestration has its key: always negative, and
    /// made of the id, because an entity draws none.
    /// </summary>
    public static long TaskKey(string instanceId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(instanceId), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash) | long.MinValue;
    }

    /// <exception cref="FormatException">It is not the instance id of an entity.</exception>
    public static (string Name, string Key) Split(string instanceId)
    {
        int second = Is(instanceId) ? instanceId.IndexOf('@', 1) : -1;
        return second > 1
            ? (instanceId[1..second], instanceId[(second + 1)..])
            : throw new FormatException($"'{instanceId}' is not the instance id of an entity, which is '@name@key'.");
    }
}
