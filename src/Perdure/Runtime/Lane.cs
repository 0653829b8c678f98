using Microsoft.Extensions.Logging;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>
/// A node's line of batches: one is in flight, the others wait and grow. It seals whatever is ready the moment the
/// store is free, without lingering. Completions are handed on one batch at a time, in batch order, because memory
/// delivery must follow the commit order.
/// </summary>
internal sealed class Lane(
    int number, long node, IStore store, WorkScheduler scheduler, TimeProvider time, ILogger logger,
    Action<CommitResult> lost)
{
    private const int TurnsPerBatchMax = 2048;
    private const int BytesPerBatchMax = 16 * 1024 * 1024;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Queue<SentBatch> _done = new();
    private List<CommitEntry> _ready = [];
    private bool _inFlight;
    private bool _draining;
    private bool _ended;
    private int _singles;
    private long _lastBatch;
    private long _told;
    private bool[] _fenced = [];
    private TaskCompletionSource? _idle;

    /// <summary>How many entries wait for a batch; starts are held back when it grows.</summary>
    public int Backlog
    {
        get
        {
            lock (_gate)
                return _ready.Count;
        }
    }

    /// <summary>Batches since the start; for tests and metrics.</summary>
    public long Batches => Volatile.Read(ref _lastBatch);

    /// <summary>The last batch whose entries know what became of it, and with them everybody in this node.</summary>
    public long Told => Volatile.Read(ref _told);

    public void Enqueue(CommitEntry entry)
    {
        Append(entry);
        Go();
    }

    /// <summary>
    /// Takes the entry's place in line and starts nothing: for those who must keep an order under a lock of their own,
    /// and call <see cref="Go"/> when they have let go of it.
    /// </summary>
    public void Append(CommitEntry entry)
    {
        lock (_gate)
        {
            // Numbered here, because here the order of the batches is decided and number order must be commit order.
            entry.Partition.NumberMessages(entry.Rows, entry.Epoch);
            _ready.Add(entry);
        }
    }

    /// <summary>
    /// Before everything else, for rows that others in line may rest on; only for what was just dropped.
    /// </summary>
    public void EnqueueFirst(CommitEntry entry)
    {
        lock (_gate)
            _ready.Insert(0, entry);
    }

    public void Go()
    {
        lock (_gate)
        {
            if (_inFlight || _ready.Count == 0)
                return;
            _inFlight = true;
        }
        _ = CommitAllAsync();
    }

    /// <summary>
    /// Nothing is sent any more: whatever stands in line, now or later, rests on memory that is worth nothing.
    /// </summary>
    public void End()
    {
        lock (_gate)
            _ended = true;
        Go();
    }

    /// <summary>Completes when nothing stands in line and everybody has been told; for a node that stops.</summary>
    public Task WhenIdleAsync()
    {
        Go();
        lock (_gate)
        {
            if (IsIdle)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    private bool IsIdle => !_inFlight && !_draining && _ready.Count == 0;

    private void TellIdle()
    {
        lock (_gate)
        {
            if (IsIdle)
                _idle?.TrySetResult();
        }
    }

    private async Task CommitAllAsync()
    {
        while (SealNext() is { } entries)
        {
            Batch batch = ToBatch(entries);
            CommitResult result = await CommitCertainlyAsync(batch);
            HandOn(new SentBatch(batch.Number, entries, result, IsAlone: batch.Turns.Count == 1));
            // Nothing is sealed until what rests on this batch has been taken back.
            if (result.Outcome != CommitOutcome.Committed)
                return;
        }
        TellIdle();
    }

    /// <summary>
    /// What was not written takes everything behind it along, because later turns may rest on it. After a refusal turns
    /// commit one by one for a while: so the offender is found by elimination.
    /// </summary>
    private List<CommitEntry> TakeBack(List<CommitEntry> entries, CommitResult result)
    {
        logger.BatchNotWritten(entries.Count, result.Outcome, result.Detail);
        lock (_gate)
        {
            if (result.Outcome == CommitOutcome.Refused && entries.Count > 1)
                _singles = 2 * (entries.Count + _ready.Count);
            List<CommitEntry> all = [.. entries, .. _ready];
            _ready = [];
            return all;
        }
    }

    private List<CommitEntry>? SealNext()
    {
        List<CommitEntry>? stale = null;
        try
        {
            return SealNext(ref stale);
        }
        finally
        {
            foreach (CommitEntry entry in stale ?? [])
                entry.OnStale();
        }
    }

    private List<CommitEntry>? SealNext(ref List<CommitEntry>? stale)
    {
        lock (_gate)
        {
            foreach (CommitEntry entry in _ready)
            {
                if (_ended || entry.IsStale)
                    (stale ??= []).Add(entry);
            }
            if (stale is not null)
                _ready.RemoveAll(stale.Contains);
            if (_ready.Count == 0)
            {
                _inFlight = false;
                return null;
            }
            int count = _singles > 0 ? 1 : FittingCount();
            if (_singles > 0)
                _singles--;
            List<CommitEntry> sealedNow = _ready;
            if (count == _ready.Count)
            {
                _ready = new List<CommitEntry>(count);
            }
            else
            {
                sealedNow = _ready[..count];
                _ready.RemoveRange(0, count);
            }
            return sealedNow;
        }
    }

    private int FittingCount()
    {
        int count = 0;
        for (long bytes = 0; count < _ready.Count && count < TurnsPerBatchMax; count++)
        {
            bytes += _ready[count].Rows.Bytes;
            if (bytes > BytesPerBatchMax && count > 0)
                break;
        }
        return count;
    }

    private Batch ToBatch(List<CommitEntry> entries)
    {
        TurnRows[] turns = new TurnRows[entries.Count];
        List<PartitionEpoch> fences = new(4);
        for (int i = 0; i < turns.Length; i++)
        {
            CommitEntry entry = entries[i];
            turns[i] = entry.Rows;
            int partition = entry.Partition.Number;
            if (partition >= _fenced.Length)
                Array.Resize(ref _fenced, partition + 1);
            if (_fenced[partition] || !entry.IsFenced)
                continue;
            _fenced[partition] = true;
            // Of its first entry: if others belong to a later epoch, the batch must fail rather than write the first.
            fences.Add(new PartitionEpoch(partition, entry.Epoch));
        }
        foreach (PartitionEpoch fence in fences)
            _fenced[fence.Partition] = false;
        return new Batch
        {
            Node = node,
            Lane = number,
            Number = ++_lastBatch,
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Fences = fences,
            Turns = turns,
        };
    }

    /// <summary>Repeats until the outcome is certain: nothing is answered before.</summary>
    private async ValueTask<CommitResult> CommitCertainlyAsync(Batch batch)
    {
        CommitResult result = await AskAsync(store.CommitAsync, batch);
        TimeSpan pause = FirstPause;
        while (result.Outcome is CommitOutcome.Unavailable or CommitOutcome.Unknown)
        {
            logger.CommitUncertain(batch.Number, result.Outcome, result.Detail);
            await Task.Delay(pause, time);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            result = await AskAsync(
                result.Outcome == CommitOutcome.Unknown ? store.ResolveAsync : store.CommitAsync, batch);
        }
        return result;
    }

    /// <summary>A store that throws has broken its contract; what it did with the batch is not known.</summary>
    private static async ValueTask<CommitResult> AskAsync(Func<Batch, ValueTask<CommitResult>> ask, Batch batch)
    {
        try
        {
            return await ask(batch);
        }
#pragma warning disable CA1031 // Any exception means the same here.
        catch (Exception e) when (e is not ObjectDisposedException)
#pragma warning restore CA1031
        {
            return new CommitResult(CommitOutcome.Unknown) { Detail = e.ToString() };
        }
    }

    private void HandOn(SentBatch batch)
    {
        lock (_gate)
        {
            _done.Enqueue(batch);
            if (_draining)
                return;
            _draining = true;
        }
        scheduler.Queue(static lane => lane.Drain(), this);
    }

    private void Drain()
    {
        while (true)
        {
            SentBatch batch;
            lock (_gate)
            {
                if (!_done.TryDequeue(out batch))
                {
                    _draining = false;
                    break;
                }
            }
            Finish(batch.Entries, batch.Result, batch.IsAlone);
            Volatile.Write(ref _told, batch.Number);
        }
        TellIdle();
    }

    private void Finish(List<CommitEntry> entries, CommitResult result, bool alone)
    {
        if (result.Outcome == CommitOutcome.Committed)
        {
            foreach (CommitEntry entry in entries)
                entry.Partition.AfterCommit(entry);
            return;
        }
        if (result.Outcome == CommitOutcome.Lost)
            lost(result);
        if (result.Outcome is CommitOutcome.Fenced or CommitOutcome.Inconsistent)
        {
            foreach (CommitEntry entry in entries.Where(e => result.Partitions.Contains(e.Partition.Number)))
                entry.Partition.Reopen(result, entry.Epoch);
        }
        string? refusal = result.Outcome == CommitOutcome.Refused && alone
            ? result.Detail ?? "the store refused the data"
            : null;
        List<CommitEntry> all = TakeBack(entries, result);
        // The latest first: each puts its inputs before those of the ones behind it, and rows go first again in their
        // order.
        for (int i = all.Count - 1; i >= 0; i--)
        {
            if (result.Outcome == CommitOutcome.Lost || all[i].IsOfEarlierEpoch)
                all[i].OnStale();
            else
                all[i].OnDropped(i == 0 ? refusal : null);
        }
        _ = CommitAllAsync();
    }

    private readonly record struct SentBatch(long Number, List<CommitEntry> Entries, CommitResult Result, bool IsAlone);
}
