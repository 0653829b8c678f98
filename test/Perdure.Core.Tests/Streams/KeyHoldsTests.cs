using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Core.Tests.Streams;

/// <summary>Which keys stand still, and which dead letter is the next to run.</summary>
public sealed class KeyHoldsTests
{
    [Fact]
    public void A_key_stands_still_while_anything_of_it_is_aside()
    {
        KeyHolds holds = KeyHolds.Of(
            [
                Letter(1, "a", DeadLetterState.Active), Letter(2, "a", DeadLetterState.Held),
                Letter(3, "b", DeadLetterState.Replaying), Letter(4, null, DeadLetterState.Active),
            ],
            out IReadOnlyList<DeadLetterKey> next);
        next.ShouldBeEmpty();
        (holds.Count, holds.IsHeld("a"), holds.IsHeld("b"), holds.IsHeld("c"), holds.IsHeld(null))
            .ShouldBe((2, true, true, false, false));
    }

    [Fact]
    public void The_first_that_waits_runs_when_nothing_stands_before_it()
    {
        KeyHolds holds = KeyHolds.Of(
            [
                Letter(7, "a", DeadLetterState.Held), Letter(5, "a", DeadLetterState.Held),
                Letter(2, "b", DeadLetterState.Replaying), Letter(3, "b", DeadLetterState.Held),
                Letter(9, "c", DeadLetterState.Held),
            ],
            out IReadOnlyList<DeadLetterKey> next);
        next.Select(k => k.Number).Order().ShouldBe([5, 9]);
        holds.Count.ShouldBe(3, "they run, and what comes behind them waits");
    }

    [Fact]
    public void So_many_wait_and_no_more()
    {
        KeyHolds holds = new();
        holds.PutAside("a");
        for (int i = 0; i < KeyHolds.WaitingMax; i++)
        {
            holds.IsFull("a").ShouldBeFalse();
            holds.Wait("a");
        }
        holds.PutAside("a");
        holds.IsFull("a").ShouldBeTrue();
        holds.IsFull("b").ShouldBeFalse();
    }

    private static DeadLetterRow Letter(long number, string? key, DeadLetterState state) => new()
    {
        Key = new(0, number), Source = "stream s", Function = "F", EventId = $"{number}", Order = key,
        Class = DeadLetterReason.Exception, Fingerprint = "f", State = state, At = number, Record = default,
    };
}
