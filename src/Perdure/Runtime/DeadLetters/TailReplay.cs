using Perdure.Core.DeadLetters;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Runtime.DeadLetters;

/// <summary>
/// An event that was put aside goes to the end of the log that it was in. The log is in the same partition as the dead
/// letter, so the commit that resolves it holds the event.
/// </summary>
internal sealed class TailReplay : RowsEntry
{
    private readonly DeadLetterKey _key;
    private readonly string _log;
    private readonly Message.Append _message;

    public TailReplay(Partition partition, DeadLetterRow row, DeadLetterRecord record, string log)
        : this(partition, row.Key, log, new Message.Append(
            [new EventData(row.EventId, row.Order, record.Body) { TraceParent = record.TraceParent }]))
    {
    }

    private TailReplay(Partition partition, DeadLetterKey key, string log, Message.Append message)
        : base(partition, new TurnRows
        {
            Partition = partition.Number,
            InsertMessages =
                [MessageCodec.Encode(new MessageKey(partition.Node.PartitionOf(log).Number, 0, 0), log, message)],
            UpdateDeadLetters =
            [
                new DeadLetterUpdate(
                    key, DeadLetterState.Resolved, default, partition.Node.Now,
                    TrailEntry.Of(partition.Node.Now, DeadLetterAction.Requeued)),
            ],
        })
    {
        (_key, _log, _message) = (key, log, message);
        Partition.EnterWork();
    }

    public override void OnCommitted()
    {
        Partition.Node.Deliver(_log, _message with { Row = Rows.InsertMessages![0].Key }, this);
        Partition.Replayed(_key);
        Partition.ExitWork();
    }

    /// <summary>The next owner finds it by its state.</summary>
    public override void OnStale() => Partition.ExitWork();
}
