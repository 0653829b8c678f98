using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Simulation.Runs;

namespace Perdure.Simulation.Faults;

/// <summary>What nodes ask the store about each other, and what they tell each other through it.</summary>
internal sealed partial class FaultyStore
{
    private ClusterView? _view;

    public async ValueTask<ClusterView> RenewAsync(
        TimeSpan lease, bool runs, IReadOnlyList<string> functions, CancellationToken cancellationToken)
    {
        if (_faults.RenewalFails())
            process.NoRenewalsUntil = _world.Ticks + _faults.About(simulation.Lease).Ticks;
        if (_faults.IsOn && process.NoRenewalsUntil > _world.Ticks)
        {
            simulation.Fault(Rare.RenewalFailed, null);
            throw new StoreException("The simulated store cannot renew the lease.");
        }
        _view = await (_faults.RenewalIsSlow()
            ? RenewSlowly(lease, runs, functions)
            : Read("renew", () => disk.RenewAsync(lease, runs, functions, CancellationToken.None).Result));
        process.RememberTime();
        return _view;
    }

    public ValueTask AnnounceAsync(Announcement announcement)
    {
        process.StoreCalls++;
        return disk.AnnounceAsync(announcement);
    }

    public void Listen(Action<Announcement> heard) => disk.Listen(announcement =>
    {
        if (process.IsDead)
            return;
        if (_faults.IsLost())
        {
            simulation.Fault(Rare.AnnouncementLost, $"for process {process.Number}");
            return;
        }
        Hear();
        if (_faults.IsDoubled())
        {
            simulation.Fault(Rare.AnnouncementTwice, $"for process {process.Number}");
            Hear();
        }

        void Hear()
        {
            TimeSpan delay = _faults.IsLate() ? _faults.Lateness() : TimeSpan.Zero;
            if (delay > TimeSpan.Zero)
                simulation.Fault(Rare.AnnouncementLate, $"for process {process.Number}");
            _world.QueueAfter(process, delay, () => heard(announcement));
        }
    });

    public ValueTask<PartitionOpening?> OpenPartitionAsync(
        int partition, long seen, CancellationToken cancellationToken)
    {
        CheckMayTake(partition, seen);
        return Read("open partition", () =>
        {
            PartitionOpening? opening = disk.OpenPartitionAsync(partition, seen, CancellationToken.None).Result;
            if (opening is not null)
                simulation.Ledger.OnOpened(opening, seen, process);
            return opening;
        });
    }

    /// <summary>Nobody takes from a node that lives, by the clock of the store.</summary>
    private void CheckMayTake(int partition, long seen)
    {
        if (_view is not { } view)
            return;
        PartitionLease lease = view.Partitions[partition];
        bool isOthers = lease.Epoch == seen && lease.Owner != process.HubNode;
        if (isOthers && view.Nodes.Any(n => n.Node == lease.Owner && n.Expires > view.Now))
            simulation.Violate(
                $"Process {process.Number} takes partition {partition} from node {lease.Owner}, which lives.");
    }

    private ValueTask<ClusterView> RenewSlowly(TimeSpan lease, bool runs, IReadOnlyList<string> functions)
    {
        process.StoreCalls++;
        TimeSpan time = _faults.About(simulation.Lease);
        simulation.Fault(time > simulation.Lease ? Rare.RenewalTooSlow : Rare.SlowStore, "renewal");
        TaskCompletionSource<ClusterView> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isOnItsWay = _faults.IsOnItsWay();
        _world.QueueAfter(simulation.Disk, isOnItsWay ? time : TimeSpan.Zero, () =>
        {
            ClusterView view = disk.RenewAsync(lease, runs, functions, CancellationToken.None).Result;
            _world.QueueAfter(process, isOnItsWay ? TimeSpan.Zero : time, () => answer.SetResult(view));
        });
        return new(answer.Task);
    }

    /// <summary>A commit that is long on its way; sometimes nothing of the node gets through meanwhile.</summary>
    private TimeSpan Hold()
    {
        TimeSpan time = _faults.About(simulation.Lease);
        simulation.Fault(Rare.CommitHeld, $"of process {process.Number} for {time}");
        if (_faults.IsOnItsWay())
            process.NoRenewalsUntil = _world.Ticks + time.Ticks;
        return time;
    }
}
