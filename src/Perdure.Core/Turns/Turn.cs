using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Turns;

/// <summary>What the core wants next for a turn that has taken its messages.</summary>
internal enum TurnDecision
{
    /// <summary>Nothing to store; the effects (refusals) may happen at once.</summary>
    Nothing,

    /// <summary>Store what arrived; no code runs.</summary>
    Record,

    /// <summary>Run the code, then conclude.</summary>
    Run,
}

/// <summary>
/// One turn in the making, and then the result of it: facts to store (<see cref="Rows"/>) and effects to perform once
/// they are durable.
/// </summary>
internal abstract class Turn(InstanceState state, long at)
{
    public InstanceState Instance { get; } = state;

    /// <summary>The time of the turn; the code sees it as the current time.</summary>
    public long At { get; set; } = at;

    public TurnDecision Decision { get; set; }

    public TurnRows Rows { get; } = new() { Partition = state.Partition };
    public List<Effect> Effects { get; } = [];

    /// <summary>The messages that the turn took; they go back to the mailbox if its commit is refused.</summary>
    public List<Message> Taken { get; } = [];

    public List<Dropped>? Dropped { get; private set; }

    /// <summary>Set when the turn ended the instance.</summary>
    public bool Ended { get; set; }

    public void Accept(Message message)
    {
        if (message.Ticket is { } ticket)
            Effects.Add(new Effect.Answer(ticket, RequestOutcome.Accepted));
        else if (message.RequestId is { } asked)
            (Rows.InsertOutcomes ??= []).Add(new OutcomeRow(asked, RequestOutcome.Accepted));
    }

    /// <summary>Whoever waits is told; otherwise the message is dropped with the reason.</summary>
    public void Refuse(Message message, RequestOutcome outcome, string reason)
    {
        if (message.Ticket is { } ticket)
            Effects.Add(new Effect.Answer(ticket, outcome));
        else if (message.RequestId is { } asked)
            (Rows.InsertOutcomes ??= []).Add(new OutcomeRow(asked, outcome));
        else
            Drop(message, reason);
    }

    public void Drop(Message message, string reason) => (Dropped ??= []).Add(new Dropped(message, reason));

    /// <summary>
    /// A message to another instance. Origin and number are drawn when the turn is put in line for a batch: their order
    /// must be the commit order.
    /// </summary>
    /// <param name="target">The instance.</param>
    /// <param name="message">What it gets.</param>
    /// <param name="partition">The partition of the instance.</param>
    public void Send(string target, Message message, int partition)
    {
        List<MessageRow> rows = Rows.InsertMessages ??= [];
        Effects.Add(new Effect.Deliver(target, message, rows.Count));
        rows.Add(MessageCodec.Encode(new MessageKey(partition, 0, 0), target, message));
    }
}
