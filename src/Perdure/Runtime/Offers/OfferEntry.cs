using Perdure.Core.Stores;

namespace Perdure.Runtime.Offers;

/// <summary>Work becomes rows that other nodes can claim.</summary>
internal sealed class OfferEntry(Partition partition, List<OfferRow> offers)
    : RowsEntry(partition, new TurnRows { Partition = partition.Number, InsertOffers = offers })
{
    public override void OnCommitted() => Partition.Node.Wakes.Offers();

    public override void OnStale()
    {
        // Whoever opens the partition dispatches what is open and not offered.
    }
}

/// <summary>
/// What runs on here although its partition goes: the partition must not be released before others can see it, or they
/// would begin it anew.
/// </summary>
internal sealed class KeptEntry : RowsEntry
{
    public KeptEntry(Partition partition, List<OfferRow> offers)
        : base(partition, new TurnRows { Partition = partition.Number, InsertOffers = offers }) =>
        Partition.EnterWork();

    public override void OnCommitted() => Partition.ExitWork();

    /// <summary>The time for the hand-over is over, or the lease: the next owner begins it anew.</summary>
    public override void OnStale() => Partition.ExitWork();
}

/// <summary>The answer to an offer has been heard.</summary>
internal sealed class WorkTaken(Partition partition, MessageKey answer, OfferKey offer)
    : RowsEntry(partition, new TurnRows
    {
        Partition = partition.Number,
        DeleteMessages = [answer],
        DeleteOffers = [offer],
    })
{
    public override void OnCommitted()
    {
        // Nobody waits for it.
    }

    public override void OnStale()
    {
        // The next opening reads the rows again.
    }
}

/// <summary>Work that is done, or not wanted any more.</summary>
internal sealed class OffersEnd(Partition partition, List<OfferKey> offers)
    : RowsEntry(partition, new TurnRows { Partition = partition.Number, DeleteOffers = offers })
{
    public override void OnCommitted()
    {
        // Nobody waits for it.
    }

    public override void OnStale()
    {
        // The next opening reads the rows again.
    }
}
