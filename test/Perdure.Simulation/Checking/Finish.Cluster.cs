using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Checking;

/// <summary>What must be so when everything is done and nobody comes or goes.</summary>
internal sealed partial class Finish
{
    private const int CallsBesides = 60;
    private const int CallsPerCommit = 8;

    /// <summary>What came last may just have been kept long enough.</summary>
    private const int CallsPerLog = 3;
    private const long TimeErrorMax = 100;
    private const double WaitsPerSecond = 1.2;
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(20);

    /// <summary>Everything is owned by somebody who lives, and all who can have an equal share.</summary>
    private void CheckShares()
    {
        for (int i = 0; !simulation.Fleet.IsSettled; i++)
        {
            if (i > RoundsMax)
                simulation.Violate("Nodes come and go for ever.");
            simulation.Pass(Round);
        }
        simulation.Pass((simulation.Lease * 3) + simulation.HandOverWithin + Settling);
        ClusterView view = disk.RenewAsync(TimeSpan.Zero, false, [], CancellationToken.None).Result;
        SimulatedProcess[] runners = [.. simulation.Fleet.Serving.Where(p => p.Runs)];
        foreach (PartitionLease lease in view.Partitions)
        {
            if (!runners.Any(p => p.HubNode == lease.Owner))
                simulation.Violate($"Partition {lease.Partition} is left with node {lease.Owner}, which is nobody.");
        }
        int[] shares = [.. runners.Select(p => view.Partitions.Count(l => l.Owner == p.HubNode))];
        if (shares.Max() - shares.Min() > 1)
            simulation.Violate($"The shares are {string.Join(" and ", shares)}: {string.Join(", ", view.Partitions)}.");
        foreach (SimulatedProcess process in simulation.Fleet.Serving)
        {
            int owned = view.Partitions.Count(l => l.Owner == process.HubNode);
            if (process.Node!.Owned != owned)
                simulation.Violate(
                    $"Process {process.Number} owns {owned} partitions and believes in {process.Node.Owned}.");
        }
    }

    /// <summary>However wrong the clocks of machines are, all nodes take the same time for that of the hub.</summary>
    private void CheckTimes()
    {
        long time = VirtualTime.Beginning.ToUnixTimeMilliseconds() + simulation.World.Milliseconds;
        foreach (SimulatedProcess process in simulation.Fleet.Serving)
        {
            if (Math.Abs(process.Node!.Now - time) > TimeErrorMax)
                simulation.Violate($"It is {time}, and process {process.Number} believes in {process.Node.Now}.");
        }
    }

    /// <summary>What was offered is answered or withdrawn, also when whoever had claimed it died.</summary>
    private void CheckOffers()
    {
        for (int partition = 0; partition < simulation.Partitions; partition++)
        {
            foreach (OfferRow offer in disk.ReadOffersAsync(partition, CancellationToken.None).Result)
                simulation.Violate(
                    $"Everything is done, and {offer.Code} of '{offer.Target}' is still offered, by row {offer.Key}.");
        }
    }

    /// <summary>
    /// Who has nothing to do asks the store for its lease, and now and then whether it missed something.
    /// </summary>
    private void CheckIdle()
    {
        SimulatedProcess[] idle = [.. simulation.Fleet.Serving];
        long[] before = [.. idle.Select(p => p.StoreCalls)];
        long commits = simulation.Ledger.Now;
        simulation.Pass(s_idle);
        // What has been kept long enough goes meanwhile.
        commits = simulation.Ledger.Now - commits;
        double rounds = s_idle / (simulation.Lease / 3);
        for (int i = 0; i < idle.Length; i++)
        {
            int waits = simulation.Clients.Unanswered.GetValueOrDefault(idle[i].Number)?.Count ?? 0;
            double allowed = CallsBesides + (CallsPerCommit * commits) + (2 * simulation.Partitions)
                + (CallsPerLog * simulation.Ledger.Logs)
                + (waits * s_idle.TotalSeconds * WaitsPerSecond)
                + (simulation.IsCluster ? (rounds + 1) * 2 : 0)
                // One that has nothing to try yet is read again and again.
                + (simulation.IsCluster && !simulation.Ledger.Circuit.Admits ? rounds + 1 : 0);
            long calls = idle[i].StoreCalls - before[i];
            if (calls > allowed)
                simulation.Violate($"Process {idle[i].Number} has nothing to do and asked the store {calls} times in "
                    + $"{s_idle.TotalSeconds} s; {allowed:N0} would do.");
        }
    }
}
