namespace Perdure.Runtime;

/// <summary>
/// The only way in which the runtime starts work. In production it is the thread pool; the simulator puts a seeded
/// queue on one thread in its place and so decides every interleaving.
/// </summary>
internal abstract class WorkScheduler
{
    public static readonly WorkScheduler ThreadPool = new PoolScheduler();

    public abstract void Queue<T>(Action<T> work, T state);

    private sealed class PoolScheduler : WorkScheduler
    {
        // The local queue first: what a thread starts last is what its caches know best.
        public override void Queue<T>(Action<T> work, T state) =>
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(work, state, preferLocal: true);
    }
}
