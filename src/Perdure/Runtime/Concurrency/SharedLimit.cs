namespace Perdure.Runtime.Concurrency;

/// <summary>
/// How many runs of several functions are under way at once in one node. Whoever finds it full is told when there is
/// room again.
/// </summary>
/// <param name="max">How many at most.</param>
/// <param name="scheduler">Tells those who wait, who hold a lock while they ask.</param>
internal sealed class SharedLimit(int max, WorkScheduler scheduler)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ActivityDispatcher> _waiting = [];
    private int _running;

    /// <summary>Takes a place; if there is none, the dispatcher is told each time one is free.</summary>
    public bool TryTake(ActivityDispatcher dispatcher)
    {
        lock (_gate)
        {
            if (_running < max)
            {
                _running++;
                return true;
            }
            _waiting.Add(dispatcher);
            return false;
        }
    }

    public void Release()
    {
        lock (_gate)
        {
            _running--;
            foreach (ActivityDispatcher dispatcher in _waiting)
                scheduler.Queue(static x => x.Dispatcher.HasRoom(x.Limit), (Dispatcher: dispatcher, Limit: this));
        }
    }

    /// <summary>The dispatcher has nothing that waits for it.</summary>
    public void Forget(ActivityDispatcher dispatcher)
    {
        lock (_gate)
            _waiting.Remove(dispatcher);
    }
}
