using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Partitions;
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

    /// <summary>What comes again at once must not become a busy loop.</summary>
    public static readonly TimeSpan ReopenPause = TimeSpan.FromMilliseconds(200);

    private readonly NearTimers _timers = new();
    private readonly Alarm _timerTick;
    private Care _care;

    /// <summary>What arrives while the partition is being opened; null while it is open.</summary>
    private List<(string Id, Message Message, bool IsNew)>? _held = [];

    /// <summary>
    /// Completes when the messages that the partition was opened with are in their mailboxes, or never will be.
    /// </summary>
    private Task _messagesRead = Task.CompletedTask;

    private bool _closed;
    private object? _refill;
    private long _armedFor = long.MaxValue;

    /// <summary>False when somebody else has taken it before it was open, or when it is closed meanwhile.</summary>
    private async Task<bool> TryOpenAsync(long seen, CancellationToken cancellationToken)
    {
        if (await _node.Store.OpenPartitionAsync(Number, seen, cancellationToken) is not { } opening)
            return false;
        TaskCompletionSource read = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_closed)
                return false;
            // An attempt before this one may have read a part.
            DropMemory_NeedsLock();
            _messagesRead = read.Task;
            _care = new Care(this, _gate, opening);
            Volatile.Write(ref _epoch, opening.Epoch);
            _lastEpoch = opening.Epoch;
            _node.CountOpening();
        }
        if (_care.IsOn)
            _logger.CarefulMode(Number, opening.Unclean, opening.Tasks.Count);
        try
        {
            // Before the first turn here, which may send to the same instances.
            if (_node.IsShared && seen > 0)
                await _node.ReadLastOfAsync(this, cancellationToken);
            await ReadOffersAsync(opening.Epoch, cancellationToken);
            await ReadMessagesAsync(opening.Epoch, cancellationToken);
        }
        finally
        {
            read.SetResult();
        }
        if (!TakeHeld(opening.Epoch))
            return false;
        await RefillTimersAsync();
        return true;
    }

    /// <summary>What arrived meanwhile, in its order, and before anything that arrives from now on.</summary>
    private bool TakeHeld(long epoch)
    {
        List<Resident> claimed = [];
        bool reads;
        lock (_gate)
        {
            // What is held after the end of intake is answered with what else is unanswered.
            if (_closed || _epoch != epoch)
                return false;
            foreach ((string id, Message message, bool isNew) in _held!)
            {
                if (Put_NeedsLock(id, message, isNew) is { } resident)
                    claimed.Add(resident);
            }
            OpenLogs_NeedsLock();
            OpenTimers_NeedsLock();
            _node.Circuits.Opened(this);
            _held = null;
            reads = _readsAfterOpening && !_isReading;
            _readsAgain |= _readsAfterOpening && _isReading;
            _isReading |= _readsAfterOpening;
            _readsAfterOpening = false;
        }
        foreach (Resident resident in claimed)
            GoOn(resident);
        if (reads)
            _ = ReadNewAsync();
        LookForReplays();
        return true;
    }

    /// <summary>
    /// Brings the instances that are owed something into memory, as fast as there is room; until all are, the partition
    /// is opened again, or the node stops.
    /// </summary>
    /// <exception cref="OperationCanceledException">The node stops.</exception>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        long epoch = Epoch;
        long after = long.MinValue;
        while (epoch != 0 && epoch == Epoch)
        {
            IReadOnlyList<InstanceRow> owed;
            try
            {
                owed = await _node.Store.ReadOwedAsync(Number, after, OwedPerRead, cancellationToken);
            }
            catch (StoreException e)
            {
                _logger.RecoveryFailed(e);
                await Task.Delay(ReadPause, _node.Time, cancellationToken);
                continue;
            }
            foreach (InstanceRow row in owed)
            {
                after = row.Key;
                if (row.Held == Held.No && !_node.Executor.Offers(row.Name, row.Version))
                {
                    SayNoCode(row.Id, row.Name, row.Version);
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
            if (_closed || _held is not null || _residents.ContainsKey(id))
            {
                _node.RecoverySlots.Release();
                return;
            }
            ResidentOf_NeedsLock(id, isNew: false, out claimed).HoldsRecoverySlot = true;
        }
        _node.Meters.Recovered.Add(1);
        _node.Scheduler.Queue(static r => r.Partition.Advance(r), claimed!);
    }

    private async Task ReadMessagesAsync(long epoch, CancellationToken cancellationToken)
    {
        long origin = long.MinValue, number = long.MinValue;
        while (true)
        {
            IReadOnlyList<MessageRow> rows =
                await _node.Store.ReadMessagesAsync(Number, origin, number, MessagesPerRead, cancellationToken);
            foreach (MessageRow row in rows)
            {
                (origin, number) = (row.Key.Origin, row.Key.Number);
                if (!Take(row, epoch))
                    return;
            }
            if (rows.Count < MessagesPerRead)
                return;
        }
    }

    /// <summary>A message from the store, while the partition is not open for anybody else.</summary>
    private bool Take(MessageRow row, long epoch)
    {
        Resident? claimed;
        lock (_gate)
        {
            if (_closed || _epoch != epoch)
                return false;
            _seen[row.Key.Origin] = row.Key.Number;
            claimed = Put_NeedsLock(row.Target, MessageCodec.Decode(row), isNew: false);
        }
        GoOn(claimed);
        return true;
    }

    /// <summary>
    /// The epoch was found stale, or memory and store disagree: everything in memory is dropped and read again.
    /// Requests that were under way are certainly not written; they are put again.
    /// </summary>
    /// <param name="reason">What was found.</param>
    /// <param name="epoch">The epoch that it was found of; what is said of an earlier one is known already.</param>
    public void Reopen(CommitResult reason, long epoch)
    {
        bool begins;
        lock (_gate)
        {
            if (_closed || _epoch != epoch)
                return;
            begins = _held is null;
            _held ??= [];
            DropMemory_NeedsLock();
        }
        _logger.PartitionReopened(Number, reason.Outcome, reason.Detail);
        // Else whoever is opening it finds that it has to begin again.
        if (begins)
            _ = ReopenAsync();
    }

    private void DropMemory_NeedsLock()
    {
        // First of all: what is in line belongs to this epoch, and must not be sent any more.
        Volatile.Write(ref _epoch, 0);
        foreach (Resident resident in _residents.Values)
        {
            IEnumerable<Message> messages = [.. Taken_NeedsLock(resident), .. resident.Mail];
            _held!.AddRange(
                messages.Where(m => m.Ticket is not null).Select(m => (resident.Id, m with { Row = null }, false)));
            Abandon_NeedsLock(resident);
        }
        _residents.Clear();
        Doubt_NeedsLock(null);
        _held!.AddRange(EarlyRequests_NeedsLock().Concat(EarlyOrders_NeedsLock()));
        AbandonQueues_NeedsLock();
        AbandonLogs_NeedsLock();
        AbandonTimers_NeedsLock();
        _care.Close_NeedsLock();
        _replaying.Clear();
        _offers.Clear();
        _doubtful = [];
        _timers.Clear();
        (_refill, _armedFor) = (null, long.MaxValue);
        _seen.Clear();
    }

    /// <summary>What a turn has taken out of the mailbox that is not in line yet.</summary>
    private static List<Message> Taken_NeedsLock(Resident resident) => resident switch
    {
        { OvertakenBy: { } overtaken } => [.. overtaken.Turn.Taken, overtaken.Message],
        { RunningTurn: { } running } => running.Taken,
        _ => [],
    };

    private void Abandon_NeedsLock(Resident resident)
    {
        resident.IsAbandoned = true;
        resident.RunningTurn = null;
        resident.OvertakenBy = null;
        CancelAll(resident);
        _idle.Remove(resident);
        resident.Session?.Abandon();
        ReleaseRecoverySlot_NeedsLock(resident);
        if (resident.Phase is not (ResidentPhase.Idle or ResidentPhase.Left))
            ExitWork();
    }

    /// <summary>
    /// Something that cannot happen has happened. Memory is not to be trusted; the store is, so the partition begins
    /// anew.
    /// </summary>
    public void OnBug(Exception e)
    {
        _logger.Bug(Number, e);
        Reopen(new CommitResult(CommitOutcome.Inconsistent) { Detail = e.Message }, Epoch);
    }

    private async Task ReopenAsync()
    {
        await Task.Delay(ReopenPause, _node.Time);
        _node.Leases.Wake();
    }

    /// <summary>Nothing waits for careful mode any more.</summary>
    public void StopCare() => _care.Stop();

    /// <summary>No new work; what runs goes on to its commit.</summary>
    public void StopIntake()
    {
        lock (_gate)
            _closed = true;
        _timerTick.Dispose();
        _acks.Dispose();
    }

    /// <summary>
    /// Nothing of it is done here any more, after the end of intake; who still waits is told. Returns its last epoch.
    /// </summary>
    public long Leave()
    {
        Request[] unanswered;
        CompletionWaiter[] waiters;
        long epoch;
        lock (_gate)
        {
            epoch = _epoch;
            Volatile.Write(ref _epoch, 0);
            unanswered = [.. _residents.Values
                .SelectMany(r => Taken_NeedsLock(r).Concat(r.Mail))
                .Concat(_held?.Select(h => h.Message) ?? [])
                .Concat(EarlyRequests_NeedsLock().Concat(EarlyOrders_NeedsLock()).Select(e => e.Message))
                .Select(m => m.Ticket).OfType<Request>()];
            waiters = [.. _waiters.Values.SelectMany(w => w)];
            // Code that still runs answers too late, and what is in line rests on it: nothing may follow the release.
            foreach (Resident resident in _residents.Values.ToArray())
                Abandon_NeedsLock(resident);
            AbandonQueues_NeedsLock();
            AbandonLogs_NeedsLock();
            AbandonTimers_NeedsLock();
            _care.Close_NeedsLock();
        }
        foreach (Request request in unanswered)
            request.Fail(Node.Stopping());
        foreach (CompletionWaiter waiter in waiters)
            waiter.Fail(Node.Stopping());
        return epoch;
    }
}
