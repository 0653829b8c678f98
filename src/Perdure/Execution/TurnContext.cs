namespace Perdure.Execution;

/// <summary>
/// Keeps the continuations of an orchestrator on the thread of its turn, in order. A continuation that arrives from
/// elsewhere shows that the code awaited something that is not durable: it is not run, it is reported.
/// </summary>
internal sealed class TurnContext(Action foreign) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private int _thread;

    /// <summary>Whether the calling thread is inside the turn.</summary>
    public bool IsInTurn => _thread == Environment.CurrentManagedThreadId;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsInTurn)
            _queue.Enqueue((d, state));
        else
            foreign();
    }

    public override void Send(SendOrPostCallback d, object? state) => Post(d, state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs the code with this context as the current one, then everything that it queued.</summary>
    public void Run<T>(T state, Action<T> code)
    {
        SynchronizationContext? outer = Current;
        int outerThread = _thread;
        _thread = Environment.CurrentManagedThreadId;
        SetSynchronizationContext(this);
        try
        {
            code(state);
            while (_queue.TryDequeue(out (SendOrPostCallback Callback, object? State) next))
                next.Callback(next.State);
        }
        finally
        {
            _thread = outerThread;
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>
    /// Resolves a durable task. No context may be current meanwhile: then what awaits the task continues in this turn,
    /// in order, also behind <c>WhenAll</c>, <c>WhenAny</c> and <c>ConfigureAwait(false)</c>; with a context current
    /// those would escape to the thread pool.
    /// </summary>
    public static void Resolve<T>(T state, Action<T> resolve)
    {
        SynchronizationContext? current = Current;
        SetSynchronizationContext(null);
        try
        {
            resolve(state);
        }
        finally
        {
            SetSynchronizationContext(current);
        }
    }
}
