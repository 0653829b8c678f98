using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Runtime.Offers;

/// <summary>
/// What claimed work came to, as a message row. It needs no fence: an answer counts once, whoever gives it.
/// </summary>
internal sealed class WorkReport : RowsEntry
{
    private readonly string _id;
    private readonly Message _message;
    private readonly Message? _otherwise;

    public WorkReport(Partition partition, string id, Message message, Message? otherwise, MessageKey key)
        : base(partition, new TurnRows
        {
            Partition = partition.Number,
            InsertMessages = [MessageCodec.Encode(key, id, message)],
        })
    {
        (_id, _message, _otherwise) = (id, message with { Row = key }, otherwise);
        Partition.EnterWork();
    }

    /// <summary>
    /// What has its slot until this is durable: so that of work for others no more than the slots can run again.
    /// </summary>
    public ActivityWork? Activity { get; init; }

    public override bool IsFenced => false;

    public override bool IsStale => false;

    public override void OnCommitted()
    {
        Partition.Deliver(_id, _message, this);
        Partition.ExitWork();
        if (Activity is not null)
            Partition.Node.Activities.Stored(Activity);
    }

    /// <summary>Behind what has a place in line already: numbers must stand in the order of the commits.</summary>
    public override void OnStale()
    {
        Partition.Report(_id, _message with { Row = null }, _otherwise, Activity);
        Partition.ExitWork();
    }

    /// <summary>As it would be if the code had run at the owner.</summary>
    protected override void OnRefused(string refusal)
    {
        if (_otherwise is not null)
            Partition.Report(_id, _otherwise, null, Activity);
        else if (Activity is not null)
            Partition.Node.Activities.Stored(Activity);
        Partition.ExitWork();
    }
}
