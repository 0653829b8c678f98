using System.Text;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Core.Tests.Streams;

public sealed class StreamCodecTests
{
    [Fact]
    public void Events_come_back_as_they_were()
    {
        EventData[] events =
        [
            new("ü\0🚀", "key", Payload.Of("""{"a":[1,"\u0000"]}""")) { TraceParent = "00-1-2-01" },
            new("1", null, Payload.None) { IsGiven = true },
            new("2", "", Payload.Of("null")),
        ];
        EventCodec.Decode(EventCodec.Encode(events)).ShouldBe(events);
        EventCodec.Decode(EventCodec.Encode([])).ShouldBeEmpty();
    }

    [Fact]
    public void Events_of_a_block_have_their_numbers()
    {
        EventData[] events = [new("a", null, Payload.Of("1")), new("b", null, Payload.Of("2"))];
        BlockRow block = new(0, "@@/s/0", 41, 2, 7, EventCodec.Encode(events));
        EventCodec.Decode(block).ShouldBe([new(41, 7, events[0]), new(42, 7, events[1])]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""[{"key":"k"}]""")]
    [InlineData("""[{"id":"1","new":2}]""")]
    [InlineData("""[{"id":1}]""")]
    [InlineData("""[{"id":"1","body":""")]
    public void Damaged_events_are_refused(string text) =>
        Should.Throw<FormatException>(() =>
        {
            EventData[] events = EventCodec.Decode(Encoding.UTF8.GetBytes(text));
            EventCodec.Decode(new BlockRow(0, "l", 0, events.Length + 1, 0, Encoding.UTF8.GetBytes(text)));
        });

    [Fact]
    public void The_state_of_a_reader_comes_back_as_it_was()
    {
        ReaderState plain = new() { Position = 5 };
        Encoding.UTF8.GetString(ReaderStateCodec.Encode(plain).Span).ShouldBe("{}");
        ReaderState keyed = plain.With("", new() { Position = 9, Failures = 1 })
            .With("ü\0\"", new() { Position = 7, Piece = 2, PieceEnd = 9, Done = NumberRanges.Empty.With(8, 9) });
        ReaderState read = ReaderStateCodec.Decode(5, ReaderStateCodec.Encode(keyed));
        read.Keys.Keys.ShouldBe(keyed.Keys.Keys);
        foreach ((string key, ReaderState known) in keyed.Keys)
            read.Keys[key].ShouldBeEquivalentTo(known);
        read.With("", plain).Keys.Keys.ShouldHaveSingleItem();
        ReaderStateCodec.Decode(5, ReaderStateCodec.Encode(plain)).ShouldBeEquivalentTo(plain);
        ReaderState full = new()
        {
            Position = 5,
            Done = NumberRanges.Empty.With(7, 9).With(20, 21),
            Failures = 3,
            Attempts = new List<FailedAttempt> { new(1, 2, 3, new FailureDetails("T", "ü")) },
            DueAt = 4,
            Piece = 6,
            PieceEnd = 50,
            IsSearching = true,
            IsHeld = true,
            HeldAs = DeadLetterReason.Unbindable,
        };
        ReaderStateCodec.Decode(5, ReaderStateCodec.Encode(full)).ShouldBeEquivalentTo(full);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"done\":[1]")]
    [InlineData("{\"new\":1}")]
    [InlineData("{\"held\":1}")]
    [InlineData("{\"as\":\"Nothing\"}")]
    public void A_damaged_state_is_refused(string text) =>
        Should.Throw<FormatException>(() => ReaderStateCodec.Decode(0, Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void What_is_wanted_of_a_reader_comes_back_as_it_was()
    {
        Message.Checkpoint[] commands =
        [
            .. Enum.GetValues<CheckpointVerb>().Select(v => new Message.Checkpoint("$Default", v, long.MaxValue)),
            new("g", CheckpointVerb.Number, 0) { Author = "ü" },
            new("g", CheckpointVerb.Skip, 0) { RequestId = "7.1" },
        ];
        foreach (Message.Checkpoint command in commands)
        {
            MessageKey key = new(1, 2, 3);
            MessageCodec.Decode(MessageCodec.Encode(key, "@@/s/0", command)).ShouldBe(command with { Row = key });
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"verb":1,"number":2}""")]
    [InlineData("""{"group":"g","number":2}""")]
    [InlineData("""{"group":"g","verb":99,"number":2}""")]
    [InlineData("""{"group":"g","verb":1,"new":2}""")]
    [InlineData("""{"group":"g","verb":""")]
    public void A_damaged_message_to_a_log_is_refused(string text) =>
        Should.Throw<FormatException>(() => CheckpointCodec.Decode(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void The_id_of_a_log_says_which_it_is()
    {
        StreamIds.Split(StreamIds.Log("orders", 12)).ShouldBe(("orders", 12));
        foreach (string id in new[] { "@@orders/1", "@@/orders", "@@/orders/x", "@@//1", "@@/orders/-1", "orders/1" })
            Should.Throw<FormatException>(() => StreamIds.Split(id)).Message.ShouldContain(id);
    }
}
