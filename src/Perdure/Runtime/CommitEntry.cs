using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Runtime;

/// <summary>
/// What is in line for a batch: rows, and what to do once they are durable or once they certainly are not.
/// </summary>
internal abstract class CommitEntry(Partition partition, TurnRows rows)
{
    public Partition Partition { get; } = partition;
    public TurnRows Rows { get; } = rows;

    /// <summary>The epoch whose memory the rows rest on; the batch is fenced with it.</summary>
    public long Epoch { get; } = partition.Epoch;

    /// <summary>
    /// How many partitions this node had opened by then. If it has opened none since, whatever the entry sends to one
    /// of its own is in its hands; else somebody may have read the row and consumed it meanwhile.
    /// </summary>
    public long Openings { get; } = partition.Node.Openings;

    /// <summary>Whether the batch must fail when the partition was taken over.</summary>
    public virtual bool IsFenced => true;

    /// <summary>The partition was opened again, or is about to be: all its memory of that time is gone.</summary>
    public bool IsOfEarlierEpoch => Epoch != Partition.Epoch;

    /// <summary>The memory that the rows rest on was thrown away before they were sent; they must not be.</summary>
    public virtual bool IsStale => IsOfEarlierEpoch;

    /// <summary>The rows are durable.</summary>
    public abstract void OnCommitted();

    /// <summary>The rows were not written and will not be, because the memory that they rest on is gone.</summary>
    public abstract void OnStale();

    /// <summary>
    /// The rows were not written and will not be: memory that rests on them is dropped, inputs go back where they came
    /// from. <paramref name="refusal"/> is set for the one entry that the store refused when it stood alone.
    /// </summary>
    public abstract void OnDropped(string? refusal);
}

/// <summary>A turn of an instance.</summary>
internal sealed class TurnEntry(Resident resident, Turn turn, TurnEncoder? encoder, bool ahead)
    : CommitEntry(resident.Partition, turn.Rows)
{
    public Resident Resident { get; } = resident;
    public Turn Turn { get; } = turn;

    /// <summary>The inputs of a turn whose code still runs, or has yet to begin.</summary>
    public bool IsAhead { get; } = ahead;

    /// <summary>What was to wait for the inputs to be durable.</summary>
    public Action? Then { get; init; }

    public override bool IsStale =>
        base.IsStale || Resident.IsAbandoned || !ReferenceEquals(Resident.State, Turn.Instance);

    public override void OnStale()
    {
        Encoders.Return(encoder);
        Partition.OnStale(this);
    }

    public override void OnCommitted()
    {
        Encoders.Return(encoder);
        Partition.OnCommitted(this);
    }

    public override void OnDropped(string? refusal)
    {
        Encoders.Return(encoder);
        Partition.OnDropped(this, refusal);
    }
}

/// <summary>
/// Rows beside the turns: messages made durable by themselves, bookkeeping. They rest on nothing that is in line, and
/// turns may rest on them: when a batch is not written they go first again.
/// </summary>
internal abstract class RowsEntry(Partition partition, TurnRows rows) : CommitEntry(partition, rows)
{
    public sealed override void OnDropped(string? refusal)
    {
        if (refusal is null)
            Partition.Node.LaneOf(Partition).EnqueueFirst(this);
        else
            OnRefused(refusal);
    }

    /// <summary>The store takes everything but this.</summary>
    protected virtual void OnRefused(string refusal) =>
        Partition.OnBug(new InvalidOperationException($"The store refused a row of the runtime's own: {refusal}"));
}
