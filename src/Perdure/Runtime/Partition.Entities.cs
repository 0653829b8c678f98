using Perdure.Core.Circuits;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Turns;
using Perdure.Functions;

namespace Perdure.Runtime;

/// <summary>
/// Entities: the same claims, line and batches as orchestrations, with a row in the place of a history and lines in the
/// place of a mailbox.
/// </summary>
internal sealed partial class Partition
{
    private const int BodiesPerRead = 500;

    private async ValueTask ReadEntityAsync(Resident resident, EntityMailbox lines)
    {
        EntityRow? row = await _node.Store.ReadEntityAsync(resident.Id, CancellationToken.None);
        lock (_gate)
        {
            if (resident.IsAbandoned)
                return;
            EntityState state = row is null ? new EntityState(resident.Id, Number) : EntityState.Of(row);
            resident.State = state;
            resident.Phase = ResidentPhase.Running;
            lines.Load(state.Holder);
        }
    }

    private void TakeEntityTurn(Resident resident, EntityMailbox lines)
    {
        EntityTurn turn;
        CarefulEntityTurn? careful = null;
        lock (_gate)
        {
            if (resident.IsAbandoned)
                return;
            // One at a time while care is taken: a death is counted against what was running and nothing else.
            // What the engine itself runs kills no process, and must not be given up because processes die.
            bool isCareful = _care.IsOn && !CircuitIds.Is(resident.Id);
            bool isAlone = isCareful || resident.RunsSingly > 0 || resident.RefusedOperation is not null;
            int max = isAlone ? 1 : _node.Settings.Limits.OperationsPerTurnMax;
            turn = _entities.Receive((EntityState)resident.State!, lines, _node.Now, max);
            if (turn.Decision == TurnDecision.Run)
                FailRefused_NeedsLock(resident, turn);
            if (turn.Decision == TurnDecision.Run)
            {
                resident.RunningTurn = turn;
                careful = isCareful ? new CarefulEntityTurn(resident, turn) : null;
                if (careful is not null)
                    RecordAsked_NeedsLock(resident, turn);
            }
        }
        Report(turn);
        if (turn.NeedsBodies)
            _ = ReadBodiesAsync(resident, lines);
        else if (turn.Decision != TurnDecision.Run)
            PutInLine(resident, turn);
        else if (careful is not null)
            _care.Run(careful);
        else
            RunBatch(resident, turn);
    }

    /// <summary>
    /// What the operations of a turn led to was refused. They are run one by one until it is known whose fault it is,
    /// and that one alone fails.
    /// </summary>
    private static List<Message> Refused_NeedsLock(Resident resident, EntityTurn turn, string refusal)
    {
        if (turn.Done > 1)
        {
            resident.RunsSingly = turn.Done;
            return turn.Taken;
        }
        Message.Operation refused = turn.Operations[0];
        if (Refused(refused) is null)
            return [.. turn.Taken.Where(m => m != refused)];
        resident.RefusedOperation = (refused.Row, refused.Timer, refusal);
        return turn.Taken;
    }

    private void FailRefused_NeedsLock(Resident resident, EntityTurn turn)
    {
        resident.RunsSingly = Math.Max(0, resident.RunsSingly - 1);
        if (resident.RefusedOperation is not { } refused
            || turn.Operations[0].Row != refused.Row || turn.Operations[0].Timer != refused.Timer)
            return;
        resident.RefusedOperation = null;
        _entities.Fail(turn, new FailureDetails(Failures.RefusedByStore, refused.Reason));
    }

    /// <summary>Runs the operations of a turn that careful mode has let through.</summary>
    public void RunOperations(Resident resident, EntityTurn turn) => Try(() => RunBatch(resident, turn));

    private void RunBatch(Resident resident, EntityTurn turn)
    {
        ValueTask<EntityRun> run = _node.Entities.RunAsync(turn.Batch, _node.WhenStopping);
        if (run.IsCompletedSuccessfully)
            ConcludeOperations(resident, turn, run.Result, null);
        else
            _ = ConcludeOperationsLaterAsync(resident, turn, run);
    }

