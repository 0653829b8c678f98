using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Functions;
using Perdure.Runtime.Circuits;
using Perdure.Runtime.Offers;
using Perdure.Runtime.Queues;

namespace Perdure.Runtime;

/// <summary>One activity to run: what the history says of the call, and where its result goes.</summary>
internal sealed class ActivityWork(
    WorkSource source, TaskKey task, string executionId, HistoryEvent.TaskScheduled call)
{
    private const int Waits = 0, Runs = 1, Never = 2;

    private int _stage = Waits;
    private CancellationTokenSource? _cancellation;
    private bool _cancelRequested;

    /// <summary>Changes under the lock of the partition, when the activity runs on and its partition moves.</summary>
    public WorkSource Source { get; set; } = source;

    /// <summary>Of an activity that belongs to an instance of this node.</summary>
    public Resident Resident => (Resident)Source;

    /// <summary>It has no slot here: it is offered, or claimed by another node.</summary>
    public bool IsElsewhere { get; set; }

    /// <summary>It has ended, and its result has to be durable before its slot is free.</summary>
    public bool KeepsSlot { get; set; }

    public TaskKey Task { get; } = task;
    public HistoryEvent.TaskScheduled Call { get; } = call;
    public ActivityFunction? Function { get; set; }

    /// <summary>The version of its instance: no older program runs it.</summary>
    public string? Version { get; init; }

    /// <summary>Of the function of a queue: the message.</summary>
    public Delivery? Delivery { get; init; }

    /// <summary>With which the circuits of an activity have let it run.</summary>
    public CircuitPass? Pass { get; set; }

    /// <summary>Its function has thrown this.</summary>
    public OpenCircuitException? Opens { get; set; }

    /// <summary>Recovered: an earlier process may have run it, wholly or in part.</summary>
    public bool MayHaveRunBefore { get; init; }

    /// <summary>The same for every retry of the call and after every recovery.</summary>
    public string IdempotencyKey => $"{ExecutionId}:{Call.FirstTask}";

    public string ExecutionId { get; } = executionId;

    /// <summary>When it was scheduled, for telemetry.</summary>
    public long ScheduledAt { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>
    /// Cancelled when the instance ends, on time-out and when the host's deadline to stop has passed. Made when
    /// somebody asks for it, be it after the cancellation, because most activities never do; it needs no disposing
    /// without a timer.
    /// </summary>
    public CancellationToken CancellationToken
    {
        get
        {
            if (_cancellation is null)
                Interlocked.CompareExchange(ref _cancellation, new CancellationTokenSource(), null);
            if (Volatile.Read(ref _cancelRequested))
                Cancel();
            return _cancellation.Token;
        }
    }

    /// <summary>Its execution ended: if it has not started it never does, and its result counts for nothing.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>
    /// The host stops: if it gives up now, that is no failure of the task, and the next start runs it again.
    /// </summary>
    public bool IsLeft { get; private set; }

    /// <summary>The code is about to run; false when it must not any more.</summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref _stage, Runs, Waits) == Waits;

    /// <summary>It is not to begin any more; false when it has begun.</summary>
    public bool TryHold() => Interlocked.CompareExchange(ref _stage, Never, Waits) != Runs;

    /// <summary>
    /// It has begun, and that counts for nothing: it may begin again. False when it must not any more.
    /// </summary>
    public bool TryReset() => Interlocked.CompareExchange(ref _stage, Waits, Runs) == Runs;

    public void Leave()
    {
        IsLeft = true;
        Cancel();
    }

    /// <summary>The execution has ended.</summary>
    public void Abandon()
    {
        IsCancelled = true;
        Cancel();
    }

    /// <summary>
    /// Callbacks of the token are code of users, so they run neither here nor under a lock of the caller.
    /// </summary>
    public void Cancel()
    {
        Volatile.Write(ref _cancelRequested, true);
        if (Interlocked.CompareExchange(ref _cancellation, null, null) is not null)
            Source.Node.Scheduler.Queue(static work => work.CancelNow(), this);
    }

    private void CancelNow()
    {
        try
        {
            _cancellation!.Cancel();
        }
        catch (AggregateException e)
        {
            Source.Node.Logger.CancellationFailed(Source.Id, Call.Name, e);
        }
    }
}
