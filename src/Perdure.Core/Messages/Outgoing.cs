using Perdure.Core.Identity;
using Perdure.Core.Stores;

namespace Perdure.Core.Messages;

/// <summary>What a triggered function sent, as rows.</summary>
internal static class Outgoing
{
    /// <summary>In the same order. They are numbered when they have their place in line.</summary>
    public static List<MessageRow> Rows(IReadOnlyList<(string Target, Message Message)> sent, int partitionCount) =>
    [
        .. from s in sent
           let key = new MessageKey(InstanceIds.Partition(s.Target, partitionCount), 0, 0)
           select MessageCodec.Encode(key, s.Target, s.Message),
    ];
}
