using Perdure.Core.Stores;

namespace Perdure.Runtime.Offers;

/// <summary>Work becomes rows that other nodes can claim.</summary>
internal sealed class OfferEntry(Partition partition, List<OfferRow> offers)
    : RowsEntry(partition, new TurnRows { Partition = partition.Number, InsertOffers = offers })
{
    public override void OnCommitted()
    {
        if (!offers.TrueForAll(o => o.Node != 0))
            Partition.Node.Wakes.Offers();
    }

    public override void OnStale()
    {
        // Whoever opens the partition dispatches what is open and not offered.
    }
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
