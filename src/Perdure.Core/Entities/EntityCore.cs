using System.Diagnostics;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Entities;

/// <summary>
/// The deterministic heart of entities, beside that of orchestrations: <see cref="Receive"/> takes what can be taken,
/// lets locks change hands and gathers operations; code runs them; <see cref="Conclude"/> makes rows and effects of
/// what came of it. Locks change hands only before operations of the same turn, so that a turn can end after any of
/// them.
/// </summary>
internal sealed class EntityCore(Limits limits, int partitionCount, INumbers numbers, IEntityCatalog code)
{
    /// <param name="state">The entity.</param>
    /// <param name="mailbox">What waits for it.</param>
    /// <param name="now">The time.</param>
    /// <param name="operationsMax">How many operations the turn runs at most.</param>
    public EntityTurn Receive(EntityState state, EntityMailbox mailbox, long now, int operationsMax)
    {
        EntityTurn turn = new(state, Math.Max(now, state.Last));
        long bytes = 0;
        while (mailbox.Peek() is { } next && turn.Taken.Count < limits.MessagesPerTurnMax)
        {
            if (next is Message.Operation { IsLeft: true })
            {
                turn.NeedsBodies = turn.Taken.Count == 0;
                break;
            }
            bool isRun = next is Message.Operation operation && !(operation.DueAt > turn.At);
            if (turn.Operations.Count > 0
                && (!isRun || turn.Operations.Count >= operationsMax
                    || bytes > limits.OperationBytesPerTurnMax))
                break;
            Message taken = mailbox.Take();
            if (taken is Message.Operation { DueAt: not null } late && isRun && state.Holder is not null)
            {
                mailbox.Add(late with { IsDue = true }, isStored: false);
                continue;
            }
            turn.Taken.Add(taken);
            // A clock that was set back must not make an operation run before its time as the code sees it.
            if (taken is Message.Operation { Timer: { } timer })
                turn.At = Math.Max(turn.At, timer.Due);
            bytes += (taken as Message.Operation)?.Input.Length ?? 0;
            Take(turn, mailbox, taken, isRun);
        }
        return Decide(turn);
    }

    /// <summary>The second half of a turn whose decision was to run.</summary>
    public EntityTurn Conclude(EntityTurn turn, EntityRun run)
    {
        EntityState state = turn.State;
        turn.Done = run.Outcomes.Count;
        turn.NotRun = [.. turn.Operations.Skip(turn.Done)];
        turn.Taken.RemoveRange(turn.Taken.Count - turn.NotRun.Count, turn.NotRun.Count);
        for (int i = 0; i < turn.Done; i++)
            Answer(turn, turn.Operations[i], run.Outcomes[i]);
        if (turn.Done > 0)
            (state.State, state.Last) = (run.State, turn.At);
        return Close(turn);
    }

    /// <summary>Every operation of the turn fails, and nothing changes.</summary>
    public EntityTurn Fail(EntityTurn turn, FailureDetails failure)
    {
        foreach (Message.Operation operation in turn.Operations)
            Answer(turn, operation, new EntityOutcome(default, failure, []));
        turn.Done = turn.Operations.Count;
        return Close(turn);
    }

    private EntityTurn Decide(EntityTurn turn)
    {
        if (turn.Operations.Count > 0 && !code.OffersEntity(turn.State.Name))
            return Fail(turn, Failures.NoSuchEntity(turn.State.Name));
        if (turn.Operations.Count == 0)
            return Close(turn);
        turn.Decide();
        return turn;
    }

    private void Take(EntityTurn turn, EntityMailbox mailbox, Message message, bool isRun)
    {
        switch (message)
        {
            case Message.Operation operation when isRun: turn.Operations.Add(operation); break;
            case Message.Operation operation: Defer(turn, operation); break;
            case Message.LockRequest request: Grant(turn, mailbox, request.Holder); break;
            case Message.Release release: Release(turn, mailbox, release); break;
            default: turn.Refuse(message, RequestOutcome.NotFound, "an entity has no use for it"); break;
        }
    }

    /// <summary>Until it is due it stands among the timers of the entity.</summary>
    private void Defer(EntityTurn turn, Message.Operation operation)
    {
        EntityState state = turn.State;
        TimerKey key = new(state.Partition, operation.DueAt!.Value, numbers.DrawTimerNumber(state.Partition));
        TimerRow row = new(key, state.Id, MessageCodec.Encode(default, state.Id, operation with { DueAt = null }).Body);
        (turn.Rows.InsertTimers ??= []).Add(row);
        turn.Effects.Add(new Effect.ArmTimer(row));
        turn.Accept(operation);
    }

    private void Grant(EntityTurn turn, EntityMailbox mailbox, EntityCaller holder)
    {
        turn.State.Holder = holder;
        mailbox.SetHolder(holder);
        Send(turn, holder.InstanceId, new Message.LockGranted(holder.Task, turn.State.Id));
    }

    private static void Release(EntityTurn turn, EntityMailbox mailbox, Message.Release release)
    {
        if (turn.State.Holder?.Task == release.Request)
        {
            turn.State.Holder = null;
            mailbox.SetHolder(null);
            turn.Accept(release);
        }
        else if (mailbox.TakeLockRequest(release.Request) is { } request)
        {
            turn.Taken.Add(request);
            turn.Accept(release);
        }
        else
            turn.Refuse(
                release, RequestOutcome.NotFound, $"{release.Request} neither holds the lock nor waits for it");
    }

    private void Answer(EntityTurn turn, Message.Operation operation, EntityOutcome outcome)
    {
        FailureDetails? failure = outcome.Failure is null
            ? null
            : Failures.Bounded(outcome.Failure, limits.FailureDepthMax);
        if (operation.Caller is { } caller)
            Send(turn, caller.InstanceId, new Message.OperationDone(caller.Task, outcome.Result, failure));
        else if (failure is not null)
            (turn.FailedSignals ??= []).Add((operation.Name, failure));
        foreach (EntityAction action in outcome.Actions)
            Act(turn, action);
        turn.Accept(operation);
    }

    private void Act(EntityTurn turn, EntityAction action)
    {
        switch (action)
        {
            case EntityAction.Signal a:
                Send(turn, a.EntityId, new Message.Operation(a.Operation, a.Input)
                {
                    DueAt = a.DueAt,
                    TraceParent = a.TraceParent,
                });
                break;
            case EntityAction.StartOrchestration a:
                Send(turn, a.InstanceId, new Message.Start(new HistoryEvent.ExecutionStarted
                {
                    Name = a.Name,
                    ExecutionId = a.ExecutionId,
                    Version = a.Version,
                    Input = a.Input,
                    TraceParent = a.TraceParent,
                }));
                break;
            case EntityAction.Enqueue a: Send(turn, a.Shard, a.Item); break;
            default:
                throw new UnreachableException($"No message for {action.GetType().Name}.");
        }
    }

    /// <summary>Brings the rows up to what the turn made of the entity and its messages.</summary>
    private static EntityTurn Close(EntityTurn turn)
    {
        foreach (Message message in turn.Taken)
        {
            if (message.Row is { } row)
                (turn.Rows.DeleteMessages ??= []).Add(row);
            if (message is Message.Operation { Timer: { } timer })
                (turn.Rows.DeleteTimers ??= []).Add(timer);
        }
        turn.State.Write(turn.Rows);
        turn.Decision = turn.Rows.IsEmpty ? TurnDecision.Nothing : TurnDecision.Record;
        return turn;
    }

    private void Send(EntityTurn turn, string target, Message message) =>
        turn.Send(target, message, InstanceIds.Partition(target, partitionCount));
}
