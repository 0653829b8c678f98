using System.Text.Json;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Core.Tests.Streams;

public sealed class StreamCoreTests
{
    private const long Now = 1_000;
    private static readonly FailureDetails s_thrown = new("Boom", "no");
    private static readonly RetryPolicy s_twice = new() { RetriesMax = 2, First = TimeSpan.FromMilliseconds(10) };
    private static readonly RetryPolicy s_never = new() { RetriesMax = 0, First = default };
    private long _numbers;

    [Fact]
    public void Success_moves_the_position_and_sends()
    {
        Message.Raise sent = new("go", Payload.None);
        ReaderTurn turn = Core(s_never).Conclude(
            new() { Position = 4 }, Events(4, 3), new() { BegunAt = 990, Sent = [("i1", sent)] }, Now, Draw);
        turn.State.ShouldBeEquivalentTo(new ReaderState { Position = 7 });
        turn.Sent.ShouldBe([("i1", (Message)sent)]);
        turn.Rows.InsertMessages.ShouldHaveSingleItem().Target.ShouldBe("i1");
        ReaderRow row = turn.Rows.UpsertReaders.ShouldHaveSingleItem();
        (row.Partition, row.Log, row.Name, row.Position, row.At).ShouldBe((2, "@@/orders/1", "group", 7, Now));
    }

    [Fact]
    public void What_a_reader_stands_still_at_is_put_aside_with_its_story_and_it_goes_on()
    {
        FailedAttempt attempt = new(900, 5, 9, s_thrown);
        ReaderState held = new()
        {
            Position = 4, Failures = 3, Attempts = [attempt], IsHeld = true, HeldAs = DeadLetterReason.Unbindable,
            Piece = 2, PieceEnd = 8, Done = NumberRanges.Empty.With(6, 7),
        };
        ReaderTurn turn = Core(s_never).Skip(held, Events(5, 1)[0], Now, 77);
        DeadLetterRow dead = turn.Rows.InsertDeadLetters.ShouldHaveSingleItem();
        (dead.Key, dead.EventId, dead.Class, dead.At).ShouldBe((new(2, 77), "e5", DeadLetterReason.Unbindable, Now));
        DeadLetterRecord record = DeadLetterRecord.Decode(dead.Record);
        (record.Failures, record.Attempts.Single(), record.Place!.Value.Number).ShouldBe((3, attempt, 5));
        turn.State.ShouldBeEquivalentTo(new ReaderState { Position = 7, Piece = 2, PieceEnd = 8 });
        turn.Rows.UpsertReaders.ShouldHaveSingleItem().Position.ShouldBe(7);
        Core(s_never).Skip(held with { PieceEnd = 7 }, Events(5, 1)[0], Now, 77).State
            .ShouldBeEquivalentTo(new ReaderState { Position = 7 });
        Core(s_never).Skip(held with { IsSearching = true }, Events(5, 1)[0], Now, 77).State.Piece.ShouldBe(4);
    }

    [Fact]
    public void A_failure_runs_the_same_events_again_and_sends_nothing()
    {
        ReaderState state = new() { Position = 4 };
        BatchOutcome thrown = Thrown() with { Sent = [("i1", new Message.Raise("go", Payload.None))] };
        ReaderTurn turn = Core(s_twice).Conclude(state, Events(4, 3), thrown, Now, Draw);
        turn.Rows.InsertMessages.ShouldBeNull();
        (turn.State.Position, turn.State.Failures, turn.State.DueAt).ShouldBe((4, 1, Now + 10));
        turn.State.Attempts.ShouldBe([new FailedAttempt(990, 10, 9, s_thrown)]);
        StreamCore.Next(turn.State, 100).ShouldBe((4, 3, 7), "more have come since, and do not run with them");
        ReaderTurn again = Core(s_twice).Conclude(turn.State, Events(4, 3), new() { BegunAt = 990 }, Now, Draw);
        again.State.ShouldBeEquivalentTo(new ReaderState { Position = 7 });
    }

    [Fact]
    public void One_event_runs_exactly_as_often_as_its_retries_say()
    {
        ReaderState state = new() { Position = 0 };
        for (int runs = 1; runs <= 3; runs++)
        {
            ReaderTurn turn = Core(s_twice).Conclude(state, Events(0, 1), Thrown(), Now, Draw);
            turn.DeadLetters.Count.ShouldBe(runs == 3 ? 1 : 0);
            state = turn.State;
        }
        state.ShouldBeEquivalentTo(new ReaderState { Position = 1 });
    }

