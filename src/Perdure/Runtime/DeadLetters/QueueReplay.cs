using Perdure.Core.DeadLetters;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Runtime.DeadLetters;

/// <summary>An event that was put aside, and is to run again.</summary>
internal sealed record Replay(DeadLetterRow Row, DeadLetterRecord Record);

/// <summary>A message that was put aside goes back to its queue.</summary>
internal sealed class QueueReplay : RowsEntry
{
    private const string Prefix = "queue ";

    private readonly DeadLetterKey _key;
    private readonly string _target;
    private readonly Message.QueueItem _item;

    public QueueReplay(Partition partition, DeadLetterRow row, DeadLetterRecord record)
        : this(partition, row.Key, TargetOf(partition, row), new Message.QueueItem(row.EventId, record.Body)
        {
            Session = row.Order,
            Enqueued = record.Enqueued,
            TraceParent = record.TraceParent,
            Letter = row.Key,
        })
    {
    }

    private QueueReplay(Partition partition, DeadLetterKey key, string target, Message.QueueItem item)
        : base(partition, new TurnRows
        {
            Partition = partition.Number,
            InsertMessages = [MessageCodec.Encode(new MessageKey(partition.Number, 0, 0), target, item)],
            UpdateDeadLetters =
            [
                new DeadLetterUpdate(
                    key, DeadLetterState.Requeued, default, partition.Node.Now,
                    TrailEntry.Of(partition.Node.Now, DeadLetterAction.Requeued)),
            ],
        })
    {
        (_key, _target, _item) = (key, target, item);
        Partition.EnterWork();
    }

    public override void OnCommitted()
    {
        Partition.Deliver(_target, _item with { Row = Rows.InsertMessages![0].Key }, this);
        Partition.Replayed(_key);
        Partition.ExitWork();
    }

    /// <summary>The next owner finds it by its state.</summary>
    public override void OnStale() => Partition.ExitWork();

    private static string TargetOf(Partition partition, DeadLetterRow row) =>
        partition.Node.Queues.ShardIn(row.Source[Prefix.Length..], partition.Number);
}
