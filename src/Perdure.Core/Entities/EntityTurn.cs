using Perdure.Core.Messages;
using Perdure.Core.Turns;

namespace Perdure.Core.Entities;

/// <summary>A turn of an entity: locks change hands, then operations are run; it writes one row.</summary>
internal sealed class EntityTurn(EntityState state, long at) : Turn(state, at)
{
    public EntityState State { get; } = state;

    /// <summary>What the code runs, in order.</summary>
    public List<Message.Operation> Operations { get; } = [];

    /// <summary>
    /// The next message was left in the store, and nothing was taken: read it, then take the turn again.
    /// </summary>
    public bool NeedsBodies { get; set; }

    /// <summary>Operations that were taken and not run; they are next again.</summary>
    public IReadOnlyList<Message> NotRun { get; set; } = [];

    /// <summary>Signals that failed: nobody is told but the log.</summary>
    public List<(string Operation, FailureDetails Failure)>? FailedSignals { get; set; }

    /// <summary>How many operations were run.</summary>
    public int Done { get; set; }

    /// <summary>
    /// What the code gets, once the turn is decided. It is not made of <see cref="Operations"/> any later, because one
    /// of them may become a row of its own while the code runs.
    /// </summary>
    public EntityBatch Batch { get; private set; } = null!;

    public void Decide()
    {
        Decision = TurnDecision.Run;
        Batch = new EntityBatch(
            State.Id,
            State.State,
            [
                .. from o in Operations
                   select new EntityOperation(o.Name, o.Input, o.Caller is null) { TraceParent = o.TraceParent },
            ],
            At);
    }
}
