using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Stores;
using Perdure.Execution;
using Perdure.Functions;

namespace Perdure.Runtime;

/// <summary>
/// From an id to an instance in memory: the row, and the history if it lives or is asked to live again.
/// </summary>
internal sealed partial class Partition
{
    private async Task LoadAsync(Resident resident)
    {
        while (true)
        {
            try
            {
                await ReadAsync(resident);
                break;
            }
            catch (StoreException e)
            {
                if (!WaitsForStore(resident, e))
                    return;
                await Task.Delay(ReadPause, _node.Time);
            }
            catch (FormatException e)
            {
                LoadFailed(resident, e);
                return;
            }
        }
        TakeTurn(resident);
    }

    private async ValueTask ReadAsync(Resident resident)
    {
        if (resident.Lines is { } lines)
        {
            await ReadEntityAsync(resident, lines);
            return;
        }
        InstanceRow? row = await _node.Store.ReadInstanceAsync(resident.Id, CancellationToken.None);
        OrchestrationState state;
        List<RecordedRun>? history = null;
        if (row is null)
            state = new OrchestrationState(resident.Id, Number);
        else if (row.Status.IsTerminal && !IsRewindAsked(resident))
            state = OrchestrationState.OfEnded(row);
        else
        {
            List<StoredTurn> turns = HistoryReader.ReadTurns(
                await _node.Store.ReadHistoryAsync(new ExecutionKey(row.Key, row.Generation), CancellationToken.None));
            state = OrchestrationState.Load(row, turns);
            if (!state.Ended)
                history = RecordedRun.Of(turns);
        }
        // What is owed depends on which results are here; the first message of many has brought the instance in.
        if (state.Open.All.Any(o => o is HistoryEvent.TaskScheduled))
            await WhenMessagesReadAsync();
        List<ActivityWork> owed = [];
        lock (_gate)
        {
            if (resident.IsAbandoned)
                return;
            HashSet<TaskKey> results = [.. resident.Mail.OfType<Message.TaskDone>().Select(m => m.Task)];
            resident.State = state;
            resident.History = history;
            resident.Phase = ResidentPhase.Running;
            foreach (HistoryEvent opened in state.Open.All)
            {
                // What is known from before a rewind, still runs, or has a result that waits here is not run again only
                // because memory was dropped.
                if (state.KnownResultOf(opened) is { } known)
                    resident.Put(known);
                else if (opened is HistoryEvent.TaskScheduled call
                    && !resident.Activities.TryGet(call.Task, out _)
                    && !results.Contains(new TaskKey(state.Execution.Key, state.Execution.Generation, call.Task)))
                {
                    ActivityWork work = ActivityOf_NeedsLock(resident, call, recovered: true);
                    work.IsElsewhere = _offers.Has(work.Task);
                    if (!work.IsElsewhere)
                        owed.Add(work);
                }
            }
        }
        if (owed.Count > 0)
            Dispatch(resident, owed);
    }

    private Task WhenMessagesReadAsync()
    {
        lock (_gate)
            return _messagesRead;
    }

    private bool IsRewindAsked(Resident resident)
    {
        lock (_gate)
            return IsRewindAsked_NeedsLock(resident);
    }

    private static bool IsRewindAsked_NeedsLock(Resident resident) =>
        resident.Mail.Any(m => m is Message.Rewind);

    /// <summary>
    /// A rewind has come for an instance that was loaded as one that has ended, without its history: it has to be
    /// loaded once more.
    /// </summary>
    private static bool LacksHistory_NeedsLock(Resident resident) =>
        resident.State is OrchestrationState { Exists: true, Ended: true, Lived: null }
        && IsRewindAsked_NeedsLock(resident);

    /// <summary>
    /// Callers are told that the store cannot be read. What nobody would send again (timers, results, answers) waits
    /// until it can.
    /// </summary>
    private bool WaitsForStore(Resident resident, StoreException e)
    {
        List<Message> asked;
        bool waits;
        lock (_gate)
        {
            if (resident.IsAbandoned)
                return false;
            asked = [.. resident.Mail.Where(m => m.Ticket is not null)];
            asked.ForEach(resident.Strike);
            waits = !_closed && (!resident.IsMailEmpty || resident.HoldsRecoverySlot);
            if (!waits)
                Forget_NeedsLock(resident);
        }
        _logger.LoadFailed(resident.Id, e);
        foreach (Message message in asked)
            ((Request)message.Ticket!).Fail(e);
        if (!waits)
            ExitWork();
        return waits;
    }

    /// <summary>A history that this version cannot read: it stays in the store as it is.</summary>
    private void LoadFailed(Resident resident, FormatException e)
    {
        _logger.LoadFailed(resident.Id, e);
        List<Message> mailbox;
        lock (_gate)
        {
            if (resident.IsAbandoned)
                return;
            mailbox = resident.TakeAllMail();
            Forget_NeedsLock(resident);
        }
        foreach (Message message in mailbox)
            (message.Ticket as Request)?.Fail(e);
        ExitWork();
    }
}
