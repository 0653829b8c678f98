using System.Runtime.InteropServices;
using Perdure.Core.Circuits;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Turns;
using Perdure.Functions;
using Perdure.Runtime.Offers;

namespace Perdure.Runtime;

/// <summary>After the commit: states first, then effects.</summary>
internal sealed partial class Partition
{
    /// <summary>The effects of one entry; what goes wrong with one must not stop the others.</summary>
    public void AfterCommit(CommitEntry entry)
    {
        try
        {
            entry.OnCommitted();
        }
#pragma warning disable CA1031 // The lane has to go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            OnBug(e);
        }
    }

    public void OnCommitted(TurnEntry entry)
    {
        Resident resident = entry.Resident;
        Turn turn = entry.Turn;
        if (entry.IsAhead)
        {
            Perform(entry, null);
            if (!entry.IsStale)
                entry.Then?.Invoke();
            return;
        }
        List<ActivityWork>? started = null;
        CompletionWaiter[] waiters = [];
        Resident? claimed = null;
        bool isCurrent;
        lock (_gate)
        {
            if (turn is OrchestrationTurn { Completed: not null }
                && _waiters.TryGetValue(resident.Id, out List<CompletionWaiter>? waiting))
                waiters = [.. waiting.Where(w => w.Since <= entry.Epoch)];
            isCurrent = !entry.IsStale;
            if (isCurrent && turn is OrchestrationTurn orchestration && IsOver(orchestration))
                Withdrawn_NeedsLock(orchestration);
            if (isCurrent)
                claimed = Land_NeedsLock(resident, turn, out started);
        }
        // Also when the partition was opened anew meanwhile: what is durable is told and delivered.
        if (turn.Rows.UpsertEntity is { } entity && CircuitIds.Is(entity.Id))
            _node.Circuits.Committed(entity);
        Perform(entry, started);
        foreach (CompletionWaiter waiter in waiters)
            waiter.Complete((OrchestrationTurn)turn);
        if (!isCurrent)
            return;
        GoOn(claimed);
        ExitWork();
    }

    /// <summary>The instance after a turn: gone, idle, or claimed for the next one.</summary>
    private Resident? Land_NeedsLock(Resident resident, Turn turn, out List<ActivityWork>? started)
    {
        started = StartActivities_NeedsLock(resident, turn);
        if (turn.Ended)
        {
            List<Message> left = resident.TakeAllMail();
            CancelAll(resident);
            Forget_NeedsLock(resident);
            // Here and now: these were taken in before, and are neither held nor known already.
            Resident? next = null;
            foreach (Message message in left)
                next = Put_NeedsLock(resident.Id, message, isNew: false) ?? next;
            return next;
        }
        resident.Woken |= turn is OrchestrationTurn { MovedGeneration: true } or OrchestrationTurn { Rewound: true };
        resident.Phase = ResidentPhase.Idle;
        return Claim_NeedsLock(resident) ?? Settle_NeedsLock(resident);
    }

    /// <summary>
    /// A turn that rests on memory which was thrown away while its code ran: it is not written, what it took waits
    /// again.
    /// </summary>
    public void OnStale(TurnEntry entry)
    {
        Resident resident = entry.Resident;
        Resident? claimed = null;
        bool isAbandoned;
        lock (_gate)
        {
            isAbandoned = resident.IsAbandoned;
            if (!isAbandoned)
            {
                resident.PutBack(entry.Turn.Taken);
                claimed = Claim_NeedsLock(resident);
            }
        }
        if (isAbandoned)
            PutAgain(entry);
        _node.Circuits.NotCommitted(resident.Id);
        GoOn(claimed);
    }

    /// <summary>
    /// The turn was not written: its memory is thrown away and its messages wait for the instance to be loaded again.
    /// </summary>
    public void OnDropped(TurnEntry entry, string? refusal)
    {
        Resident resident = entry.Resident;
        Resident? next = null;
        bool isAbandoned;
        lock (_gate)
        {
            // The partition may have been lost while the turn was on its way into the line: then nobody looks into the
            // mailbox of this object any more.
            isAbandoned = resident.IsAbandoned;
            if (!isAbandoned)
            {
                List<Message> taken = refusal is null
                    ? entry.Turn.Taken
                    : Refused_NeedsLock(resident, entry.Turn, refusal);
                // An entry behind this one may have dropped the memory already: then its inputs are all that is left.
                next = entry.IsStale ? null : DropMemory_NeedsLock(resident);
                resident.PutBack(taken);
                next ??= Claim_NeedsLock(resident);
            }
        }
        if (isAbandoned)
            PutAgain(entry);
        _node.Circuits.NotCommitted(resident.Id);
        GoOn(next);
    }

    /// <summary>The instance is to be loaded again; returns it unless somebody is on the way to it already.</summary>
    private Resident? DropMemory_NeedsLock(Resident resident)
    {
        Doubt_NeedsLock(resident.Id);
        bool isClaimed = resident.Phase == ResidentPhase.Loading;
        // Whoever was to conclude it is on the way, and will load it instead.
        isClaimed |= resident.OvertakenBy is not null;
        resident.PutBack(Taken_NeedsLock(resident));
        resident.Phase = ResidentPhase.Loading;
        resident.RunningTurn = null;
        resident.OvertakenBy = null;
        resident.State = null;
        DropSession(resident);
        return isClaimed ? null : resident;
    }

    /// <summary>
    /// What a turn had taken whose instance was thrown away: the rows of others are read when the partition is opened;
    /// a request has none.
    /// </summary>
    private void PutAgain(TurnEntry entry)
    {
        foreach (Message message in entry.Turn.Taken.Where(m => m.Ticket is not null))
            PutAgain(entry.Resident.Id, message);
    }

    private void PutAgain(string id, Message message) =>
        _node.Scheduler.Queue(
            static x => x.Partition.Submit(x.Id, x.Message),
            (Partition: this, Id: id, Message: message with { Row = null }));

    /// <summary>What goes back to the mailbox of a turn that the store refuses for its data.</summary>
    private static List<Message> Refused_NeedsLock(Resident resident, Turn turn, string refusal)
    {
        if (turn is EntityTurn { Done: > 0 } operations)
            return Refused_NeedsLock(resident, operations, refusal);
        if (turn is OrchestrationTurn { Taken.Count: > 1 })
        {
            // Taken one by one, so that only the one whose fault it is fails.
            resident.RunsSingly = turn.Taken.Count;
            return turn.Taken;
        }
        List<Message> left = [.. turn.Taken.Select(Refused).OfType<Message>()];
        if (turn is OrchestrationTurn orchestration
            && !IsVoid(orchestration, left) && !IsAskersFault(orchestration, left))
            resident.ParkReason ??= refusal;
        return left;
    }

    /// <summary>
    /// No code has run, and whoever asked for what is refused was told: the instance goes on without it.
    /// </summary>
    private static bool IsAskersFault(OrchestrationTurn turn, List<Message> left) =>
        turn is { Feed.Count: 0, Taken.Count: > 0 } && left.Count == 0;

    /// <summary>
    /// The instance lives only by the turn that was refused, and whoever wanted that was told. Then nothing is there to
    /// be parked, and the next one who wants it is not to blame.
    /// </summary>
    private static bool IsVoid(OrchestrationTurn turn, List<Message> left) =>
        (turn.Rows.InsertInstance is not null || turn.Rewound)
        && !left.Exists(m => m is Message.Start or Message.Rewind);

    /// <summary>What becomes of a message whose turn the store refuses for its data.</summary>
    private static Message? Refused(Message message)
    {
        if (message.Ticket is Request request)
        {
            request.Fail(new InvalidOperationException(Refusals.OfStore.ErrorMessage));
            return null;
        }
        return message is Message.TaskDone done
            ? done with { Result = default, Failure = Refusals.OfStore }
            : message;
    }

    private List<ActivityWork>? StartActivities_NeedsLock(Resident resident, Turn turn)
    {
        List<ActivityWork>? started = null;
        foreach (Effect effect in turn.Effects)
        {
            if (effect is Effect.RunActivity run)
                (started ??= new List<ActivityWork>(1)).Add(ActivityOf_NeedsLock(resident, run.Task, run.Again));
            else if (effect is Effect.ReturnKnown known)
                resident.Put(known.Result);
            else if (effect is Effect.CancelActivities)
                CancelAll(resident);
        }
        return started;
    }

    private ActivityWork ActivityOf_NeedsLock(Resident resident, HistoryEvent.TaskScheduled call, bool recovered)
    {
        OrchestrationState state = (OrchestrationState)resident.State!;
        TaskKey task = new(state.Execution.Key, state.Execution.Generation, call.Task);
        ActivityWork work = new(resident, task, state.ExecutionId, call)
        {
            Function = _node.Functions.ActivityFor(call.Name, state.Version),
            Version = state.Version,
            MayHaveRunBefore = recovered,
            ScheduledAt = state.LastAt,
            TraceParent = state.TraceParent,
        };
        resident.Activities.Add(call.Task, work);
        return work;
    }

    private static void CancelAll(Resident resident)
    {
        foreach (ActivityWork work in resident.Activities.Values)
            work.Abandon();
        resident.Activities.Clear();
    }

    private void Perform(TurnEntry entry, List<ActivityWork>? started)
    {
        (Resident resident, Turn turn) = (entry.Resident, entry.Turn);
        foreach (Effect effect in turn.Effects)
        {
            switch (effect)
            {
                case Effect.Answer answer:
                    ((Request)answer.Ticket).Answer(answer.Outcome);
                    break;
                case Effect.Deliver deliver:
                    MessageKey row = turn.Rows.InsertMessages![deliver.RowOrdinal].Key;
                    _node.Deliver(deliver.Target, deliver.Message with { Row = row }, entry);
                    break;
                case Effect.ArmTimer arm:
                    Arm(arm.Timer);
                    break;
                case Effect.DisarmTimer disarm:
                    Disarm(disarm.Timer);
                    break;
            }
        }
        foreach (OutcomeRow outcome in CollectionsMarshal.AsSpan(turn.Rows.InsertOutcomes))
            _node.Wakes.Answered(outcome);
        if (started is not null)
            Dispatch(resident, started);
        if (turn is EntityTurn entity)
        {
            Consumed(entity);
            _node.Telemetry.OnTurn(entity);
        }
        else
            _node.Telemetry.OnTurn((OrchestrationTurn)turn);
    }

    /// <summary>
    /// An instance with nothing to do stays warm while there is room, and one whose mail waits for a lock stays anyhow;
    /// returns an instance to go on with, if any.
    /// </summary>
    private Resident? Settle_NeedsLock(Resident resident)
    {
        if (!resident.IsMailEmpty)
            return null;
        if (resident.State is not { IsLive: true })
        {
            Forget_NeedsLock(resident);
            return null;
        }
        if (resident.Activities.Count == 0)
            ReleaseRecoverySlot_NeedsLock(resident);
        _idle.Add(resident);
        while (_idle.IsFull && _idle.Oldest is { } oldest)
            Evict_NeedsLock(oldest);
        return null;
    }

    /// <summary>
    /// While activities of the instance run it keeps its place in memory and gives up its session only. An instance
    /// that goes for good first clears its owed flag, in a commit of its own: true too long would cost the next
    /// recovery.
    /// </summary>
    private void Evict_NeedsLock(Resident resident)
    {
        _node.Meters.Evictions.Add(1);
        _idle.Remove(resident);
        DropSession(resident);
        if (resident.Activities.Count > 0)
            return;
        if (resident.State is not OrchestrationState { Row: { Owed: true } row, IsOwed: false } state)
        {
            Forget_NeedsLock(resident);
            return;
        }
        OrchestrationTurn clear = new(state, state.LastAt)
        {
            Execution = state.Execution,
            Decision = TurnDecision.Record,
        };
        clear.Rows.UpdateInstance = new InstanceUpdate(Number, state.Execution.Key) { Owed = false };
        state.Row = row with { Owed = false };
        resident.Phase = ResidentPhase.Committing;
        EnterWork();
        _node.Scheduler.Queue(
            static e => e.Partition._node.LaneOf(e.Partition).Enqueue(e),
            new TurnEntry(resident, clear, null, ahead: false));
    }
}
