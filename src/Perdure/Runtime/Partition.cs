using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Perdure.Core.Entities;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Queues;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>
/// A share of the instances, owned under an epoch. One lock guards what the partition has in memory; it is held for
/// bookkeeping only, never while code runs, a store is asked or a caller is answered. Whoever brings a message to an
/// idle instance claims it, lets go of the lock and runs the turn itself: there is no thread and no queue between them.
/// </summary>
internal sealed partial class Partition
{
    private readonly Lock _gate = new();
    private readonly Node _node;
    private readonly Dictionary<string, Resident> _residents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<CompletionWaiter>> _waiters = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _seen = [];
    private readonly SessionCache _idle;
    private readonly OrchestrationCore _core;
    private readonly EntityCore _entities;
    private readonly ILogger _logger;
    private readonly WorkCount _work = new();
    private long _epoch;

    /// <summary>The epoch under which it was opened last, also when that is over.</summary>
    private long _lastEpoch;
    private long _lastMessageNumber;
    private long _lastTimerNumber;
    private long _lastRequestRow;
    private long _lastReportRow;

    public Partition(int number, Node node)
    {
        Number = number;
        _node = node;
        _logger = node.Logger;
        _idle = new SessionCache(node.Settings.SessionCacheSize / node.Partitions);
        _core = new OrchestrationCore(node.Settings.Limits, node.Partitions, node, node.Executor);
        _entities = new EntityCore(node.Settings.Limits, node.Partitions, node, node.Entities);
        Queues = new QueueCore(node.Partitions);
        _acks = new AckDeadlines(this);
        _care = new Care(this, _gate, null);
        _timerTick = new Alarm(node, node.Settings.TimerHorizon, OnTimerTick);
    }

    public int Number { get; }

    /// <summary>Under which the partition is owned; zero while it is being opened again.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    public Node Node => _node;

    public int ResidentCount
    {
        get
        {
            lock (_gate)
                return _residents.Count;
        }
    }

    /// <summary>How much waits for an instance in memory, and how much of that is there with its body.</summary>
    public (int Messages, int Bodies) WaitingFor(string id)
    {
        lock (_gate)
        {
            return _residents.TryGetValue(id, out Resident? resident)
                ? (resident.Mail.Count(), resident.Mail.Count(m => m is not Message.Operation { IsLeft: true }))
                : default;
        }
    }

    /// <summary>A client's request, or a message of another instance after its commit.</summary>
    /// <param name="id">The instance.</param>
    /// <param name="message">What is addressed to it.</param>
    /// <param name="isNew">Nobody can have used the id before: nothing needs to be read.</param>
    public void Submit(string id, Message message, bool isNew = false) => Submit(id, message, isNew, isDelivery: false);

    /// <summary>
    /// A message whose row the commit of its sender has written. It goes through memory if this node has owned the
    /// partition all the time; else it is read, if it is still there.
    /// </summary>
    public void Deliver(string id, Message message, CommitEntry sender)
    {
        if (sender.Openings == _node.Openings)
            Submit(id, message, isNew: false, isDelivery: true);
        else if (IsElsewhere)
            _node.Wakes.Messages(Number);
        else
            ReadNewSoon();
    }

    private void Submit(string id, Message message, bool isNew, bool isDelivery)
    {
        Resident? claimed = null;
        bool isForwarded;
        lock (_gate)
        {
            if (_closed)
            {
                (message.Ticket as Request)?.Fail(Node.Stopping());
                return;
            }
            isForwarded = _isElsewhere;
            if (isForwarded)
            {
                Forward_NeedsLock(id, message);
            }
            else if (_held is { } held)
            {
                if (isDelivery)
                    _readsAfterOpening = true;
                else
                    held.Add((id, message, isNew));
                return;
            }
            else
            {
                if (isDelivery && _isReading)
                {
                    // What is read may come before it.
                    _readsAgain = true;
                    return;
                }
                if (isDelivery && !IsFirst_NeedsLock(message.Row!.Value))
                    return;
                claimed = Put_NeedsLock(id, message, isNew);
            }
        }
        if (isForwarded)
            _node.LaneOf(this).Go();
        else
            GoOn(claimed);
    }

