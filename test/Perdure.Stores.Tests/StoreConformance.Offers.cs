using Perdure.Core.Stores;

namespace Perdure.Stores.Tests;

/// <summary>Work for other nodes: rows that the owner writes and deletes.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Offers_are_read_as_they_were_written_by_number()
    {
        OfferRow activities = Offer(2, "activity SAY") with { Tasks = [3, 4, 5, 9] };
        OfferRow turn = Offer(1, "orchestration ÄRGER") with { Body = Node.Bytes("{\"at\":\"\\u0000\"}"), Node = 7 };
        await _node.MustCommitAsync(new TurnRows { Partition = 1, InsertOffers = [activities, turn] });

        IReadOnlyList<OfferRow> read = await _node.Store.ReadOffersAsync(1, default);

        read.Select(o => (o.Key, o.Execution, o.Target, o.Code, o.Node)).ShouldBe(
        [
            (turn.Key, turn.Execution, "target", turn.Code, 7),
            (activities.Key, new(5, 2), "target", "activity SAY", 0),
        ]);
        read[1].Tasks.ShouldBe([3, 4, 5, 9]);
        read[1].Body.IsEmpty.ShouldBeTrue();
        Node.Text(read[0].Body).ShouldBe("{\"at\":\"\\u0000\"}");
        (await _node.Store.ReadOffersAsync(0, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_offer_can_be_made_and_taken_back_in_one_batch_and_be_absent()
    {
        OfferRow offer = Offer(1, "activity SAY");

        await _node.MustCommitAsync(
            new TurnRows { Partition = 1, InsertOffers = [offer] },
            new TurnRows { Partition = 1, DeleteOffers = [offer.Key, offer.Key with { Number = 99 }] });

        (await _node.Store.ReadOffersAsync(1, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_offer_whose_number_is_taken_is_refused()
    {
        TurnRows turn = new() { Partition = 1, InsertOffers = [Offer(1, "activity SAY")] };
        await _node.MustCommitAsync(turn);

        (await _node.CommitAsync(turn)).Outcome.ShouldBe(CommitOutcome.Refused);
    }

    private static OfferRow Offer(long number, string code) => new(new(1, number), new(5, 2), "target", code);
}
