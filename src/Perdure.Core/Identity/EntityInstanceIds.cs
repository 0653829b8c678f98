using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Perdure.Core.Identity;

/// <summary>
/// The instance ids of entities: <c>@name@key</c>. The name has no <c>@</c> and is in lower case, the key may be
/// anything that an id may hold, and empty. The rules are those of <see cref="EntityId"/>.
/// </summary>
internal static class EntityInstanceIds
{
    /// <summary>The longest name of an operation, in characters.</summary>
    public const int OperationLengthMax = 256;

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

    /// <summary>Says what is wrong with the name of an operation, or returns null when it is fine.</summary>
    public static string? OperationProblem(string operation)
    {
        if (operation.Length is 0 or > OperationLengthMax)
            return $"it has {operation.Length} characters; names have 1 to {OperationLengthMax}";
        for (int i = 0; i < operation.Length; i++)
        {
            if (!char.IsSurrogate(operation[i]))
                continue;
            if (i + 1 >= operation.Length || !char.IsSurrogatePair(operation[i], operation[i + 1]))
                return $"it contains half of a surrogate pair at position {i}";
            i++;
        }
        return null;
    }
}
