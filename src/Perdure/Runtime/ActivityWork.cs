using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Functions;

namespace Perdure.Runtime;

/// <summary>One activity to run: what the history says of the call, and where its result goes.</summary>
internal sealed class ActivityWork(Resident resident, TaskKey task, string executionId, HistoryEvent.TaskScheduled call) : IDisposable
{
    private CancellationTokenSource? _cancellation;

    public Resident Resident { get; } = resident;
    public TaskKey Task { get; } = task;
    public HistoryEvent.TaskScheduled Call { get; } = call;
    public ActivityFunction? Function { get; set; }

    /// <summary>Recovered: an earlier process may have run it, wholly or in part.</summary>
    public bool MayHaveRunBefore { get; init; }

    /// <summary>The same for every retry of the call and after every recovery.</summary>
    public string IdempotencyKey => $"{ExecutionId}:{Call.FirstTask}";

    public string ExecutionId { get; } = executionId;

    /// <summary>When it was scheduled, for telemetry.</summary>
    public long ScheduledAt { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>Cancelled when the instance ends, on time-out and when the host's deadline to stop has passed.</summary>
    public CancellationToken CancellationToken => (_cancellation ??= new CancellationTokenSource()).Token;

    /// <summary>Its execution ended: if it has not started it never does, and its result counts for nothing.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>The execution has ended.</summary>
    public void Abandon()
    {
        IsCancelled = true;
        Cancel();
    }

    public void Cancel()
    {
        CancellationTokenSource? cancellation = Interlocked.CompareExchange(ref _cancellation, null, null);
        try
        {
            cancellation?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in this very moment.
        }
    }

    public void Dispose() => _cancellation?.Dispose();
}
