using System.Runtime.InteropServices;
using Perdure.Core.Circuits;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Stores;
using Perdure.Core.Turns;
using Perdure.Execution;
using Perdure.Functions;
using Perdure.Runtime.Offers;
using Perdure.Runtime.Usage;

namespace Perdure.Runtime;

/// <summary>From a claimed instance to a turn in line for a batch.</summary>
internal sealed partial class Partition
{
    /// <summary>Goes on with an instance that the caller has claimed, outside the lock.</summary>
    private void Advance(Resident resident)
    {
        if (resident.Phase == ResidentPhase.Loading)
            _ = LoadAsync(resident);
        else if (TakeOvertaken(resident) is { } overtaken)
            Try(() => ConcludeOvertaken(resident, overtaken));
        else
            TakeTurn(resident);
    }

    private void Try(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // Nobody stands above: an exception here would end the process or lose the instance.
        catch (Exception e)
#pragma warning restore CA1031
        {
            OnBug(e);
        }
    }

    private void TakeTurn(Resident resident)
    {
        try
        {
            TakeTurnOf(resident);
        }
#pragma warning disable CA1031 // As in Try, which would cost an allocation on the hot path.
        catch (Exception e)
#pragma warning restore CA1031
        {
            OnBug(e);
        }
    }

    private void TakeTurnOf(Resident resident)
    {
        if (resident.Lines is { } lines)
        {
            TakeEntityTurn(resident, lines);
            return;
        }
        OrchestrationTurn turn;
        CarefulTurn? careful = null;
        CommitEntry? inputs = null;
        lock (_gate)
        {
            if (resident.IsAbandoned)
                return;
            if (LacksHistory_NeedsLock(resident))
            {
                resident.Phase = ResidentPhase.Loading;
                _node.Scheduler.Queue(static r => r.Partition.Advance(r), resident);
                return;
            }
            List<Message> messages =
                resident.TakeMail(resident.RunsSingly > 0 ? 1 : _node.Settings.Limits.MessagesPerTurnMax);
            resident.RunsSingly = Math.Max(0, resident.RunsSingly - 1);
            turn = _core.Receive((OrchestrationState)resident.State!, messages, _node.Now);
            resident.PutBack(messages[^turn.Untaken..]);
            // Code elsewhere waits for what is recorded, and whoever runs it finds nothing to do without.
            if (resident is { Woken: true, Session: not (null or RemoteSession) } && turn.Decision != TurnDecision.Run
                && turn.State is { Exists: true, Ended: false, Held: Held.No })
                turn.Decision = TurnDecision.Run;
            resident.Woken = false;
            if (resident.ParkReason is not null)
                turn.Decision = TurnDecision.Record;
            if (turn.Decision == TurnDecision.Run)
            {
                resident.RunningTurn = turn;
                // Who runs it elsewhere reads what arrived in the history, and counts the deaths of others.
                bool isElsewhere = _node.IsShared
                    && _node.Executor.IsElsewhere(turn.State.Name, turn.State.Version);
                careful = _care.IsOn && !isElsewhere ? new CarefulTurn(resident, turn) : null;
                inputs = (careful is not null || isElsewhere) && turn is { InputsRecorded: false, HasEvents: true }
                    ? Ahead(resident, turn, careful)
                    : null;
            }
        }
        Report(turn);
        switch (turn.Decision)
        {
            case TurnDecision.Run when inputs is not null:
                // What arrived is recorded first: a result is kept however long the code waits for its turn, and a
                // death can be counted only for an execution that the next process finds again.
                _node.LaneOf(this).Enqueue(inputs);
                break;
            case TurnDecision.Run when careful is not null:
                _care.Run(careful);
                break;
            case TurnDecision.Run:
                RunCode(resident, turn);
                break;
            case var _ when resident.ParkReason is { } reason && turn.State is { Exists: true, Ended: false }:
                resident.ParkReason = null;
                _core.Conclude(
                    turn, new CodeResult.Stopped(new FailureDetails(Failures.RefusedByStore, reason), Park: true));
                PutInLine(resident, turn);
                break;
            default:
                PutInLine(resident, turn);
                break;
        }
    }

    private TurnEntry Ahead(Resident resident, OrchestrationTurn turn, CarefulTurn? careful) =>
        Ahead(resident, turn, () => Begin(resident, turn, careful));

