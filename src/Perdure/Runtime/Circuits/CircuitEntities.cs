using Perdure.Core.Circuits;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Execution.Entities;
using Perdure.Functions;

namespace Perdure.Runtime.Circuits;

/// <summary>
/// Runs the operations of circuits, and lets the code of this program run all others. Whatever a circuit leads to
/// leaves in the commit of its turn.
/// </summary>
internal sealed class CircuitEntities(IEntityExecutor others, Func<Node> node) : IEntityExecutor
{
    public bool OffersEntity(string name) => name == CircuitIds.EntityName || others.OffersEntity(name);

    public ValueTask<EntityRun> RunAsync(EntityBatch batch, CancellationToken stopping) =>
        CircuitIds.Is(batch.InstanceId) ? new(Run(batch)) : others.RunAsync(batch, stopping);

    private EntityRun Run(EntityBatch batch)
    {
        List<EntityOutcome> outcomes = new(batch.Operations.Count);
        Payload state = batch.State;
        foreach (EntityOperation operation in batch.Operations)
        {
            try
            {
                CircuitTurn turn = Turn(operation, CircuitJson.State(state), batch.At);
                state = CircuitJson.Write(turn.State);
                outcomes.Add(new EntityOutcome(Payload.None, null, [.. Actions(batch.InstanceId, turn, operation)]));
            }
            catch (FormatException e)
            {
                outcomes.Add(new EntityOutcome(Payload.None, ThrownFailure.Of(e), []));
            }
        }
        return new EntityRun(outcomes, state);
    }

    private static CircuitTurn Turn(EntityOperation operation, CircuitState state, long at)
    {
        Payload input = operation.Input;
        return operation.Name switch
        {
            CircuitOperations.Failed => CircuitCore.Fail(state, CircuitJson.Read<CircuitFailures>(input), at),
            CircuitOperations.Wants => CircuitCore.Want(state, CircuitJson.Read<CircuitWants>(input), at),
            CircuitOperations.Probed => CircuitCore.Probe(state, CircuitJson.Read<CircuitProbed>(input), at),
            CircuitOperations.Recovered => CircuitCore.Recover(state, CircuitJson.Read<CircuitRecovered>(input), at),
            CircuitOperations.Tick => CircuitCore.Tick(state, CircuitJson.Read<CircuitTick>(input), at),
            CircuitOperations.Command => CircuitCore.Command(state, CircuitJson.Read<CircuitCommand>(input), at),
            _ => throw new FormatException($"A circuit has no operation '{operation.Name}'."),
        };
    }

    private IEnumerable<EntityAction> Actions(string id, CircuitTurn turn, EntityOperation operation)
    {
        string circuit = CircuitIds.NameOf(id);
        foreach (CircuitNotice kind in turn.Notices)
        {
            CircuitNotice notice = kind with { Circuit = circuit };
            // News of one circuit come in order; what has to run again takes its time and must not hold them up.
            string? session = notice.Kind == CircuitNoticeKind.Recover ? null : circuit;
            yield return new EntityAction.Enqueue(
                node().Queues.ShardFor(CircuitNotices.Queue, session),
                new Message.QueueItem(notice.Id, CircuitJson.Write(notice))
                {
                    Enqueued = notice.At,
                    Session = session,
                    TraceParent = operation.TraceParent,
                });
        }
        if (turn.TickAt is { } at)
        {
            Payload tick = CircuitJson.Write(new CircuitTick(turn.State.Version));
            yield return new EntityAction.Signal(id, CircuitOperations.Tick, tick, at);
        }
    }
}
