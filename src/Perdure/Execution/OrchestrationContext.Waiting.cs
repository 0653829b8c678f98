using Perdure.Core.History;
using Perdure.Core.Orchestrations;

namespace Perdure.Execution;

/// <summary>Timers and external events.</summary>
internal sealed partial class OrchestrationContext
{
    public Task CreateTimer(DateTime fireAt, CancellationToken cancelToken = default) =>
        CreateTimer<Nothing>(fireAt, default, cancelToken);

    public Task<T> CreateTimer<T>(DateTime fireAt, T state, CancellationToken cancelToken = default)
    {
        CheckTurn();
        if (typeof(T) == typeof(CancellationToken))
            throw new ArgumentException(
                "The state of a timer cannot be a cancellation token; pass the token as the third argument.",
                nameof(state));
        if (cancelToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancelToken);
        DurableTimer<T> timer = new(state);
        int task = Open(timer);
        Actions.Add(new OrchestratorAction.CreateTimer(task, DueTime.Milliseconds(fireAt)));
        if (cancelToken.CanBeCanceled)
            timer.Registration = cancelToken.Register(() => CancelTimer(task, cancelToken));
        return timer.Task;
    }

    private void CancelTimer(int task, CancellationToken cancelToken)
    {
        CheckTurn();
        if (!_pending.Remove(task, out PendingTask? pending))
            return;
        Actions.Add(new OrchestratorAction.CancelTimer(task));
        TurnContext.Resolve((pending, cancelToken), static x => x.pending.Cancel(x.cancelToken));
    }

    public Task WaitForExternalEvent(string name) => WaitForExternalEvent<Nothing>(name);

    public Task<T> WaitForExternalEvent<T>(string name) => Wait<T>(name).Task;

    public Task WaitForExternalEvent(string name, TimeSpan timeout, CancellationToken cancelToken = default) =>
        WaitForExternalEvent<Nothing>(name, timeout, cancelToken);

    public Task<T> WaitForExternalEvent<T>(string name, TimeSpan timeout, CancellationToken cancelToken = default) =>
        WaitAsync<T>(
            name, timeout, () => throw new TimeoutException($"Event {name} not received in {timeout}."), cancelToken);

    public Task<T> WaitForExternalEvent<T>(
        string name, TimeSpan timeout, T defaultValue, CancellationToken cancelToken = default) =>
        WaitAsync(name, timeout, () => defaultValue, cancelToken);

    private PendingTask<T> Wait<T>(string name)
    {
        CheckTurn();
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Inbox.Wait<T>(name);
    }

    private async Task<T> WaitAsync<T>(string name, TimeSpan timeout, Func<T> late, CancellationToken cancelToken)
    {
        if (timeout < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The time to wait cannot be negative.");
        PendingTask<T> wait = Wait<T>(name);
        using CancellationTokenSource timerEnds = CancellationTokenSource.CreateLinkedTokenSource(cancelToken);
        Task timer = CreateTimer(CurrentUtcDateTime.Add(timeout), timerEnds.Token);
        if (await Task.WhenAny(wait.Task, timer) == wait.Task)
        {
#pragma warning disable CA1849 // CancelAsync would cancel from the thread pool, outside the turn.
            timerEnds.Cancel();
#pragma warning restore CA1849
            return await wait.Task;
        }
        Inbox.StopWaiting(name, wait);
        // Throws when the wait was cancelled rather than late.
        await timer;
        return late();
    }

    public void Fire(int task)
    {
        if (_pending.Remove(task, out PendingTask? pending))
            TurnContext.Resolve(pending, static p => ((IDurableTimer)p).Fire());
    }

    private interface IDurableTimer
    {
        void Fire();
    }

    private sealed class DurableTimer<T>(T state) : PendingTask(default), IDurableTimer
    {
        private readonly TaskCompletionSource<T> _source = new();

        public CancellationTokenRegistration Registration { private get; set; }

        public Task<T> Task => _source.Task;

        public void Fire()
        {
            Registration.Dispose();
            _source.TrySetResult(state);
        }

        public override void Complete(Payload result, Json.PayloadSerializer serializer) => Fire();

        public override void Fail(Exception exception) => _source.TrySetException(exception);

        public override void Cancel(CancellationToken cancellationToken) => _source.TrySetCanceled(cancellationToken);
    }
}
