using System.Collections.Concurrent;
using Perdure.Core.Checks;
using Perdure.Core.Stores.Histories;

namespace Perdure.Checks;

/// <summary>
/// A thread that checks one instance after the other. Code that never comes to an end cannot be ended: then the thread
/// is left to it, and its owner takes another.
/// </summary>
internal sealed class CheckThread : IDisposable
{
    private readonly BlockingCollection<(InstanceHistory History, TaskCompletionSource<CheckVerdict> Done)> _work = [];
    private readonly InstanceCheck _check;

    public CheckThread(InstanceCheck check)
    {
        _check = check;
        Thread thread = new(Run) { IsBackground = true, Name = "Perdure check" };
        thread.Start();
    }

    public Task<CheckVerdict> CheckAsync(InstanceHistory history)
    {
        TaskCompletionSource<CheckVerdict> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add((history, done));
        return done.Task;
    }

    /// <summary>It ends when it has done what it does.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        foreach ((InstanceHistory history, TaskCompletionSource<CheckVerdict> done) in _work.GetConsumingEnumerable())
            done.SetResult(_check.Of(history));
        _work.Dispose();
    }
}
