using Perdure.Core.Identity;
using Perdure.Core.Stores;

namespace Perdure.Core.Messages;

/// <summary>What a triggered function sent, as rows.</summary>
internal static class Outgoing
{
    /// <summary>In the same order. They are numbered when they have their place in line.</summary>
    /// <param name="sent">In order.</param>
    /// <param name="partitionCount">Of the hub.</param>
    public static List<MessageRow> Rows(IReadOnlyList<(string Target, Message Message)> sent, int partitionCount) =>
    [
        .. from s in sent
           let key = new MessageKey(InstanceIds.Partition(s.Target, partitionCount), 0, 0)
           select MessageCodec.Encode(key, s.Target, s.Message),
    ];

    /// <summary>Adds what leaves with the same commit, behind what is there.</summary>
    public static IReadOnlyList<(string Target, Message Message)> Add(
        TurnRows rows, IReadOnlyList<(string Target, Message Message)> sent,
        IReadOnlyList<(string Target, Message Message)> more, int partitionCount)
    {
        if (more.Count == 0)
            return sent;
        (rows.InsertMessages ??= []).AddRange(Rows(more, partitionCount));
        return [.. sent, .. more];
    }
}
