using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Core.Timers;
using Perdure.Runtime.Queues;
using Perdure.Runtime.Streams;
using Perdure.Runtime.Timers;

namespace Perdure.Runtime;

/// <summary>
/// Asks the store for messages that memory does not know. There should be none; a message is delivered again only when
/// two audits in a row find it in the store and nowhere in memory, and whatever was on its way at the first has come.
/// </summary>
internal sealed partial class Partition
{
    private HashSet<MessageKey> _unaccounted = [];
    private long[] _sentAtAudit = [];

    public async Task AuditMessagesAsync(CancellationToken cancellationToken)
    {
        HashSet<MessageKey> unaccounted = [];
        // What was in flight at the audit before is in the store before it is in memory.
        if (Epoch == 0 || !_node.HasTold(_sentAtAudit))
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
                if (!_unaccounted.Contains(row.Key))
                    unaccounted.Add(row.Key);
                // Read again: it may have come and gone while the others were read.
                else if ((await _node.Store.ReadMessagesAsync([row.Key], cancellationToken)).Count > 0)
                    DeliverAgain(row);
            }
            if (rows.Count < MessagesPerRead)
                break;
        }
        (_unaccounted, _sentAtAudit) = (unaccounted, _node.Sent());
    }

    private bool IsAbsent(MessageRow row)
    {
        lock (_gate)
            return IsAbsent_NeedsLock(row);
    }

    private bool IsAbsent_NeedsLock(MessageRow row)
    {
        if (_closed || _held is not null)
            return false;
        if (StreamIds.Is(row.Target))
            return !_logs.TryGetValue(row.Target, out StreamLog? log) || !log.Holds_NeedsLock(row.Key);
        if (TimerIds.Is(row.Target))
            return !_schedules.TryGetValue(row.Target, out TimerSource? timer) || !timer.Holds_NeedsLock(row.Key);
        if (QueueIds.Is(row.Target))
            return !_queues.TryGetValue(QueueIds.QueueOf(row.Target), out QueueShard? shard)
                || !shard.Holds_NeedsLock(row.Key);
        if (!_residents.TryGetValue(row.Target, out Resident? resident))
            return true;
        // In a turn that commits it cannot be seen; the next audit looks again.
        return !resident.Holds(row.Key) && (resident.Phase == ResidentPhase.Idle
            || (resident.Phase == ResidentPhase.Running && !Has(resident.RunningTurn?.Taken, row.Key)));
    }

    private static bool Has(List<Message>? messages, MessageKey key) => messages?.Exists(m => m.Row == key) ?? false;

    private void DeliverAgain(MessageRow row)
    {
        Resident? claimed = null;
        bool isLost;
        lock (_gate)
        {
            if (!IsAbsent_NeedsLock(row))
                return;
            isLost = _seen.TryGetValue(row.Key.Origin, out long seen) && row.Key.Number <= seen;
            if (isLost)
                claimed = Put_NeedsLock(row.Target, MessageCodec.Decode(row), isNew: false);
        }
        if (isLost)
        {
            _logger.MessageFoundByAudit(row.Target, row.Key);
            GoOn(claimed);
        }
        else
        {
            // It never came here: it comes in its order, and not a second time if somebody brings it late.
            ReadNewSoon();
        }
    }
}
