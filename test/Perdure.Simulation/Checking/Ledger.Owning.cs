using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Checking;

/// <summary>Who owns which partition, as the disk knows it.</summary>
internal sealed partial class Ledger
{
    /// <summary>
    /// By partition: its epoch, and the process that took it under it; none for somebody from outside.
    /// </summary>
    private readonly Dictionary<int, (long Epoch, SimulatedProcess? Owner)> _owners = [];

    /// <summary>Each may have been a death for what it found running.</summary>
    public int Openings { get; private set; }

    /// <summary>The epoch of the instance if the process owns it, else 0.</summary>
    public long EpochOf(string id, SimulatedProcess process) =>
        _owners.TryGetValue(InstanceIds.Partition(id, simulation.Partitions), out (long Epoch, SimulatedProcess? By) at)
        && at.By == process
            ? at.Epoch
            : 0;

    /// <summary>Whether the batch would be written now.</summary>
    public bool IsCurrent(Batch batch) => batch.Fences.All(f => _owners[f.Partition].Epoch == f.Epoch);

    public void OnOpened(PartitionOpening opening, long seen, SimulatedProcess? process)
    {
        Openings++;
        int partition = opening.Partition;
        bool known = _owners.TryGetValue(partition, out (long Epoch, SimulatedProcess? Owner) before);
        if (known && opening.Epoch <= before.Epoch)
            Violate($"Partition {partition} was opened with epoch {opening.Epoch} after {before.Epoch}.");
        if (known && seen != before.Epoch)
            Violate($"Partition {partition} was taken as one of epoch {seen}, and is at {before.Epoch}.");
        if (known && before.Owner is { } owner && process is not null && owner != process)
            simulation.Counters.Add(Rare.TakenOver);
        _owners[partition] = (opening.Epoch, process);
    }

    private void CheckFence(PartitionEpoch fence, SimulatedProcess process)
    {
        (long epoch, SimulatedProcess? owner) = _owners[fence.Partition];
        if (epoch != fence.Epoch)
            Violate($"A batch was committed under epoch {fence.Epoch} of partition {fence.Partition}, which is at "
                + $"{epoch}.");
        if (owner != process)
            Violate($"Process {process.Number} committed for partition {fence.Partition} under epoch {epoch}, which "
                + $"is that of process {owner?.Number}.");
    }

    private void CountTravelled(SimulatedProcess sender, SimulatedProcess receiver)
    {
        if (sender == receiver)
            return;
        simulation.Counters.Add(sender.IsDead ? Rare.MessageConsumedAfterCrash : Rare.MessageFromAnotherNode);
    }
}
