using Perdure.Functions;
using Perdure.Runtime.Concurrency;
using Perdure.Runtime.Offers;

namespace Perdure.Runtime;

/// <summary>
/// Gives activities their slots. Free slots ask the instances in turn, one activity each, so that a fan-out of ten
/// thousand does not make everybody else wait; a function that has reached its own limit makes only its own calls wait.
/// </summary>
internal sealed class ActivityDispatcher(
    int slots, WorkScheduler scheduler, ActivityRunner runner, SharedLimits limits, Action hasRoom)
{
    private readonly Lock _gate = new();
    private readonly Queue<WorkSource> _ring = new();
    private readonly Dictionary<ActivityFunction, Queue<ActivityWork>> _atLimit = [];
    private readonly Dictionary<ActivityFunction, int> _running = [];

    /// <summary>What waits for a limit that functions share, also with functions of another dispatcher.</summary>
    private readonly Dictionary<SharedLimit, Queue<ActivityWork>> _atShared = [];

    private readonly HashSet<ActivityWork> _started = [];
    private int _free = slots;
    private bool _stopped;
    private TaskCompletionSource? _idle;
    private int _waiting;

    public int Waiting
    {
        get
        {
            lock (_gate)
                return _waiting;
        }
    }

    public int Running
    {
        get
        {
            lock (_gate)
                return _started.Count;
        }
    }

    public void Enqueue(ActivityWork work)
    {
        if (!work.Source.Node.ActivityCircuits.Lets(work))
            return;
        lock (_gate)
        {
            if (_stopped)
                return;
            _waiting++;
            Queue<ActivityWork> waiting = work.Source.WaitingActivities ??= new Queue<ActivityWork>(1);
            waiting.Enqueue(work);
            if (waiting.Count == 1)
                _ring.Enqueue(work.Source);
        }
        Pump();
    }

    /// <summary>No activity starts any more; what waits is owed to the next start of the host.</summary>
    public void Stop()
    {
        lock (_gate)
            _stopped = true;
    }

    /// <summary>Completes when no activity runs; meant for after <see cref="Stop"/>.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
        {
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_started.Count == 0)
                _idle.TrySetResult();
            return _idle.Task;
        }
    }

    /// <summary>The activities of instances of the partition that have their slots.</summary>
    public List<ActivityWork> StartedOf(Partition partition)
    {
        lock (_gate)
            return [.. _started.Where(w => w.Source is Resident resident && resident.Partition == partition)];
    }

    public void CancelRunning()
    {
        ActivityWork[] running;
        lock (_gate)
            running = [.. _started];
        foreach (ActivityWork work in running)
            work.Leave();
    }

    private void Pump()
    {
        while (Next() is { } work)
        {
            if (work.IsCancelled)
                Skip(work);
            else if (work.Source.IsLeaving)
                Release(work); // It is owed to the next owner.
            else if (work.Source.Admit(work))
                Start(work);
        }
        hasRoom();
    }

    /// <summary>Starts work that has its slot.</summary>
    public void Start(ActivityWork work) =>
        scheduler.Queue(static x => x.Dispatcher.Run(x.Work), (Dispatcher: this, Work: work));

    /// <summary>Work whose execution ended while it waited.</summary>
    private void Skip(ActivityWork work)
    {
        Release(work);
        work.Source.Drop(work);
    }

    /// <summary>Gives back the slot of work that will not be started after all.</summary>
    public void Forget(ActivityWork work)
    {
        Release(work);
        Pump();
    }

    private void Run(ActivityWork work)
    {
        // After the lease the next owner may have run it already, and this run would not know.
        if (work.IsCancelled || work.Source.Node.Leases.IsOver)
        {
            Skip(work);
            Pump();
            return;
        }
        if (!work.Source.Node.ActivityCircuits.StillLets(work))
        {
            Forget(work);
            return;
        }
        if (!work.TryBegin())
        {
            Finished(work); // It is owed to the next owner.
            return;
        }
        ValueTask run = runner.RunAsync(work);
        if (run.IsCompletedSuccessfully)
            Finished(work);
        else
            _ = FinishLaterAsync(run, work);
    }

    private async Task FinishLaterAsync(ValueTask run, ActivityWork work)
    {
        await run;
        Finished(work);
    }

    private void Finished(ActivityWork work)
    {
        lock (_gate)
        {
            ReleaseFunction_NeedsLock(work);
            if (!work.KeepsSlot)
                ReleaseSlot_NeedsLock(work);
        }
        Pump();
    }

    /// <summary>The result is durable of one that kept its slot, or will never be.</summary>
    public void Stored(ActivityWork work)
    {
        lock (_gate)
            ReleaseSlot_NeedsLock(work);
        Pump();
    }

    private ActivityWork? Next()
    {
        lock (_gate)
        {
            while (_free > 0 && !_stopped && _ring.TryDequeue(out WorkSource? source))
            {
                ActivityWork work = source.WaitingActivities!.Dequeue();
                if (source.WaitingActivities.Count > 0)
                    _ring.Enqueue(source);
                else
                    source.WaitingActivities = null;
                _waiting--;
                if (TakeSlot(work))
                    return work;
            }
            return null;
        }
    }

    private bool TakeSlot(ActivityWork work)
    {
        if (work.Function is { Concurrency: { } limit } function)
        {
            int running = _running.GetValueOrDefault(function);
            if (running >= limit)
            {
                if (!_atLimit.TryGetValue(function, out Queue<ActivityWork>? waiting))
                    _atLimit.Add(function, waiting = new Queue<ActivityWork>());
                waiting.Enqueue(work);
                return false;
            }
            if (!TakeShared(work))
                return false;
            _running[function] = running + 1;
        }
        else if (!TakeShared(work))
            return false;
        _free--;
        _started.Add(work);
        return true;
    }

    private bool TakeShared(ActivityWork work)
    {
        if (work.Function?.SharedLimit is not { } named)
            return true;
        SharedLimit limit = limits.Of(named);
        if (limit.TryTake(this))
            return true;
        if (!_atShared.TryGetValue(limit, out Queue<ActivityWork>? waiting))
            _atShared.Add(limit, waiting = new Queue<ActivityWork>());
        waiting.Enqueue(work);
        return false;
    }

    /// <summary>A limit that functions share has a free place: whoever has waited longest for it tries again.</summary>
    public void HasRoom(SharedLimit limit)
    {
        lock (_gate)
        {
            if (_atShared.TryGetValue(limit, out Queue<ActivityWork>? waiting)
                && waiting.TryDequeue(out ActivityWork? next))
                PutBack_NeedsLock(next);
            if (waiting is not { Count: > 0 })
                limit.Forget(this);
        }
        Pump();
    }

    private void Release(ActivityWork work)
    {
        lock (_gate)
        {
            ReleaseFunction_NeedsLock(work);
            ReleaseSlot_NeedsLock(work);
        }
    }

    private void ReleaseSlot_NeedsLock(ActivityWork work)
    {
        _free++;
        _started.Remove(work);
        if (_started.Count == 0)
            _idle?.TrySetResult();
    }

    private void ReleaseFunction_NeedsLock(ActivityWork work)
    {
        if (work.Function?.SharedLimit is { } named)
            limits.Of(named).Release();
        if (work.Function is not { Concurrency: not null } function)
            return;
        _running[function]--;
        if (!_atLimit.TryGetValue(function, out Queue<ActivityWork>? waiting)
            || !waiting.TryDequeue(out ActivityWork? next))
            return;
        // The freed place belongs to the call that has waited longest for this function.
        PutBack_NeedsLock(next);
    }

    private void PutBack_NeedsLock(ActivityWork work)
    {
        Queue<ActivityWork> own = work.Source.WaitingActivities ??= new Queue<ActivityWork>(1);
        own.Enqueue(work);
        _waiting++;
        if (own.Count == 1)
            _ring.Enqueue(work.Source);
    }
}
