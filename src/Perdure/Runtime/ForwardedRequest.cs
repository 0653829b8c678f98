using System.Globalization;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>
/// A request to an instance of another node: a message row, without a fence, because this node does not own what it is
/// for. What it came to is stored by the turn that takes it; signals are fulfilled when they are a row.
/// </summary>
internal sealed class ForwardedRequest : RowsEntry
{
    private readonly string _id;
    private readonly Message _message;
    private readonly Request _request;
    private readonly Message _stored;

    public ForwardedRequest(Partition partition, string id, Message message, Request request, MessageKey key)
        : this(partition, id, message, request, key, Asked(partition, message, key))
    {
    }

    private ForwardedRequest(
        Partition partition, string id, Message message, Request request, MessageKey key, Message stored)
        : base(partition, new TurnRows
        {
            Partition = partition.Number,
            InsertMessages = [MessageCodec.Encode(key, id, stored)],
        })
    {
        (_id, _message, _request) = (id, message, request);
        _stored = stored with { Row = key };
        Partition.EnterWork();
    }

    public override bool IsFenced => false;

    public override void OnCommitted()
    {
        if (_stored.RequestId is { } asked)
            Partition.Node.Outcomes.Wait(asked, _request);
        else
            _request.Answer(RequestOutcome.Accepted);
        // To whoever owns the partition now; that may be this node.
        Partition.Deliver(_id, _stored, this);
        Partition.ExitWork();
    }

    /// <summary>The partition has come to this node before the row was written: it is asked here.</summary>
    public override void OnStale()
    {
        Partition.Submit(_id, _message);
        Partition.ExitWork();
    }

    protected override void OnRefused(string refusal)
    {
        _request.Fail(new InvalidOperationException($"The store refused the request: {refusal}"));
        Partition.ExitWork();
    }

    private static Message Asked(Partition partition, Message message, MessageKey key) => message with
    {
        Ticket = null,
        RequestId = message is Message.Operation or Message.QueueItem or Message.Append
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{partition.Node.Number}.{key.Partition}.{key.Number}"),
    };
}
