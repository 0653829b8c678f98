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
        List<CommitEntry> entries = [];
        List<Request> exists = [];
        lock (_gate)
        {
            foreach ((Resident resident, Message message, Request request) in _acks.TakeLate_NeedsLock(_node.Settings.RecordAfter))
            {
                if (_closed)
                    continue;
                if (RecordAlone_NeedsLock(resident, message, request, exists) is { } entry)
                    entries.Add(entry);
                // Not late because of user code, or not yet: looked at again until it is answered.
                _acks.Watch_NeedsLock(resident, message, request);
            }
        }
        foreach (Request request in exists)
            request.Answer(RequestOutcome.AlreadyExists);
        foreach (CommitEntry entry in entries)
            _node.LaneOf(this).Enqueue(entry);
    }

    private CommitEntry? RecordAlone_NeedsLock(Resident resident, Message message, Request request, List<Request> exists)
    {
        if (resident.RunningTurn is { InputsRecorded: false } turn && turn.Taken.Contains(message))
            return Ahead(resident, turn);
        int waiting = resident.Mailbox?.FindIndex(m => ReferenceEquals(m, message)) ?? -1;
        // Loading and committing end by themselves; only user code can take for ever.
        if (waiting < 0 || resident.RunningTurn is not { } running)
            return null;
        if (message is Message.Start)
        {
            if (running.State.Exists && (running.Number > 0 || running.InputsRecorded))
                exists.Add(request);
            return null;
        }
        if (message is Message.Purge)
            return null;
        MessageKey key = new(Number, Node.RequestOrigin + _node.Number, (Epoch << 32) + ++_lastRequestRow);
        MessageRow row = MessageCodec.Encode(key, resident.Id, message);
        resident.Mailbox![waiting] = message with { Row = key, Ticket = null };
        _node.Work.Enter();
        return new RowsEntry(this, new TurnRows { Partition = Number, InsertMessages = [row] },
            () =>
            {
                request.Answer(RequestOutcome.Accepted);
                _node.Work.Exit();
            },
            (entry, refusal) => RequestDropped(resident, key, request, entry, refusal));
    }

    private void RequestDropped(Resident resident, MessageKey key, Request request, RowsEntry entry, string? refusal)
    {
        if (refusal is null)
        {
            // The row rests on nothing that was dropped, and turns behind it may delete it: it goes first again.
            _node.LaneOf(this).Enqueue(entry);
            return;
        }
        lock (_gate)
            resident.Mailbox?.RemoveAll(m => m.Row == key);
        request.Fail(new InvalidOperationException($"The store refused the request: {refusal}"));
        _node.Work.Exit();
    }

    private static TurnEntry Ahead(Resident resident, Turn turn)
    {
        Turn ahead = OrchestrationCore.RecordAhead(turn);
        TurnEncoder? encoder = null;
        if (ahead.HasEvents)
        {
            encoder = Encoders.Rent();
            encoder.Encode(ahead, int.MaxValue);
        }
        return new TurnEntry(resident, ahead, encoder, ahead: true);
    }
}