    /// <summary>What arrived is durable; now the code may run.</summary>
    private void Begin(Resident resident, OrchestrationTurn turn, CarefulTurn? careful)
    {
        if (careful is not null)
            _care.Run(careful);
        else
            RunTurn(resident, turn);
    }

    /// <summary>Runs the code of a turn that careful mode has let through.</summary>
    public void RunTurn(Resident resident, OrchestrationTurn turn) => Try(() => RunCode(resident, turn));

    private void RunCode(Resident resident, OrchestrationTurn turn)
    {
        IOrchestrationSession? session;
        RunRequest? request = null;
        lock (_gate)
        {
            if (resident.RunningTurn != turn)
                return;
            session = resident.Session;
            bool cold = session is null;
            bool isElsewhere = cold && _node.IsShared
                && _node.Executor.IsElsewhere(turn.State.Name, turn.State.Version);
            if (!cold || resident.History is not null || turn.Number == 0 || isElsewhere)
            {
                request = new RunRequest(turn.At, turn.Feed, cold ? resident.History : null);
                resident.History = null;
                session = resident.Session ??= Open(resident, turn.State);
                if (cold && turn.Number > 0)
                    _node.Meters.Replays.Add(1);
            }
        }
        if (request is null)
        {
            _ = ReadThenRunAsync(resident, turn);
            return;
        }
        // Whoever runs it elsewhere counts it.
        UsageRun usage = session is RemoteSession
            ? default
            : _node.Usage.Begin(UsageTrigger.Orchestration, turn.State.Name);
        ValueTask<CodeResult> run = session!.RunAsync(request);
        if (run.IsCompletedSuccessfully)
        {
            CodeResult result = run.Result;
            UsageMeter.End(usage, result);
            Conclude(resident, turn, result);
        }
        else
            _ = ConcludeLaterAsync(resident, turn, run, usage);
    }

    private IOrchestrationSession Open(Resident resident, OrchestrationState state) =>
        _node.Executor.Open(state, session => Wake(resident, session));

    private async Task ReadThenRunAsync(Resident resident, OrchestrationTurn turn)
    {
        while (resident.RunningTurn == turn)
        {
            try
            {
                List<RecordedRun> history = RecordedRun.Of(HistoryReader.ReadTurns(
                    await _node.Store.ReadHistoryAsync(turn.Execution, CancellationToken.None)));
                // What is read under a lease that is over may hold what the next owner has run: this very turn.
                if (_node.Leases.IsOver)
                    Lose();
                lock (_gate)
                {
                    // What was read for a turn that is over meanwhile must not serve a later one: it is too short.
                    if (resident.RunningTurn == turn)
                        resident.History = history;
                }
                break;
            }
            catch (StoreException e)
            {
                _logger.LoadFailed(resident.Id, e);
                if (_closed)
                {
                    Try(() => Conclude(resident, turn, CodeResult.NotRun.Instance));
                    return;
                }
                await Task.Delay(ReadPause, _node.Time);
            }
            catch (FormatException e)
            {
                _logger.LoadFailed(resident.Id, e);
                FailureDetails failure = ThrownFailure.Of(e);
                Try(() => Conclude(resident, turn, new CodeResult.Stopped(failure, Park: true)));
                return;
            }
        }
        Try(() => RunCode(resident, turn));
    }

