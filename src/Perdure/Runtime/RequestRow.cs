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
    private readonly Request? _request;

    /// <param name="resident">The instance.</param>
    /// <param name="message">What is refused.</param>
    /// <param name="request">Who waits; null when it is somebody on another node, and the answer is a row.</param>
    public EarlyRefusal(Resident resident, Message message, Request? request)
        : base(resident.Partition, RowsOf(resident.Partition.Number, message, request))
    {
        (_resident, _message, _request) = (resident, message, request);
        Partition.EnterWork();
    }

    public override void OnCommitted()
    {
        _request?.Answer(OutcomeOf(_message));
        foreach (OutcomeRow outcome in Rows.InsertOutcomes ?? [])
            Partition.Node.Wakes.Answered(outcome);
        Partition.ExitWork();
    }

    public override void OnStale()
    {
        // What is a row is read again.
        if (_message.Row is null)
            Partition.Submit(_resident.Id, _message);
        Partition.ExitWork();
    }

    public override void OnDropped(string? refusal)
    {
        Partition.Submit(_resident.Id, _message);
        Partition.ExitWork();
    }

    private static RequestOutcome OutcomeOf(Message message) => message switch
    {
        Message.Start => RequestOutcome.AlreadyExists,
        Message.Rewind => RequestOutcome.WrongState,
        _ => RequestOutcome.StillRunning,
    };

    private static TurnRows RowsOf(int partition, Message message, Request? request) => request is null
        ? new TurnRows
        {
            Partition = partition,
            DeleteMessages = [message.Row!.Value],
            InsertOutcomes = [new OutcomeRow(message.RequestId!, OutcomeOf(message))],
        }
        : new TurnRows { Partition = partition };
}

/// <summary>
/// What another node has asked of an instance whose code runs stands in a row: that is the answer.
/// </summary>
internal sealed class RowAccepted(Partition partition, string requestId)
    : RowsEntry(partition, new TurnRows
    {
        Partition = partition.Number,
        InsertOutcomes = [new OutcomeRow(requestId, RequestOutcome.Accepted)],
    })
{
    public override void OnCommitted() => Partition.Node.Wakes.Answered(Rows.InsertOutcomes![0]);

    public override void OnStale()
    {
        // The row is read again, and its answer is still owed.
    }
}
