namespace Perdure.Runtime;

/// <summary>
/// Places for the instances that recovery brings in; whoever finds none waits in line. Not a semaphore of the
/// framework, whose waiters continue on the thread pool whatever context they came from.
/// </summary>
internal sealed class RecoverySlots(int count)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _line = new();
    private int _free = count;

    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource place;
        lock (_gate)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_free > 0)
            {
                _free--;
                return;
            }
            place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _line.Enqueue(place);
        }
        await using CancellationTokenRegistration registration =
            cancellationToken.Register(() => place.TrySetCanceled(cancellationToken));
        await place.Task;
    }

    public void Release()
    {
        lock (_gate)
        {
            // Who was cancelled meanwhile has left the line.
            while (_line.TryDequeue(out TaskCompletionSource? next))
            {
                if (next.TrySetResult())
                    return;
            }
            _free++;
        }
    }
}
