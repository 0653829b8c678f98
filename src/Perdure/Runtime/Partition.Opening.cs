using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>
/// Taking the partition and finding out what it owes: messages first, then near timers, then instances with open work,
/// each read in pages and bounded, so that a hub with a million waiting instances starts in seconds.
/// </summary>
internal sealed partial class Partition
{
    private const int MessagesPerRead = 500;
    private const int OwedPerRead = 200;

    private static readonly TimeSpan ReopenPause = TimeSpan.FromMilliseconds(200);

    private readonly NearTimers _timers = new();
    private readonly Care _care;
    private readonly ITimer _timerTick;
    private List<(string Id, Message Message, bool IsNew)>? _opening = [];
    private bool _closed;
    private object? _refill;
    private long _armedFor = long.MaxValue;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        PartitionOpening opening = await _node.Store.OpenPartitionAsync(Number, cancellationToken);
        Epoch = opening.Epoch;
        _lastMessageNumber = _lastTimerNumber = _lastRequestRow = 0;
        _care.Open(opening);
        if (_care.IsOn)
            _logger.CarefulMode(Number, opening.Unclean, opening.Tasks.Count);
        foreach (TaskRow row in opening.Tasks)
        {
            ExecutionKey execution = new(row.Key, row.Generation);
            if ((await _node.Store.ReadHistoryAsync(execution, cancellationToken)).Count == 0)
                _care.Orphan(new TaskKey(row.Key, row.Generation, row.Task));
        }
        await ReadMessagesAsync(cancellationToken);
        TakeHeld();
        await RefillTimersAsync();
    }

    /// <summary>What arrived meanwhile, in its order, and before anything that arrives from now on.</summary>
    private void TakeHeld()
    {
        List<Resident> claimed = [];
        lock (_gate)
        {
            // After the end of intake it is answered with what else is unanswered.
            if (_closed)
                return;
            foreach ((string id, Message message, bool isNew) in _opening ?? [])
            {
                if (message.Row is { } row && !IsFirst_NeedsLock(row))
                    continue;
                if (Put_NeedsLock(id, message, isNew) is { } resident)
                    claimed.Add(resident);
            }
            _opening = null;
        }
        foreach (Resident resident in claimed)
            GoOn(resident);
    }

    /// <summary>Brings the instances that are owed something into memory, as fast as there is room.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        long after = long.MinValue;
        while (true)
        {
            IReadOnlyList<InstanceRow> owed = await _node.Store.ReadOwedAsync(Number, after, OwedPerRead, cancellationToken);
            foreach (InstanceRow row in owed)
            {
                after = row.Key;
                if (row.Held == Held.No && !_node.Executor.Offers(row.Name, row.Version))
                {
                    _logger.NoCode(row.Id, row.Name);
                    continue;
                }
                await _node.RecoverySlots.TakeAsync(cancellationToken);
                Recover(row.Id);
            }
            if (owed.Count < OwedPerRead)
                return;
        }
    }

    private void Recover(string id)
    {
        Resident? claimed;
        lock (_gate)
        {
            if (_closed || _opening is not null || _residents.ContainsKey(id))
            {
                _node.RecoverySlots.Release();
                return;
            }
            ResidentOf_NeedsLock(id, isNew: false, out claimed).HoldsRecoverySlot = true;
        }
        _node.Meters.Recovered.Add(1);
        _node.Scheduler.Queue(static r => r.Partition.Advance(r), claimed!);
    }

    private async Task ReadMessagesAsync(CancellationToken cancellationToken)
    {
        long origin = long.MinValue, number = long.MinValue;
        while (true)
        {
            IReadOnlyList<MessageRow> rows = await _node.Store.ReadMessagesAsync(Number, origin, number, MessagesPerRead, cancellationToken);
            foreach (MessageRow row in rows)
            {
                (origin, number) = (row.Key.Origin, row.Key.Number);
                lock (_gate)
                    _seen[origin] = number;
                Take(row.Target, MessageCodec.Decode(row));
            }
            if (rows.Count < MessagesPerRead)
                return;
        }
    }

    /// <summary>A message from the store, while the partition is not open for anybody else.</summary>
    private void Take(string target, Message message)
    {
        Resident? claimed;
        lock (_gate)
            claimed = Put_NeedsLock(target, message, isNew: false);
        GoOn(claimed);
    }

    /// <summary>
    /// The epoch was found stale, or memory and store disagree: everything in memory is dropped and read again.
    /// Requests that were under way are certainly not written; they are put again.
    /// </summary>
    public void Reopen(CommitResult reason)
    {
        _logger.PartitionReopened(Number, reason.Outcome, reason.Detail);
        lock (_gate)
        {
            if (_closed || _opening is not null)
                return;
            _opening = [];
            DropMemory_NeedsLock(_opening);
        }
        _ = ReopenAsync();
    }

    private void DropMemory_NeedsLock(List<(string Id, Message Message, bool IsNew)> requests)
    {
        foreach (Resident resident in _residents.Values)
        {
            IEnumerable<Message> messages = [.. resident.RunningTurn?.Taken ?? [], .. resident.Mailbox ?? []];
            requests.AddRange(messages.Where(m => m.Ticket is not null).Select(m => (resident.Id, m with { Row = null }, false)));
            Abandon_NeedsLock(resident);
        }
        Opening++;
        _residents.Clear();
        _timers.Clear();
        (_refill, _armedFor) = (null, long.MaxValue);
        _seen.Clear();
    }

    private void Abandon_NeedsLock(Resident resident)
    {
        resident.IsAbandoned = true;
        resident.RunningTurn = null;
        CancelAll(resident);
        _idle.Remove(resident);
        resident.Session?.Abandon();
        ReleaseRecoverySlot_NeedsLock(resident);
        if (resident.Phase != ResidentPhase.Idle)
            _node.Work.Exit();
    }

    /// <summary>
    /// Something that cannot happen has happened. Memory is not to be trusted; the store is, so the partition begins anew.
    /// </summary>
    private void OnBug(Exception e)
    {
        _logger.Bug(Number, e);
        Reopen(new CommitResult(CommitOutcome.Inconsistent) { Detail = e.Message });
    }

    private async Task ReopenAsync()
    {
        do
        {
            // A bug that comes again at once must not become a busy loop.
            await Task.Delay(ReopenPause, _node.Time);
            lock (_gate)
            {
                if (_closed)
                    return;
                // An attempt before this one may have read a part.
                DropMemory_NeedsLock(_opening!);
            }
        }
        while (!await TryOpenAsync());
        try
        {
            await RecoverAsync(CancellationToken.None);
        }
        catch (StoreException e)
        {
            // The partition is open and serves: opening it once more would take everything twice. The audit goes on.
            _logger.RecoveryFailed(e);
        }
    }

    private async Task<bool> TryOpenAsync()
    {
        try
        {
            await OpenAsync(CancellationToken.None);
            return true;
        }
        catch (StoreException e)
        {
            _logger.ReopenFailed(Number, e);
            return false;
        }
    }

    /// <summary>Nothing waits for careful mode any more.</summary>
    public void StopCare() => _care.Stop();

    /// <summary>No new work; what runs goes on to its commit.</summary>
    public void StopIntake()
    {
        lock (_gate)
            _closed = true;
        _care.Dispose();
        _timerTick.Dispose();
        _acks.Dispose();
    }

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        Request[] unanswered;
        CompletionWaiter[] waiters;
        lock (_gate)
        {
            unanswered = [.. _residents.Values
                .SelectMany(r => (r.Mailbox ?? []).Concat(r.RunningTurn?.Taken ?? []))
                .Concat(_opening?.Select(h => h.Message) ?? [])
                .Select(m => m.Ticket).OfType<Request>()];
            waiters = [.. _waiters.Values.SelectMany(w => w)];
            // Code that still runs answers too late: nothing may follow the release.
            foreach (Resident resident in _residents.Values.ToArray())
                Abandon_NeedsLock(resident);
        }
        foreach (Request request in unanswered)
            request.Fail(Node.Stopping());
        foreach (CompletionWaiter waiter in waiters)
            waiter.Fail(Node.Stopping());
        await _node.Store.ClosePartitionAsync(Number, Epoch, cancellationToken);
    }
}
