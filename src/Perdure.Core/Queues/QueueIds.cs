using System.Globalization;
using Perdure.Core.Identity;

namespace Perdure.Core.Queues;

/// <summary>
/// The ids of the shards of queues, which are addressed like instances: <c>@@name/number</c>. The name is in lower
/// case. No entity has such an id, because the name of an entity is not empty.
/// </summary>
internal static class QueueIds
{
    public const int NameLengthMax = 63;

    public static bool Is(string id) => id is ['@', '@', ..];

    public static string Shard(string queue, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"@@{queue}/{number}");

    /// <exception cref="FormatException">It is not the id of a shard.</exception>
    public static string QueueOf(string shard)
    {
        int slash = shard.LastIndexOf('/');
        return Is(shard) && slash > 2
            ? shard[2..slash]
            : throw new FormatException($"'{shard}' is not the id of a shard of a queue, which is '@@name/number'.");
    }

    /// <summary>
    /// Which shard a message with a session belongs to: always the same, as long as the hub has as many partitions.
    /// </summary>
    public static int ShardOf(string session, int partitionCount) => InstanceIds.Place(session, partitionCount);

    /// <summary>Says what is wrong with a name, or returns null when it is fine.</summary>
    /// <remarks>
    /// The rules are those of Azure Storage queues, whose names so need no change; and one character is enough.
    /// </remarks>
    public static string? Problem(string name)
    {
        if (name.Length is 0 or > NameLengthMax)
            return $"it has {name.Length} characters; names have 1 to {NameLengthMax}";
        for (int i = 0; i < name.Length; i++)
        {
            if (!char.IsAsciiLetterLower(name[i]) && !char.IsAsciiDigit(name[i]) && name[i] != '-')
                return $"it contains '{name[i]}' at position {i}; only a to z, 0 to 9 and '-' are allowed";
        }
        return name[0] == '-' || name[^1] == '-' ? "it begins or ends with '-'" : null;
    }
}
