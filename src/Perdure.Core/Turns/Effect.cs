using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Turns;

/// <summary>Everything that a turn can ask of the outside world, once it is durable.</summary>
internal abstract record Effect
{
    private Effect() { }

    public sealed record RunActivity(HistoryEvent.TaskScheduled Task) : Effect
    {
        /// <summary>The same call was made before a rewind: an earlier run may have happened.</summary>
        public bool Again { get; init; }
    }

    /// <summary>
    /// The result of a task is known from before a rewind: it is handed to the instance as any result is.
    /// </summary>
    public sealed record ReturnKnown(Message Result) : Effect;

    /// <summary>
    /// The ordinal finds the message's row in the turn: its number is drawn when the batch order is known.
    /// </summary>
    public sealed record Deliver(string Target, Message Message, int RowOrdinal) : Effect;

    public sealed record ArmTimer(TimerRow Timer) : Effect;

    public sealed record DisarmTimer(TimerKey Timer) : Effect;

    public sealed record Answer(object Ticket, RequestOutcome Outcome) : Effect;

    /// <summary>
    /// Activities of this execution that still run are told to stop; their results fit nothing any more.
    /// </summary>
    public sealed record CancelActivities(ExecutionKey Execution) : Effect;
}

/// <summary>A message that fitted nothing, and why; logged and counted.</summary>
internal readonly record struct Dropped(Message Message, string Reason);
