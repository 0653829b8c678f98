namespace Perdure.Runtime;

/// <summary>Counts what is under way, and tells when nothing is.</summary>
internal sealed class WorkCount
{
    private readonly Lock _gate = new();
    private long _count;
    private TaskCompletionSource? _idle;

    public long Count => Interlocked.Read(ref _count);

    public void Enter() => Interlocked.Increment(ref _count);

    public void Exit()
    {
        if (Interlocked.Decrement(ref _count) > 0 || Volatile.Read(ref _idle) is null)
            return;
        lock (_gate)
        {
            if (Count == 0)
                _idle?.TrySetResult();
        }
    }

    public Task WhenIdleAsync()
    {
        lock (_gate)
        {
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Count == 0)
                _idle.TrySetResult();
            return _idle.Task;
        }
    }
}
