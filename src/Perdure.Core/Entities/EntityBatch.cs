using Perdure.Core.History;
using Perdure.Core.Messages;

namespace Perdure.Core.Entities;

/// <summary>
/// Operations of one entity that are run one after the other, on one state, and become durable together.
/// </summary>
/// <param name="InstanceId">The entity, as <c>@name@key</c>.</param>
/// <param name="State">Its state; none when it does not exist.</param>
/// <param name="Operations">At least one.</param>
/// <param name="At">The time of the turn, in milliseconds since 1970.</param>
internal sealed record EntityBatch(
    string InstanceId, Payload State, IReadOnlyList<EntityOperation> Operations, long At);

/// <summary>One operation as its code sees it.</summary>
/// <param name="Name">The name of the operation, as the sender spelled it.</param>
/// <param name="IsSignal">Nobody waits for what comes of it.</param>
internal readonly record struct EntityOperation(string Name, Payload Input, bool IsSignal)
{
    /// <summary>W3C trace context of the span that sent it.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>What running a batch came to.</summary>
/// <param name="Outcomes">
/// One for each operation that was run, in order. There may be fewer than operations: the others are run in a later
/// turn.
/// </param>
/// <param name="State">The state after the last of them; none when the entity is deleted.</param>
internal sealed record EntityRun(IReadOnlyList<EntityOutcome> Outcomes, Payload State);

/// <summary>
/// What one operation came to. One that failed has changed nothing and asks for nothing.
/// </summary>
internal readonly record struct EntityOutcome(
    Payload Result, FailureDetails? Failure, IReadOnlyList<EntityAction> Actions);

/// <summary>What the code of an entity can ask for.</summary>
internal abstract record EntityAction
{
    private EntityAction() { }

    /// <summary>W3C trace context of the span that asks for it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>
    /// Tells an entity, named by its instance id, something; not before <c>DueAt</c>, if that is set.
    /// </summary>
    public sealed record Signal(string EntityId, string Operation, Payload Input, long? DueAt) : EntityAction;

    /// <summary>Starts an orchestration that answers nobody.</summary>
    public sealed record StartOrchestration(string Name, string InstanceId, string ExecutionId, Payload Input)
        : EntityAction
    {
        public string? Version { get; init; }
    }

    /// <summary>Sends a message to a shard of a queue; for entities of the engine.</summary>
    public sealed record Enqueue(string Shard, Message.QueueItem Item) : EntityAction;
}