    private async Task ConcludeLaterAsync(
        Resident resident, OrchestrationTurn turn, ValueTask<CodeResult> run, UsageRun usage)
    {
        CodeResult result;
        try
        {
            result = await run;
        }
#pragma warning disable CA1031 // The turn must not be lost: what arrived is recorded, the code runs again later.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.ExecutorFailed(resident.Id, e);
            result = CodeResult.NotRun.Instance;
        }
        UsageMeter.End(usage, result);
        Try(() => Conclude(resident, turn, result));
    }

    public void Conclude(Resident resident, OrchestrationTurn turn, CodeResult result)
    {
        lock (_gate)
        {
            if (resident.RunningTurn != turn)
            {
                // Somebody else ended the turn meanwhile (terminate, lost partition): this answer is stale.
                _node.Meters.StaleRuns.Add(1);
                return;
            }
            resident.RunningTurn = null;
        }
        ExecutionKey execution = turn.Execution;
        _core.Conclude(turn, result);
        _care.Done(Care.KeyOf(execution));
        if (result is not CodeResult.Ran || turn.MovedGeneration)
            DropSession(resident);
        PutInLine(resident, turn);
    }

    private static void DropSession(Resident resident)
    {
        resident.Session?.Abandon();
        resident.Session = null;
        resident.History = null;
    }

    /// <summary>
    /// Terminate never waits for running code: the turn ends here, and what the code answers later is stale.
    /// </summary>
    private static Resident? Overtake_NeedsLock(Resident resident, Message.Terminate terminate)
    {
        resident.Strike(terminate);
        resident.OvertakenBy = ((OrchestrationTurn)resident.RunningTurn!, terminate);
        resident.RunningTurn = null;
        return resident;
    }

    /// <summary>Taken once: either it is concluded, or its messages are put back.</summary>
    private (OrchestrationTurn Turn, Message.Terminate Message)? TakeOvertaken(Resident resident)
    {
        lock (_gate)
        {
            (OrchestrationTurn, Message.Terminate)? overtaken = resident.OvertakenBy;
            resident.OvertakenBy = null;
            return overtaken;
        }
    }

    private void ConcludeOvertaken(
        Resident resident, (OrchestrationTurn Turn, Message.Terminate Message) overtaken)
    {
        OrchestrationTurn turn = overtaken.Turn;
        turn.Taken.Add(overtaken.Message);
        _care.Done(Care.KeyOf(turn.Execution));
        _core.Conclude(turn, new CodeResult.Overtaken(overtaken.Message));
        turn.Accept(overtaken.Message);
        if (overtaken.Message.Row is { } row)
            (turn.Rows.DeleteMessages ??= []).Add(row);
        DropSession(resident);
        PutInLine(resident, turn);
    }

    private void PutInLine(Resident resident, Turn turn)
    {
        TurnEncoder? encoder = null;
        if (turn is OrchestrationTurn orchestration)
        {
            _care.Leave(orchestration);
            Withdraw(orchestration);
            encoder = orchestration.HasEvents ? Encoders.Rent() : null;
            encoder?.Encode(orchestration, _node.Settings.Limits.HistoryRowBytesMax);
        }
        TurnEntry entry = new(resident, turn, encoder, ahead: false);
        if (turn.Rows.IsEmpty)
        {
            // Nothing fences a turn that writes nothing: under a lease that is over it rests on memory of another time.
            bool isOver = _node.Leases.IsOver;
            if (isOver || entry.IsStale)
                entry.OnStale();
            else
                entry.OnCommitted();
            if (isOver)
                Lose();
            return;
        }
        lock (_gate)
        {
            if (!entry.IsStale)
                resident.Phase = ResidentPhase.Committing;
        }
        if (turn.Rows.UpsertEntity is { } entity && CircuitIds.Is(entity.Id))
            _node.Circuits.Decided(entity);
        _node.LaneOf(this).Enqueue(entry);
    }

    private void Report(OrchestrationTurn turn)
    {
        Report((Turn)turn);
        OrchestrationState state = turn.State;
        if (turn.Decision == TurnDecision.Record && state is { Exists: true, Ended: false, Held: Held.No }
            && turn.Taken.Exists(m => m is Message.Start) && !_node.Executor.Offers(state.Name, state.Version))
            SayNoCode(state.Id, state.Name, state.Version);
    }

    private void SayNoCode(string id, string orchestration, string? version)
    {
        if (_node.Executor.Knows(orchestration))
            _logger.NoCodeOfVersion(id, orchestration, version, _node.Functions.Program.Version);
        else
            _logger.NoCode(id, orchestration);
    }

    private void Report(Turn turn)
    {
        foreach (Dropped dropped in CollectionsMarshal.AsSpan(turn.Dropped))
        {
            // Nobody waits for a child that was started and forgotten, so the log is the only one who can tell.
            if (dropped.Message is Message.Start { Event: { Parent: { Task: ParentLink.NoAnswer } parent } start })
                _logger.StartDropped(turn.Instance.Id, start.Name, parent.InstanceId, dropped.Reason);
            else
                _logger.MessageDropped(turn.Instance.Id, dropped.Message.GetType().Name, dropped.Reason);
            _node.Meters.DroppedMessages.Add(1);
        }
    }
}
