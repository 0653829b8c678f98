using Perdure.Core.Messages;
using Perdure.Core.Streams;

namespace Perdure.Core.Tests.Streams;

/// <summary>What somebody wants of a reader of the events 10 to 20, and what comes of it.</summary>
public sealed class CheckpointCoreTests
{
    private static readonly ReaderState s_reader = new()
    {
        Position = 15, Done = NumberRanges.Empty.With(17, 18), Failures = 2, Piece = 2, PieceEnd = 19,
    };

    [Theory]
    [InlineData("Earliest", 0, "Accepted", 10)]
    [InlineData("Latest", 0, "Accepted", 20)]
    [InlineData("Number", 9, "BeforeStart", -1)]
    [InlineData("Number", 10, "Accepted", 10)]
    [InlineData("Number", 20, "Accepted", 20)]
    [InlineData("Number", 21, "BeyondEnd", -1)]
    [InlineData("Near", 9, "Accepted", 10)]
    [InlineData("Near", 12, "Accepted", 12)]
    [InlineData("Near", 21, "Accepted", 20)]
    public void A_checkpoint_goes_to_where_there_are_events_and_nothing_is_known_of_before(
        string verb, long number, string outcome, long position)
    {
        foreach (bool hasFunction in new[] { true, false })
        {
            (string Outcome, ReaderState? Reader) result = Decide(verb, s_reader, hasFunction, number);
            result.Outcome.ShouldBe(outcome);
            if (position < 0)
                result.Reader.ShouldBeNull();
            else
                result.Reader.ShouldBeEquivalentTo(new ReaderState { Position = position });
        }
    }

    [Fact]
    public void Whoever_stands_still_is_tried_again_with_all_its_retries_and_keeps_what_is_done()
    {
        ReaderState held = s_reader with
        {
            IsHeld = true, HeldAs = DeadLetterReason.Rejected, Attempts = [new(1, 2, 3, new("A", "b"))],
        };
        Decide("Retry", held).Reader.ShouldBeEquivalentTo(s_reader with { Failures = 0 });
        Decide("Skip", held).ShouldBe(("Accepted", held));
        Decide("Skip", held, hasFunction: false).ShouldBe(("NoFunction", null));
    }

    [Fact]
    public void Whoever_waits_for_a_retry_has_it_now_and_has_used_up_those_before()
    {
        ReaderState waits = s_reader with { DueAt = 99 };
        Decide("Retry", waits).Reader.ShouldBeEquivalentTo(s_reader);
        Decide("Skip", waits).Outcome.ShouldBe("WrongState");
        ReaderState keyed = s_reader.With("a", new ReaderState { Position = 3, Failures = 2, DueAt = 9 });
        Decide("Retry", keyed).Reader!.Keys["a"]
            .ShouldBeEquivalentTo(new ReaderState { Position = 3, Failures = 2 });
        Decide("Retry", s_reader).ShouldBe(("WrongState", null));
        Decide("Skip", s_reader).ShouldBe(("WrongState", null));
    }

    [Fact]
    public void Only_a_reader_without_a_function_is_forgotten()
    {
        Decide("Delete", s_reader).ShouldBe(("HasFunction", null));
        Decide("Delete", s_reader, hasFunction: false).ShouldBe(("Accepted", null));
    }

    [Fact]
    public void Nothing_comes_of_a_reader_that_there_is_not()
    {
        foreach (string verb in Enum.GetNames<CheckpointVerb>())
            Decide(verb, null, hasFunction: false).ShouldBe(("NotFound", null));
    }

    private static (string Outcome, ReaderState? Reader) Decide(
        string verb, ReaderState? reader, bool hasFunction = true, long number = 0)
    {
        Message.Checkpoint command = new("g", Enum.Parse<CheckpointVerb>(verb), number);
        (RequestOutcome outcome, ReaderState? next) = CheckpointCore.Decide(command, reader, 10, 20, hasFunction);
        return (outcome.ToString(), next);
    }
}
