using Perdure.Core.Stores;
using Perdure.Core.Usage;
using Perdure.Telemetry;

namespace Perdure.Runtime.Usage;

/// <summary>
/// What functions of this node have used, in line for a batch. It rests on no memory of a partition, so nothing fences
/// it; it is written once, like everything that stands in line.
/// </summary>
internal sealed class UsageEntry(Partition partition, List<UsageRow> rows)
    : CommitEntry(partition, new TurnRows { Partition = partition.Number, AddUsage = rows })
{
    public override bool IsFenced => false;

    public override bool IsStale => false;

    public override void OnCommitted()
    {
        // Nobody waits for it.
    }

    /// <summary>The batch was not written for a reason of others; only a node that has lost its store gives up.
    /// </summary>
    public override void OnStale()
    {
        if (!Partition.Node.IsAbandoned)
            Partition.Node.LaneOf(Partition).EnqueueFirst(this);
    }

    public override void OnDropped(string? refusal)
    {
        if (refusal is null)
            Partition.Node.LaneOf(Partition).EnqueueFirst(this);
        else
            Partition.Node.Logger.UsageRefused(refusal);
    }
}
