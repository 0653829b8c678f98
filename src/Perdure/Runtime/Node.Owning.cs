using Perdure.Core.Partitions;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>Giving partitions back, and finding out what those owe that were taken.</summary>
internal sealed partial class Node
{
    private readonly Queue<int> _taken = new();
    private readonly WorkCount _handingOver = new();
    private bool _isRecovering;

    /// <summary>Begins to give a partition back; does nothing if that is under way.</summary>
    public void HandOver(PartitionLease lease)
    {
        if (!_partitions[lease.Partition].IsLeaving)
            _ = HandOverAsync(lease);
    }

    /// <summary>Begins to find out what a partition that was taken owes.</summary>
    public void RecoverTaken(int partition)
    {
        lock (_taken)
        {
            _taken.Enqueue(partition);
            if (_isRecovering)
                return;
            _isRecovering = true;
        }
        _recovery = RecoverAsync();
    }

    /// <summary>
    /// What the former owner of a partition sent last to the others of this node, and had perhaps no time to announce.
    /// It must be taken before anything that the partition sends from now on: of one sender the order counts.
    /// </summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async Task ReadLastOfAsync(Partition opened, CancellationToken cancellationToken)
    {
        foreach (Partition partition in _partitions.Where(p => p != opened && p.Epoch != 0))
            await partition.ReadNewMessagesAsync(cancellationToken);
    }

    private async Task HandOverAsync(PartitionLease lease)
    {
        _handingOver.Enter();
        try
        {
            using CancellationTokenSource deadline = new(Settings.HandOverWithin, Time);
            // Told only of what is free now: who hears asks the store, and would hear again, and ask again.
            if (await _partitions[lease.Partition].HandOverAsync(lease.Epoch, deadline.Token))
                Wakes.Shares();
        }
        finally
        {
            _handingOver.Exit();
        }
    }

    private async Task RecoverAsync()
    {
        try
        {
            while (NextTaken() is { } taken)
                await _partitions[taken].RecoverAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the next owner goes on with it.
        }
    }

    private int? NextTaken()
    {
        lock (_taken)
        {
            _isRecovering = _taken.TryDequeue(out int first);
            return _isRecovering ? first : null;
        }
    }
}
