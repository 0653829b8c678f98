using Perdure.Core.DeadLetters;

namespace Perdure.Core.Tests.DeadLetters;

public sealed class TrailEntryTests
{
    [Fact]
    public void A_trail_comes_back_as_it_was()
    {
        TrailEntry[] entries =
        [
            .. Enum.GetValues<DeadLetterAction>().Select((a, i) => new TrailEntry(i, a)),
            new(long.MaxValue, DeadLetterAction.Noted, "Größe", "two\nlines, \0 and \"quotes\""),
        ];
        string trail = string.Concat(entries.Select(e => e.Encode()));
        trail.Split('\n').Length.ShouldBe(entries.Length + 1, "one line each");
        TrailEntry.Decode(trail).ShouldBe(entries);
        TrailEntry.Decode("").ShouldBeEmpty();
        TrailEntry.Of(7, DeadLetterAction.Edited, "Ada").ShouldBe("""{"at":7,"action":"Edited","by":"Ada"}""" + "\n");
    }

    [Fact]
    public void The_last_time_that_it_was_to_run_says_where()
    {
        string inPlace = TrailEntry.Of(1, DeadLetterAction.Replayed, "Ada", ReplayTargets.NoteOf(default));
        string tail = TrailEntry.Of(
            2, DeadLetterAction.Replayed, null, ReplayTargets.NoteOf(DeadLetterReplayTarget.Tail));
        string noted = TrailEntry.Of(3, DeadLetterAction.Noted, "Ada", "Tail");
        ReplayTargets.Of("").ShouldBe(DeadLetterReplayTarget.InPlace);
        ReplayTargets.Of(inPlace + noted).ShouldBe(DeadLetterReplayTarget.InPlace);
        ReplayTargets.Of(inPlace + tail + noted).ShouldBe(DeadLetterReplayTarget.Tail);
        ReplayTargets.Of(tail + inPlace).ShouldBe(DeadLetterReplayTarget.InPlace);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"at":"1"}""")]
    [InlineData("""{"action":"Nothing"}""")]
    [InlineData("""{"new":1}""")]
    [InlineData("""{"at":""")]
    public void A_damaged_trail_is_refused(string trail) =>
        Should.Throw<FormatException>(() => TrailEntry.Decode(trail));
}
