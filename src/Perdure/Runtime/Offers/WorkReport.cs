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

    public WorkReport(Partition partition, string id, Message message, MessageKey key)
        : base(partition, new TurnRows
        {
            Partition = partition.Number,
            InsertMessages = [MessageCodec.Encode(key, id, message)],
        })
    {
        (_id, _message) = (id, message with { Row = key });
        Partition.EnterWork();
    }

    public override bool IsFenced => false;

    public override bool IsStale => false;

    public override void OnCommitted()
    {
        Partition.Submit(_id, _message, isDelivery: true);
        Partition.ExitWork();
    }

    /// <summary>Behind what has a place in line already: numbers must stand in the order of the commits.</summary>
    public override void OnStale()
    {
        Partition.Report(_id, _message with { Row = null });
        Partition.ExitWork();
    }

    protected override void OnRefused(string refusal)
    {
        Partition.ReportRefused(_id, _message with { Row = null });
        Partition.ExitWork();
    }
}
