using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>What is in line for a batch: rows, and what to do once they are durable or once they certainly are not.</summary>
internal abstract class CommitEntry(Partition partition, TurnRows rows)
{
    public Partition Partition { get; } = partition;
    public TurnRows Rows { get; } = rows;

    /// <summary>The memory that the rows rest on was thrown away before they were sent; they must not be.</summary>
    public abstract bool IsStale { get; }

    /// <summary>The rows are durable.</summary>
    public abstract void OnCommitted();

    /// <summary>The entry was found stale and left the line.</summary>
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

    /// <summary>The inputs of a turn whose code still runs (20 ms rule).</summary>
    public bool IsAhead { get; } = ahead;

    public override bool IsStale => Resident.IsAbandoned || !ReferenceEquals(Resident.State, Turn.State);

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

/// <summary>Rows beside the turns: messages made durable by themselves, bookkeeping.</summary>
internal sealed class RowsEntry(Partition partition, TurnRows rows, Action committed, Action<RowsEntry, string?> dropped) : CommitEntry(partition, rows)
{
    private readonly int _opening = partition.Opening;

    /// <summary>Rows that come after another opening has read the store would be known to nobody.</summary>
    public override bool IsStale => _opening != Partition.Opening;

    public override void OnStale() => dropped(this, null);

    public override void OnCommitted() => committed();

    public override void OnDropped(string? refusal) => dropped(this, refusal);
}