    private async Task ConcludeOperationsLaterAsync(Resident resident, EntityTurn turn, ValueTask<EntityRun> run)
    {
        EntityRun? result = null;
        FailureDetails? failure = null;
        try
        {
            result = await run;
        }
#pragma warning disable CA1031 // Whatever it was: whoever waits is told, and the entity goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (e is OperationCanceledException && LeaveToNextStart(resident, turn))
                return;
            _logger.ExecutorFailed(resident.Id, e);
            failure = ThrownFailure.Of(e);
        }
        Try(() => ConcludeOperations(resident, turn, result, failure));
    }

    /// <summary>
    /// The host stops and has cut the first operation short, so nothing was run. The entity stands still from here on:
    /// what waits for it keeps its order for the next start, and what clients wait for becomes rows.
    /// </summary>
    private bool LeaveToNextStart(Resident resident, EntityTurn turn)
    {
        if (!_node.IsStopping)
            return false;
        lock (_gate)
        {
            if (resident.RunningTurn != turn)
                return true;
            resident.Phase = ResidentPhase.Left;
        }
        _care.Done(resident.Id);
        ExitWork();
        return true;
    }

    /// <summary>
    /// A death can be counted only for what the next process finds again, so it is made durable before it is run.
    /// </summary>
    private void RecordAsked_NeedsLock(Resident resident, EntityTurn turn)
    {
        foreach (Message.Operation operation in turn.Operations.Where(o => o.Ticket is not null).ToArray())
        {
            if (RecordForEntity_NeedsLock(resident, operation, (Request)operation.Ticket!) is { } row)
                _node.LaneOf(this).Append(row);
        }
    }

    public void ConcludeOperations(Resident resident, EntityTurn turn, EntityRun? run, FailureDetails? failure)
    {
        Resident? again = null;
        lock (_gate)
        {
            if (resident.RunningTurn != turn)
            {
                // The partition was lost meanwhile: this answer is stale, and the operations run again.
                _node.Meters.StaleRuns.Add(1);
                return;
            }
            if (turn.Taken.Exists(resident.IsRefused))
                again = DropMemory_NeedsLock(resident);
            else
                Conclude_NeedsLock(resident, turn, run, failure);
        }
        _care.Done(resident.Id);
        if (again is null)
            PutInLine(resident, turn);
        else
            GoOn(again);
    }

    private void Conclude_NeedsLock(Resident resident, EntityTurn turn, EntityRun? run, FailureDetails? failure)
    {
        resident.RunningTurn = null;
        if (run is null)
            _entities.Fail(turn, failure!);
        else
            _entities.Conclude(turn, run);
        resident.PutBack(turn.NotRun);
    }

    /// <summary>What was left in the store because too much waits, as far as it is next.</summary>
    private async Task ReadBodiesAsync(Resident resident, EntityMailbox lines)
    {
        while (true)
        {
            List<MessageKey> keys;
            lock (_gate)
            {
                if (resident.IsAbandoned)
                    return;
                keys = lines.NextLeft(BodiesPerRead);
            }
            try
            {
                IReadOnlyList<MessageRow> rows = await _node.Store.ReadMessagesAsync(keys, CancellationToken.None);
                if (rows.Count < keys.Count)
                    throw new FormatException($"{keys.Count - rows.Count} messages that wait for an entity are gone.");
                lock (_gate)
                    lines.Fill(rows.Select(MessageCodec.Decode));
                break;
            }
            catch (StoreException e)
            {
                _logger.LoadFailed(resident.Id, e);
                await Task.Delay(ReadPause, _node.Time);
            }
            catch (FormatException e)
            {
                OnBug(e);
                return;
            }
        }
        TakeTurn(resident);
    }

    /// <summary>The 20 ms rule: a signal that waits for a lock, or for running code, becomes a row by itself.</summary>
    private RequestRow? RecordForEntity_NeedsLock(Resident resident, Message message, Request request)
    {
        if (message is not Message.Operation)
            return null;
        if (resident.RunningTurn is EntityTurn running && running.Taken.FindIndex(IsIt) is >= 0 and var taken)
        {
            RequestRow row = RowOf_NeedsLock(resident, message, request, out Message stored);
            running.Taken[taken] = stored;
            // One that is not due is not run: it moves from the row to its timer with this turn.
            if (running.Operations.FindIndex(IsIt) is >= 0 and var run)
                running.Operations[run] = (Message.Operation)stored;
            return row;
        }
        // Loading and committing end by themselves.
        bool waits = resident.IsWaiting(message) && (resident.RunningTurn is not null || !resident.HasMail);
        if (!waits)
            return null;
        RequestRow alone = RowOf_NeedsLock(resident, message, request, out Message left);
        resident.Exchange(message, left);
        return alone;

        bool IsIt(Message m) => ReferenceEquals(m.Ticket, message.Ticket);
    }

    /// <summary>The row of a request is durable.</summary>
    public void OnStored(Resident resident, MessageKey row)
    {
        if (resident.Lines is not { } lines)
            return;
        lock (_gate)
            lines.Stored(row);
    }

    private void Consumed(EntityTurn turn)
    {
        if (turn.Rows.DeleteTimers is not { } timers)
            return;
        lock (_gate)
            timers.ForEach(_timers.Consumed);
    }
}