    /// <summary>
    /// Puts the message into its mailbox; returns the instance if the caller now has to go on with it.
    /// </summary>
    private Resident? Put_NeedsLock(string id, Message message, bool isNew)
    {
        if (message is Message.WorkDone done)
        {
            Take_NeedsLock(id, done);
            return null;
        }
        if (PutForTrigger_NeedsLock(id, message))
            return null;
        Resident resident = ResidentOf_NeedsLock(id, isNew, out Resident? claimed);
        if (message.Ticket is Request asked && IsFull(resident))
        {
            asked.Answer(RequestOutcome.Busy);
            return claimed;
        }
        Answered_NeedsLock(resident, message);
        resident.Put(message);
        claimed ??= Claim_NeedsLock(resident);
        if (message.Ticket is Request request)
            _acks.Watch_NeedsLock(resident, message, request);
        else if (message is { RequestId: not null, Row: not null } && resident.Lines is null)
            _acks.Watch_NeedsLock(resident, message, null);
        return claimed is null && message is Message.Terminate terminate
            && resident.RunningTurn is OrchestrationTurn running
            && (terminate.OfParent is not { } parent || running.State.IsChildOf(parent))
            ? Overtake_NeedsLock(resident, terminate)
            : claimed;
    }

    private bool IsFull(Resident resident) => resident.Lines?.Count >= _node.Settings.Limits.WaitingForEntityMax;

    private void GoOn(Resident? claimed)
    {
        if (claimed is not null)
            _node.Scheduler.Queue(static r => r.Partition.Advance(r), claimed);
    }

