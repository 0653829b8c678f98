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
            foreach ((Resident resident, Message message, Request? request)
                in _acks.TakeLate_NeedsLock(_node.Settings.RecordAfter))
            {
                // What the memory that was thrown away held was put again, and is watched where it is now.
                if (_closed || resident.IsAbandoned)
                    continue;
                // In line before the lock is given up: the turn that goes on without these rows must commit behind
                // them.
                CommitEntry? entry = request is null
                    ? AnswerRow_NeedsLock(resident, message)
                    : RecordAlone_NeedsLock(resident, message, request);
                if (entry is not null)
                    _node.LaneOf(this).Append(entry);
                if (request is null && (entry is not null || !IsWithin_NeedsLock(resident, message)))
                    continue;
                // Not late because of user code, or not yet: looked at again until it is answered.
                _acks.Watch_NeedsLock(resident, message, request);
            }
        }
        _node.LaneOf(this).Go();
    }

    private CommitEntry? RecordAlone_NeedsLock(Resident resident, Message message, Request request)
    {
        if (resident.Lines is not null)
            return RecordForEntity_NeedsLock(resident, message, request);
        if (resident.RunningTurn is OrchestrationTurn { InputsRecorded: false } turn && turn.Taken.Contains(message))
            return Ahead(resident, turn);
        // Loading and committing end by themselves; only user code can take for ever.
        if (!resident.IsWaiting(message) || resident.RunningTurn is not OrchestrationTurn running)
            return null;
        if (message is Message.Start or Message.Purge or Message.Rewind)
            return running.Number > 0 || running.InputsRecorded
                ? RefuseAlone_NeedsLock(resident, message, request)
                : null;
        RequestRow row = RowOf_NeedsLock(resident, message, request, out Message stored);
        resident.Exchange(message, stored);
        return row;
    }

    /// <summary>Whether the message still waits for a turn, or for the end of one.</summary>
    private static bool IsWithin_NeedsLock(Resident resident, Message message) =>
        resident.Mail.Contains(message)
        || (resident.RunningTurn is OrchestrationTurn { InputsRecorded: false } turn && turn.Taken.Contains(message));

    /// <summary>
    /// The 20 ms rule for what another node has asked: it is a row already, and its answer becomes one.
    /// </summary>
    private static CommitEntry? AnswerRow_NeedsLock(Resident resident, Message message)
    {
        if (resident.RunningTurn is not OrchestrationTurn running || !IsWithin_NeedsLock(resident, message))
            return null;
        if (running.Taken.Contains(message))
            return Ahead(resident, running);
        if (message is Message.Start or Message.Purge or Message.Rewind)
            return running.Number > 0 || running.InputsRecorded
                ? RefuseAlone_NeedsLock(resident, message, null)
                : null;
        resident.ExchangeRow(message, message with { RequestId = null });
        return new RowAccepted(resident.Partition, message.RequestId!);
    }

    private RequestRow RowOf_NeedsLock(Resident resident, Message message, Request request, out Message stored)
    {
        MessageKey key = NextRequestKey_NeedsLock();
        // It stands in the mailbox already: whoever reads what is new must not put it there again.
        _seen[key.Origin] = key.Number;
        stored = message with { Row = key, Ticket = null };
        return new RequestRow(resident, message, request, MessageCodec.Encode(key, resident.Id, message));
    }

    /// <summary>
    /// Code runs, so the instance lives: that is the answer, as soon as what it rests on is durable. So it stands in
    /// line with no rows of its own.
    /// </summary>
    private static EarlyRefusal RefuseAlone_NeedsLock(Resident resident, Message message, Request? request)
    {
        resident.Strike(message);
        return new EarlyRefusal(resident, message, request);
    }

    /// <summary>
    /// The store refused the row of a request, which so has no place in the mailbox either, nor in a turn of an entity
    /// that has taken it: when its code has run, the turn begins anew without it.
    /// </summary>
    public void Forget(Resident resident, MessageKey row)
    {
        lock (_gate)
            resident.Refuse(row);
    }

    private static TurnEntry Ahead(Resident resident, OrchestrationTurn turn, Action? then = null)
    {
        OrchestrationTurn ahead = OrchestrationCore.RecordAhead(turn);
        TurnEncoder? encoder = null;
        if (ahead.HasEvents)
        {
            encoder = Encoders.Rent();
            encoder.Encode(ahead, int.MaxValue);
        }
        return new TurnEntry(resident, ahead, encoder, ahead: true) { Then = then };
    }
}
