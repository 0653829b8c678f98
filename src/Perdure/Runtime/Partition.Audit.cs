using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Runtime.Queues;
using Perdure.Runtime.Streams;

namespace Perdure.Runtime;

/// <summary>
/// Asks the store for messages that memory does not know. There should be none; a message is delivered again only when
/// two audits in a row find it in the store and nowhere in memory, because in between it may be on its way.
/// </summary>
internal sealed partial class Partition
{
    private HashSet<MessageKey> _unaccounted = [];

    public async Task AuditMessagesAsync(CancellationToken cancellationToken)
    {
        HashSet<MessageKey> unaccounted = [];
        if (Epoch == 0)
            return;
        long origin = long.MinValue, number = long.MinValue;
        while (true)
        {
            IReadOnlyList<MessageRow> rows =
                await _node.Store.ReadMessagesAsync(Number, origin, number, MessagesPerRead, cancellationToken);
            foreach (MessageRow row in rows)
            {
                (origin, number) = (row.Key.Origin, row.Key.Number);
                if (!IsAbsent(row))
                    continue;
                if (_unaccounted.Contains(row.Key))
                    DeliverAgain(row);
                else
                    unaccounted.Add(row.Key);
            }
            if (rows.Count < MessagesPerRead)
                break;
        }
        _unaccounted = unaccounted;
    }

    private bool IsAbsent(MessageRow row)
    {
        lock (_gate)
        {
            if (_closed || _held is not null)
                return false;
            if (StreamIds.Is(row.Target))
                return !_logs.TryGetValue(row.Target, out StreamLog? log) || !log.Holds_NeedsLock(row.Key);
            if (QueueIds.Is(row.Target))
                return !_queues.TryGetValue(QueueIds.QueueOf(row.Target), out QueueShard? shard)
                    || !shard.Holds_NeedsLock(row.Key);
            if (!_residents.TryGetValue(row.Target, out Resident? resident))
                return true;
            // In a turn that commits it cannot be seen; the next audit looks again.
            return !resident.Holds(row.Key) && (resident.Phase == ResidentPhase.Idle
                || (resident.Phase == ResidentPhase.Running && !Has(resident.RunningTurn?.Taken, row.Key)));
        }
    }

    private static bool Has(List<Message>? messages, MessageKey key) => messages?.Exists(m => m.Row == key) ?? false;

    private void DeliverAgain(MessageRow row)
    {
        _logger.MessageFoundByAudit(row.Target, row.Key);
        Resident? claimed;
        lock (_gate)
        {
            if (_closed || _held is not null)
                return;
            claimed = Put_NeedsLock(row.Target, MessageCodec.Decode(row), isNew: false);
        }
        GoOn(claimed);
    }
}