    /// <summary>
    /// Messages of one origin come in the order of their numbers, whichever way they come: through memory after the
    /// commit of the sender, or out of the store when the partition is opened. So what is not above the last one is a
    /// second copy.
    /// </summary>
    private bool IsFirst_NeedsLock(MessageKey row)
    {
        ref long seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_seen, row.Origin, out bool known);
        if (known && row.Number <= seen)
            return false;
        seen = row.Number;
        return true;
    }

    /// <summary>The result of an activity. It runs the turn on the thread that brings it.</summary>
    public void Return(Resident resident, ActivityWork work, Message.TaskDone result)
    {
        Resident? claimed = null;
        bool isWanted, isMoved;
        lock (_gate)
        {
            // It may have become a claim between the end of the activity and this lock.
            isMoved = work.Source != resident;
            StrikeOff_NeedsLock(resident, work);
            isWanted = !isMoved && !_closed && !work.IsCancelled
                && _residents.TryGetValue(resident.Id, out Resident? current) && current == resident;
            if (isWanted)
            {
                resident.Put(result);
                claimed = Claim_NeedsLock(resident);
            }
        }
        if (isMoved)
        {
            // The partition has gone to another node meanwhile; the result goes after it.
            _care.Done(work.Task);
            work.Source.Return(work, result);
            return;
        }
        if (isWanted)
            _care.Done(work.Task);
        else
            Drop(work);
        if (claimed is not null)
            Advance(claimed);
    }

    /// <summary>The activity waits for a program that has its code; it killed nobody.</summary>
    public void DidNotRun(ActivityWork work) => _care.Done(work.Task);

    /// <summary>Nobody waits for the activity any more.</summary>
    public void Drop(ActivityWork work)
    {
        _logger.ResultDropped(work.Source.Id, work.Task, "the execution has ended or the partition was closed");
        _node.Meters.LateResults.Add(1);
        _care.Done(work.Task);
    }

    /// <summary>Whether the activity may start at once; if not, it starts when careful mode lets it.</summary>
    public bool Admit(ActivityWork work)
    {
        if (!_care.IsOn)
            return true;
        _care.Run(new CarefulActivity(work));
        return false;
    }

    /// <summary>
    /// Whether the execution still wants the activity to begin. If not, it is struck off: when the ending that stands
    /// in line is not written, loading the instance brings it again.
    /// </summary>
    public bool Wants_NeedsLock(ActivityWork work)
    {
        Resident resident = work.Resident;
        bool isOver = resident.State is OrchestrationState state && (state.Ended || !work.Task.IsOf(state.Execution));
        if (!work.IsCancelled && !isOver)
            return true;
        StrikeOff_NeedsLock(resident, work);
        return false;
    }

    private static void StrikeOff_NeedsLock(Resident resident, ActivityWork work)
    {
        if (IsOpen_NeedsLock(resident, work))
            resident.Activities.Remove(work.Task.Task, out _);
    }

    /// <summary>Whether no result of it has come.</summary>
    private static bool IsOpen_NeedsLock(Resident resident, ActivityWork work) =>
        resident.Activities.TryGet(work.Task.Task, out ActivityWork? listed) && listed == work;

    public void NumberMessages(TurnRows rows, long epoch)
    {
        if (rows.InsertMessages is not { } messages)
            return;
        for (int i = 0; i < messages.Count; i++)
        {
            MessageKey key = messages[i].Key;
            if (key.Number != 0)
                continue;
            key = key with { Origin = Number, Number = (epoch << 32) + ++_lastMessageNumber };
            messages[i] = messages[i] with { Key = key };
        }
    }

    public long DrawTimerNumber() => (Epoch << 32) + Interlocked.Increment(ref _lastTimerNumber);

    /// <summary>Waits for the end of an instance; the first answer counts.</summary>
    public CompletionWaiter WaitForEnd(string id, out bool isLive)
    {
        CompletionWaiter waiter;
        lock (_gate)
        {
            bool knows = Epoch != 0 && !_node.Leases.IsOver;
            waiter = new(this, id) { Since = knows || !_node.IsShared ? Epoch : _lastEpoch + 1 };
            if (_closed)
                waiter.Fail(Node.Stopping());
            if (!_waiters.TryGetValue(id, out List<CompletionWaiter>? waiting))
                _waiters.Add(id, waiting = new List<CompletionWaiter>(1));
            waiting.Add(waiter);
            isLive = knows && _residents.TryGetValue(id, out Resident? resident)
                && resident.State is { IsLive: true };
        }
        return waiter;
    }

    public void StopWaiting(CompletionWaiter waiter)
    {
        lock (_gate)
        {
            if (!_waiters.TryGetValue(waiter.Id, out List<CompletionWaiter>? waiting))
                return;
            waiting.Remove(waiter);
            if (waiting.Count == 0)
                _waiters.Remove(waiter.Id);
        }
    }

    /// <summary>What memory told those who wait may never have been written.</summary>
    /// <param name="id">The instance; null for all.</param>
    private void Doubt_NeedsLock(string? id)
    {
        IEnumerable<CompletionWaiter> waiting = id is null ? _waiters.Values.SelectMany(w => w)
            : _waiters.TryGetValue(id, out List<CompletionWaiter>? some) ? some : [];
        foreach (CompletionWaiter waiter in waiting)
            waiter.Doubt();
    }

    private Resident ResidentOf_NeedsLock(string id, bool isNew, out Resident? claimed)
    {
        claimed = null;
        if (_residents.TryGetValue(id, out Resident? resident))
            return resident;
        resident = new Resident(id, this) { Phase = ResidentPhase.Loading };
        if (isNew)
        {
            resident.State = new OrchestrationState(id, Number);
            resident.Phase = ResidentPhase.Running;
        }
        _residents.Add(id, resident);
        EnterWork();
        return claimed = resident;
    }

    /// <summary>
    /// Claims an idle instance that has something to do; null when it has not, or somebody else has claimed it.
    /// </summary>
    private Resident? Claim_NeedsLock(Resident resident)
    {
        if (resident.Phase != ResidentPhase.Idle)
            return null;
        // With mail, be it for after a lock, it must not leave memory.
        if (!resident.IsMailEmpty)
            _idle.Remove(resident);
        if (!resident.HasMail && !resident.Woken)
            return null;
        _idle.Remove(resident);
        resident.Phase = ResidentPhase.Running;
        EnterWork();
        return resident;
    }

    private void Wake(Resident resident, Execution.IOrchestrationSession session)
    {
        Resident? claimed;
        lock (_gate)
        {
            if (!ReferenceEquals(resident.Session, session) || _closed)
                return;
            resident.Woken = true;
            claimed = Claim_NeedsLock(resident);
        }
        if (claimed is not null)
            _node.Scheduler.Queue(static r => r.Partition.Advance(r), claimed);
    }

    /// <summary>The instance leaves memory, as far as nothing depends on it being there.</summary>
    private void Forget_NeedsLock(Resident resident)
    {
        _idle.Remove(resident);
        resident.Session?.Abandon();
        resident.Session = null;
        resident.History = null;
        _residents.Remove(resident.Id);
        ReleaseRecoverySlot_NeedsLock(resident);
    }

    private void ReleaseRecoverySlot_NeedsLock(Resident resident)
    {
        if (!resident.HoldsRecoverySlot)
            return;
        resident.HoldsRecoverySlot = false;
        _node.RecoverySlots.Release();
    }
}
