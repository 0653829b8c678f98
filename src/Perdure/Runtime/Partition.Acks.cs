using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>The 20 ms rule: what a client asked for becomes durable without waiting for user code.</summary>
internal sealed partial class Partition
{
    private readonly AckDeadlines _acks;

    public void OnAckTick()
    {
        lock (_gate)
        {
            foreach ((Resident resident, Message message, Request request)
                in _acks.TakeLate_NeedsLock(_node.Settings.RecordAfter))
            {
                if (_closed)
                    continue;
                // In line before the lock is given up: the turn that goes on without these rows must commit behind
                // them.
                if (RecordAlone_NeedsLock(resident, message, request) is { } entry)
                    _node.LaneOf(this).Append(entry);
                // Not late because of user code, or not yet: looked at again until it is answered.
                _acks.Watch_NeedsLock(resident, message, request);
            }
        }
        _node.LaneOf(this).Go();
    }

    private CommitEntry? RecordAlone_NeedsLock(Resident resident, Message message, Request request)
    {
        if (resident.RunningTurn is { InputsRecorded: false } turn && turn.Taken.Contains(message))
            return Ahead(resident, turn);
        int waiting = resident.Mailbox?.FindIndex(m => ReferenceEquals(m, message)) ?? -1;
        // Loading and committing end by themselves; only user code can take for ever.
        if (waiting < 0 || resident.RunningTurn is not { } running)
            return null;
        if (message is Message.Start or Message.Purge or Message.Rewind)
            return running.Number > 0 || running.InputsRecorded
                ? RefuseAlone_NeedsLock(resident, message, request)
                : null;
        MessageKey key = new(Number, Node.RequestOrigin + _node.Number, (Epoch << 32) + ++_lastRequestRow);
        MessageRow row = MessageCodec.Encode(key, resident.Id, message);
        resident.Mailbox![waiting] = message with { Row = key, Ticket = null };
        return new RequestRow(resident, message, request, row);
    }

    /// <summary>
    /// Code runs, so the instance lives: that is the answer, as soon as what it rests on is durable. So it stands in
    /// line with no rows of its own.
    /// </summary>
    private static EarlyRefusal RefuseAlone_NeedsLock(Resident resident, Message message, Request request)
    {
        resident.Mailbox!.Remove(message);
        if (resident.Mailbox.Count == 0)
            resident.Mailbox = null;
        return new EarlyRefusal(resident, message, request);
    }

    /// <summary>The store refused the row of a request, which so has no place in the mailbox either.</summary>
    public void Forget(Resident resident, MessageKey row)
    {
        lock (_gate)
        {
            resident.Mailbox?.RemoveAll(m => m.Row == row);
            if (resident.Mailbox is { Count: 0 })
                resident.Mailbox = null;
        }
    }

    private static TurnEntry Ahead(Resident resident, Turn turn, CarefulWork? then = null)
    {
        Turn ahead = OrchestrationCore.RecordAhead(turn);
        TurnEncoder? encoder = null;
        if (ahead.HasEvents)
        {
            encoder = Encoders.Rent();
            encoder.Encode(ahead, int.MaxValue);
        }
        return new TurnEntry(resident, ahead, encoder, ahead: true) { Then = then };
    }
}
