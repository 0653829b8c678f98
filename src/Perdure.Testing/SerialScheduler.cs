using System.Runtime.ExceptionServices;
using Perdure.Runtime;

namespace Perdure.Testing;

/// <summary>
/// Starts work one piece after the other, and takes what follows an <c>await</c> back: so it is known when nothing is
/// under way, and a process can die between any two pieces.
/// </summary>
internal sealed class SerialScheduler : WorkScheduler
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _work = new();
    private readonly Context _context;
    private TaskCompletionSource? _idle;
    private bool _isRunning;
    private bool _isDead;
    private ExceptionDispatchInfo? _escaped;

    public SerialScheduler() => _context = new Context(this);

    /// <summary>How many pieces have run.</summary>
    public long Steps { get; private set; }

    /// <summary>After so many pieces it stands still; null for never.</summary>
    public long? StopsAt { get; set; }

    /// <summary>It has come to where it stands still.</summary>
    public bool HasStopped => Steps >= StopsAt;

    public override void Queue<T>(Action<T> work, T state) => Post(() => work(state));

    public void Post(Action work)
    {
        lock (_gate)
        {
            if (_isDead)
                return;
            _work.Enqueue(work);
            if (_isRunning)
                return;
            _isRunning = true;
        }
        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(static s => s.Drain(), this, preferLocal: false);
    }

    /// <summary>Completes when nothing is left to do here, or it stands still.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
        {
            _escaped?.Throw();
            if (!_isRunning)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>Whether nothing runs, and nothing has since there were so many pieces.</summary>
    public bool RestsSince(long steps)
    {
        lock (_gate)
            return !_isRunning && Steps == steps;
    }

    /// <summary>The process is gone: nothing of it runs any more.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _isDead = true;
            _work.Clear();
        }
    }

    private void Drain()
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            while (Take() is { } work)
                Run(work);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private Action? Take()
    {
        TaskCompletionSource? idle;
        lock (_gate)
        {
            if (!HasStopped && !_isDead && _work.TryDequeue(out Action? work))
            {
                Steps++;
                return work;
            }
            _isRunning = false;
            (idle, _idle) = (_idle, null);
        }
        idle?.TrySetResult();
        return null;
    }

    private void Run(Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Whoever waits for it is told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (_gate)
                _escaped ??= ExceptionDispatchInfo.Capture(e);
        }
    }

    private sealed class Context(SerialScheduler scheduler) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => scheduler.Post(() => d(state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
