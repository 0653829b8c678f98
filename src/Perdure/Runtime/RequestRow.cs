using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>A request made durable by itself; it keeps its place in the mailbox, as a message that has a row.</summary>
internal sealed class RequestRow : RowsEntry
{
    private readonly Resident _resident;
    private readonly Message _message;
    private readonly Request _request;
    private readonly MessageKey _key;

    public RequestRow(Resident resident, Message message, Request request, MessageRow row)
        : base(resident.Partition, new TurnRows { Partition = resident.Partition.Number, InsertMessages = [row] })
    {
        (_resident, _message, _request, _key) = (resident, message, request, row.Key);
        Partition.EnterWork();
    }

    public override void OnCommitted()
    {
        Partition.OnStored(_resident, _key);
        _request.Answer(RequestOutcome.Accepted);
        Partition.ExitWork();
    }

    /// <summary>Its place in the mailbox is gone as well: it is asked anew.</summary>
    public override void OnStale()
    {
        Partition.Submit(_resident.Id, _message);
        Partition.ExitWork();
    }

    protected override void OnRefused(string refusal)
    {
        Partition.Forget(_resident, _key);
        _request.Fail(new InvalidOperationException($"The store refused the request: {refusal}"));
        Partition.ExitWork();
    }
}

/// <summary>
/// An answer that needs no row of its own and rests on what stands in line before it: while code runs the instance
/// lives, so it can be neither created nor purged nor rewound.
/// </summary>
internal sealed class EarlyRefusal : CommitEntry
{
    private readonly Resident _resident;
    private readonly Message _message;
    private readonly Request _request;

    public EarlyRefusal(Resident resident, Message message, Request request)
        : base(resident.Partition, new TurnRows { Partition = resident.Partition.Number })
    {
        (_resident, _message, _request) = (resident, message, request);
        Partition.EnterWork();
    }

    public override void OnCommitted()
    {
        _request.Answer(_message switch
        {
            Message.Start => RequestOutcome.AlreadyExists,
            Message.Rewind => RequestOutcome.WrongState,
            _ => RequestOutcome.StillRunning,
        });
        Partition.ExitWork();
    }

    public override void OnStale() => OnDropped(null);

    public override void OnDropped(string? refusal)
    {
        Partition.Submit(_resident.Id, _message);
        Partition.ExitWork();
    }
}
