using Perdure.Core.Stores;
using Perdure.Telemetry;

namespace Perdure.Runtime;

/// <summary>
/// When the store lacks what it had acknowledged, memory is worth nothing: the node writes nothing more and asks its
/// host to stop.
/// </summary>
internal sealed partial class Node
{
    private StoreException? _loss;

    /// <summary>Called once, when the node cannot go on.</summary>
    public Action? WhenAbandoned { get; set; }

    /// <summary>Why the node cannot go on; null while it can.</summary>
    public StoreException? Loss => Volatile.Read(ref _loss);

    public bool IsAbandoned => Loss is not null;

    /// <summary>
    /// Everything at once and nothing in order: what runs is told to end, who waits is told that the host stops, and
    /// nothing that stands in line is sent. The partitions go to others when the lease runs out.
    /// </summary>
    public void Abandon(StoreException loss)
    {
        if (Interlocked.CompareExchange(ref _loss, loss, null) is not null)
            return;
        Logger.NodeLost(Number, loss.Message);
        _stopping.Cancel();
        Activities.Stop();
        Claims.Lose();
        // All of them before any is left: what one asks of another must not be put in line there.
        foreach (Partition partition in _partitions)
            partition.StopIntake();
        foreach (Partition partition in _partitions)
            partition.Leave();
        foreach (Lane lane in _lanes)
            lane.End();
        WhenAbandoned?.Invoke();
    }

    private Lane NewLane(int number) =>
        new(number, Number, Store, Scheduler, Time, Logger, result => Abandon(new StoreException(
            result.Detail ?? "The store lacks what it had acknowledged.") { EndsNode = true }));
}
