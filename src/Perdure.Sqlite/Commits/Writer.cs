using System.Collections.Concurrent;

namespace Perdure.Sqlite.Commits;

/// <summary>
/// The thread that owns the write connection. It takes jobs in order; while there is work it never sleeps, and a short
/// spin before sleeping catches the next batch of a busy lane without a wake-up.
/// </summary>
internal sealed class Writer : IDisposable
{
    private const int SpinsBeforeSleep = 30;

    private readonly Transactions _transactions;
    private readonly ConcurrentQueue<Job> _queue = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private volatile bool _asleep;
    private volatile bool _closing;
    private volatile bool _ended;

    public Writer(Transactions transactions)
    {
        _transactions = transactions;
        _thread = new Thread(Loop) { Name = "Perdure SQLite writer", IsBackground = true };
        _thread.Start();
    }

    public bool IsCurrentThread => Thread.CurrentThread == _thread;

    public void Add(Job job)
    {
        _queue.Enqueue(job);
        // Pairs with the one in Sleep: either the thread sees the job, or this sees that it sleeps or has ended.
        Interlocked.MemoryBarrier();
        if (_asleep)
            _wake.Set();
        if (_ended)
            RejectQueued();
    }

    /// <summary>Finishes what is queued.</summary>
    public void Dispose()
    {
        _closing = true;
        _wake.Set();
        _thread.Join();
    }

    private void Loop()
    {
        while (true)
        {
            if (_queue.TryDequeue(out var job))
            {
                job.Run(_transactions);
                _transactions.AfterTransaction();
            }
            else if (_closing)
            {
                break;
            }
            else
            {
                Sleep();
            }
        }
        _ended = true;
        Interlocked.MemoryBarrier();
        RejectQueued();
    }

    private void Sleep()
    {
        for (int i = 0; i < SpinsBeforeSleep; i++)
        {
            Thread.SpinWait(20);
            if (!_queue.IsEmpty)
                return;
        }
        _asleep = true;
        Interlocked.MemoryBarrier();
        if (_queue.IsEmpty && !_closing)
            _wake.WaitOne();
        _asleep = false;
    }

    private void RejectQueued()
    {
        while (_queue.TryDequeue(out var job))
            job.Reject();
    }
}