    [Fact]
    public void What_is_given_up_is_put_aside_with_its_whole_story()
    {
        ReaderState state = new() { Position = 0 };
        ReaderTurn turn = Core(s_twice).Conclude(state, Events(0, 1), Thrown(), Now, Draw);
        turn = Core(s_twice).Conclude(turn.State, Events(0, 1), Thrown(), Now, Draw);
        turn = Core(s_twice).Conclude(turn.State, Events(0, 1), Thrown(), Now, Draw);
        DeadLetterRow dead = turn.Rows.InsertDeadLetters.ShouldHaveSingleItem();
        (dead.Source, dead.Function, dead.EventId, dead.Order, dead.Class)
            .ShouldBe(("stream orders", "Ship", "e0", "k0", DeadLetterReason.Exception));
        JsonElement record = JsonDocument.Parse(dead.Record).RootElement;
        record.GetProperty("attempts").GetArrayLength().ShouldBe(3);
        record.GetProperty("failures").GetInt32().ShouldBe(3);
        record.GetProperty("log").GetString().ShouldBe("@@/orders/1");
        record.GetProperty("number").GetInt64().ShouldBe(0);
        record.GetProperty("group").GetString().ShouldBe("group");
        record.GetProperty("body").GetInt32().ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void The_event_to_blame_is_found_and_only_it_is_put_aside(int count)
    {
        for (int bad = 0; bad < count; bad++)
        {
            (List<long> deadLetters, Dictionary<long, int> runs, int calls) = Play(s_never, count, n => n == bad);
            deadLetters.ShouldBe([bad]);
            runs.Keys.Order().ShouldBe(Enumerable.Range(0, count).Select(n => (long)n).Where(n => n != bad));
            runs.Values.ShouldAllBe(r => r == 1, "what has been processed does not run again");
            calls.ShouldBeLessThan(4 + (4 * (int)Math.Ceiling(Math.Log2(count + 1))));
        }
    }

    [Fact]
    public void All_that_are_to_blame_are_found()
    {
        (List<long> deadLetters, Dictionary<long, int> runs, _) = Play(s_twice, 64, n => n % 10 == 3);
        deadLetters.ShouldBe([3, 13, 23, 33, 43, 53, 63]);
        runs.Count.ShouldBe(57);
    }

    [Fact]
    public void What_can_never_succeed_is_put_aside_by_itself_and_at_once()
    {
        BatchOutcome outcome = new()
        {
            BegunAt = 990, Events = [new FailedEvent(1, s_thrown, DeadLetterReason.Unbindable)],
        };
        ReaderTurn turn = Core(s_twice).Conclude(new() { Position = 0 }, Events(0, 3), outcome, Now, Draw);
        turn.State.ShouldBeEquivalentTo(new ReaderState { Position = 3 });
        turn.DeadLetters.ShouldHaveSingleItem().Class.ShouldBe(DeadLetterReason.Unbindable);
    }

    [Fact]
    public void Beside_one_that_no_retry_can_help_the_others_have_all_their_retries()
    {
        BatchOutcome hopeless = Thrown() with { Hopeless = DeadLetterReason.CrashSuspect };
        ReaderTurn turn = Core(s_twice).Conclude(new() { Position = 0 }, Events(0, 2), hopeless, Now, Draw);
        turn.DeadLetters.ShouldBeEmpty("which one is to blame is not known");
        turn = Core(s_twice).Conclude(turn.State, Events(0, 1), hopeless, Now, Draw);
        turn.DeadLetters.ShouldHaveSingleItem().EventId.ShouldBe("e0");
        foreach (int run in Enumerable.Range(1, 3))
        {
            StreamCore.Next(turn.State, 100).ShouldBe((1, 1, 2));
            turn = Core(s_twice).Conclude(turn.State, Events(1, 1), Thrown(), Now, Draw);
            turn.DeadLetters.Count.ShouldBe(run == 3 ? 1 : 0);
        }
        turn.State.ShouldBeEquivalentTo(new ReaderState { Position = 2 });
    }

    [Fact]
    public void A_search_goes_no_further_than_what_has_used_up_its_retries()
    {
        // A process may have died of the three; the first two run again, as often as they may.
        BatchOutcome hopeless = Thrown() with { Hopeless = DeadLetterReason.CrashSuspect };
        ReaderState state = Core(s_twice).Conclude(new() { Position = 0 }, Events(0, 3), hopeless, Now, Draw).State;
        for (int run = 0; run < 3; run++)
            state = Core(s_twice).Conclude(state, Events(0, 2), Thrown(), Now, Draw).State;
        state.IsSearching.ShouldBeTrue();
        StreamCore.Next(state, 100).ShouldBe((0, 1, 2));

        BatchOutcome well = new() { BegunAt = 990 };
        state = Core(s_twice).Conclude(state, Events(0, 1), well, Now, Draw).State;
        StreamCore.Next(state, 100).ShouldBe((1, 2, 2), "the third has all its retries, and is no part of the search");
        state = Core(s_twice).Conclude(state, Events(1, 1), well, Now, Draw).State;
        state.ShouldBeEquivalentTo(new ReaderState { Position = 2 });
    }

    [Fact]
    public void What_can_never_succeed_is_settled_also_when_the_others_run_again()
    {
        BatchOutcome outcome = Thrown() with { Events = [new FailedEvent(1, s_thrown, DeadLetterReason.Unbindable)] };
        ReaderTurn turn = Core(s_twice).Conclude(new() { Position = 0 }, Events(0, 3), outcome, Now, Draw);
        turn.DeadLetters.ShouldHaveSingleItem().EventId.ShouldBe("e1");
        turn.State.Position.ShouldBe(0);
        turn.State.Done.ShouldBe([(1, 2)]);
        StreamCore.Next(turn.State, 100).ShouldBe((0, 3, 1));
    }

    [Fact]
    public void Events_that_the_function_names_run_again_by_themselves_and_no_others_do()
    {
        BatchOutcome outcome = new() { BegunAt = 990, Events = [new(0, s_thrown, null), new(3, s_thrown, null)] };
        ReaderTurn turn = Core(s_twice).Conclude(new() { Position = 10 }, Events(10, 5), outcome, Now, Draw);
        turn.DeadLetters.ShouldBeEmpty();
        (turn.State.Position, turn.State.Piece, turn.State.PieceEnd).ShouldBe((10, 1, 14));
        turn.State.Done.ShouldBe([(11, 13), (14, 15)]);
        ReaderState state = turn.State;
        foreach (int run in Enumerable.Range(1, 3))
        {
            turn = Core(s_twice).Conclude(state, Events(10, 1), Thrown(), Now, Draw);
            turn.DeadLetters.Count.ShouldBe(run == 3 ? 1 : 0);
            state = turn.State;
        }
        StreamCore.Next(state, 100).ShouldBe((13, 1, 14));
        turn = Core(s_twice).Conclude(state, Events(13, 1), new() { BegunAt = 990 }, Now, Draw);
        turn.State.ShouldBeEquivalentTo(new ReaderState { Position = 15 });
    }

    [Fact]
    public void A_policy_may_go_on_without_the_event_or_stand_still_at_it()
    {
        ReaderTurn turn = Core(s_never, EventFailurePolicy.Advance)
            .Conclude(new() { Position = 0 }, Events(0, 1), Thrown(), Now, Draw);
        (turn.State.Position, turn.DeadLetters.Count, turn.Skipped.Count).ShouldBe((1, 0, 1));

        turn = Core(s_never, EventFailurePolicy.HoldPartition)
            .Conclude(new() { Position = 0 }, Events(0, 1), Thrown(), Now, Draw);
        (turn.State.Position, turn.State.IsHeld, turn.DeadLetters.Count).ShouldBe((0, true, 0));
        turn.State.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public void Numbers_that_nobody_has_are_passed_over()
    {
        StoredEvent[] events = [.. Events(7, 1), .. Events(12, 2)];
        ReaderTurn turn = Core(s_never).Conclude(
            new() { Position = 3 }, events,
            new() { BegunAt = 990, Events = [new(1, s_thrown, DeadLetterReason.Rejected)] }, Now, Draw);
        turn.State.ShouldBeEquivalentTo(new ReaderState { Position = 14 });
    }

    /// <summary>Plays a log until its end: every batch that holds one to blame throws.</summary>
    private (List<long> DeadLetters, Dictionary<long, int> Runs, int Calls) Play(
        RetryPolicy retries, int count, Func<long, bool> isToBlame)
    {
        ReaderState state = new() { Position = 0 };
        List<long> deadLetters = [];
        Dictionary<long, int> runs = [];
        int calls = 0;
        while (state.Position < count)
        {
            calls.ShouldBeLessThan(1_000);
            calls++;
            state = ReaderStateCodec.Decode(state.Position, ReaderStateCodec.Encode(state));
            (long from, int most, long end) = StreamCore.Next(state, 100);
            StoredEvent[] events = Events(from, (int)Math.Min(Math.Min(most, end - from), count - from));
            bool fails = events.Any(e => isToBlame(e.Number));
            ReaderTurn turn = Core(retries).Conclude(
                state, events, fails ? Thrown() : new() { BegunAt = 990 }, Now, Draw);
            if (!fails)
                Array.ForEach(events, e => runs[e.Number] = runs.GetValueOrDefault(e.Number) + 1);
            deadLetters.AddRange(turn.DeadLetters.Select(d => long.Parse(d.EventId[1..])));
            turn.State.Position.ShouldBeGreaterThanOrEqualTo(state.Position);
            state = turn.State;
        }
        state.ShouldBeEquivalentTo(new ReaderState { Position = count });
        return (deadLetters, runs, calls);
    }

    private long Draw() => ++_numbers;

    private static BatchOutcome Thrown() => new() { BegunAt = 990, Failure = s_thrown };

    private static StreamCore Core(
        RetryPolicy retries, EventFailurePolicy policy = EventFailurePolicy.DeadLetterAndAdvance) =>
        new(2, 8, 9, "@@/orders/1", new StreamConsumer("orders", "group", "Ship", retries, policy));

    private static StoredEvent[] Events(long first, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new StoredEvent(
            first + i, 5, new EventData($"e{first + i}", $"k{first + i}", Payload.Of($"{first + i}"))))];
}
