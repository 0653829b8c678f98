using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Core.Tests.Streams;

/// <summary>What runs next, and what becomes of it, where each key has an order of its own.</summary>
public sealed class KeyOrderTests
{
    private const long Now = 1_000;
    private static readonly FailureDetails s_thrown = new("Boom", "no");
    private static readonly RetryPolicy s_twice = new() { RetriesMax = 2, First = TimeSpan.FromMilliseconds(10) };

    private readonly KeyOrder _order = new();
    private readonly StreamCore _core = new(
        2, 4, 9, "@@/orders/1",
        new StreamConsumer("orders", "group", "Take", s_twice, EventFailurePolicy.DeadLetterAndAdvance));
    private long _numbers;

    [Fact]
    public void The_oldest_runs_whose_key_is_free_with_what_follows_it_of_its_key()
    {
        _order.Add(Events("abaca"));
        ReaderState state = new() { Position = 0 };
        KeyChoice first = Choose(state);
        first.Place.ShouldBe(0);
        Numbers(_order.Take(state, 0, 2)).ShouldBe([0, 2]);
        Numbers(_order.Take(state, 0, 9)).ShouldBe([0, 2, 4]);
        Choose(state, busy: "a").Place.ShouldBe(1);
        Choose(state, busy: "ab").Place.ShouldBe(3);
        KeyChoice none = Choose(state, busy: "abc");
        (none.Place, none.DueAt, none.Waiting.Count).ShouldBe((-1, long.MaxValue, 0));
    }

    [Fact]
    public void What_has_no_key_has_an_order_of_its_own()
    {
        _order.Add(Events("-a-"));
        ReaderState state = new() { Position = 0 };
        Strand strand = _order.Take(state, 0, 9);
        (strand.Key, Numbers(strand).Count()).ShouldBe(("", 2));
        Choose(state, busy: "").Place.ShouldBe(1, "the rest does not wait for it");
    }

    [Fact]
    public void The_position_goes_over_what_is_done_and_over_numbers_that_nobody_has()
    {
        StoredEvent[] events = [Event(0, "a"), Event(5, "b"), Event(6, "a"), Event(9, "c")];
        _order.Add(events);
        ReaderState state = new() { Position = 0 };
        state = Conclude(state, _order.Take(state, 1, 9), Fine()).State;
        state.Position.ShouldBe(0);
        state.Done.ShouldBe([(1, 6)]);
        state = Conclude(state, _order.Take(state, 3, 9), Fine()).State;
        state.Done.ShouldBe([(1, 6), (7, 10)]);
        _order.Forget(state.Position);
        Choose(state).Place.ShouldBe(0);
        Numbers(_order.Take(state, 0, 9)).ShouldBe([0, 6]);
        state = Conclude(state, _order.Take(state, 0, 9), Fine()).State;
        state.ShouldBeEquivalentTo(new ReaderState { Position = 10 });
        _order.Forget(state.Position);
        (_order.Count, _order.End(state.Position)).ShouldBe((0, 10));
    }

    [Fact]
    public void A_key_that_failed_waits_for_its_retry_alone_and_is_given_up_alone()
    {
        _order.Add(Events("abab"));
        ReaderState state = new() { Position = 0 };
        state = Conclude(state, _order.Take(state, 0, 1), Thrown()).State;
        (state.Failures, state.Keys["a"].Failures, state.Keys["a"].DueAt).ShouldBe((0, 1, Now + 10));
        Choose(state).Place.ShouldBe(1, "the other goes on");
        KeyChoice none = Choose(state, busy: "b");
        (none.Place, none.DueAt).ShouldBe((-1, Now + 10));
        Choose(state, now: Now + 10).Place.ShouldBe(0);
        state = Conclude(state, _order.Take(state, 0, 1), Thrown()).State;
        ReaderTurn last = Conclude(state, _order.Take(state, 0, 1), Thrown());
        DeadLetterRow dead = last.DeadLetters.ShouldHaveSingleItem();
        (dead.EventId, dead.Order).ShouldBe(("e0", "a"));
        DeadLetterRecord.Decode(dead.Record).Failures.ShouldBe(3);
        last.State.ShouldBeEquivalentTo(new ReaderState { Position = 1 });
        last.Rows.UpsertReaders.ShouldHaveSingleItem().Position.ShouldBe(1);
    }

    [Fact]
    public void What_is_to_blame_in_a_batch_of_a_key_is_found_and_the_rest_of_it_runs()
    {
        _order.Add(Events("aabaaa"));
        ReaderState state = new() { Position = 0 };
        List<string> aside = [];
        List<long> done = [];
        for (int i = 0; i < 40 && state.Position < 6; i++)
        {
            _order.Forget(state.Position);
            Strand strand = _order.Take(state, Choose(state, now: long.MaxValue - 1).Place, 4);
            bool fails = strand.Events.Any(e => e.Number == 3);
            ReaderTurn turn = Conclude(state, strand, fails ? Thrown() : Fine());
            aside.AddRange(turn.DeadLetters.Select(d => d.EventId));
            if (!fails)
                done.AddRange(Numbers(strand));
            state = Stored(turn.State);
        }
        aside.ShouldBe(["e3"]);
        done.ShouldBe([0, 1, 2, 4, 5], ignoreOrder: true);
        done.Where(n => n != 2).ShouldBe([0, 1, 4, 5]);
        state.ShouldBeEquivalentTo(new ReaderState { Position = 6 });
    }

    [Fact]
    public void What_waits_behind_others_is_put_aside_wherever_it_stands()
    {
        _order.Add(Events("abab"));
        ReaderState state = new ReaderState { Position = 0 }
            .With("b", new ReaderState { Position = 1, Piece = 2, PieceEnd = 4 });
        KeyChoice choice = _order.Choose(state, static _ => false, static k => k == "b", Now);
        (choice.Place, choice.Waiting.Count).ShouldBe((0, 0));
        choice = _order.Choose(state, static k => k == "a", static k => k == "b", Now);
        choice.Waiting.ShouldBe([1, 3]);
        ReaderTurn turn = _core.Park(state, _order.Waiting(state, choice.Waiting), Now, () => ++_numbers);
        turn.DeadLetters.Select(d => (d.EventId, d.State))
            .ShouldBe([("e1", DeadLetterState.Held), ("e3", DeadLetterState.Held)]);
        turn.State.ShouldBeEquivalentTo(
            new ReaderState { Position = 0, Done = NumberRanges.Empty.With(1, 2).With(3, 4) });
    }

    [Fact]
    public void While_many_keys_wait_for_their_retries_no_other_begins()
    {
        ReaderState state = new() { Position = 0 };
        for (int i = 0; i < KeyOrder.TroubledMax; i++)
            state = state.With($"k{i:00}", new ReaderState { Position = i, Failures = 1, DueAt = Now + 1 + i });
        _order.Add([.. Enumerable.Range(0, KeyOrder.TroubledMax + 1).Select(i => Event(i, $"k{i:00}"))]);
        KeyChoice none = Choose(state);
        (none.Place, none.DueAt).ShouldBe((-1, Now + 1));
        Choose(state, now: Now + 3).Place.ShouldBe(0);
        Choose(state with { Keys = state.Keys.Remove("k05") }).Place.ShouldBe(5);
    }

    /// <summary>
    /// Whatever fails and whenever the process dies: of each key each event runs after those before it, never two at a
    /// time, and exactly as often as it fails, and all of it is done in the end.
    /// </summary>
    [Fact]
    public void Nothing_of_a_key_overtakes_whatever_happens()
    {
        for (int seed = 0; seed < 300; seed++)
            new Life(seed).Run();
    }

    private KeyChoice Choose(ReaderState state, string? busy = null, long now = Now) => _order.Choose(
        state, k => busy is not null && busy.Contains(k, StringComparison.Ordinal), static _ => false, now);

    private ReaderTurn Conclude(ReaderState state, Strand strand, BatchOutcome outcome) =>
        _core.Conclude(state, strand, outcome, Now, () => ++_numbers);

    private static IEnumerable<long> Numbers(Strand strand) => strand.Events.Select(e => e.Number);

    private static ReaderState Stored(ReaderState state) =>
        ReaderStateCodec.Decode(state.Position, ReaderStateCodec.Encode(state));

    /// <summary>A letter for each, which is its key; none for '-'.</summary>
    private static StoredEvent[] Events(string keys) =>
        [.. keys.Select((k, i) => Event(i, k == '-' ? null : k.ToString()))];

    private static StoredEvent Event(long number, string? key) =>
        new(number, 7, new EventData($"e{number}", key, Payload.Of("1")));

    private static BatchOutcome Fine() => new() { BegunAt = 990 };

    private static BatchOutcome Thrown() => new() { BegunAt = 990, Failure = s_thrown };

    private sealed class Life
    {
        private const int Length = 60;

        private readonly Random _random;
        private readonly int _seed;
        private readonly StoredEvent[] _log;
        private readonly int[] _fails;
        private readonly int[] _runs = new int[Length];
        private readonly bool[] _over = new bool[Length];
        private readonly List<Strand> _inHand = [];
        private readonly StreamCore _core = new(
            0, 1, 1, "@@/s/0",
            new StreamConsumer(
                "s", "group", "F", new RetryPolicy { RetriesMax = 2, First = TimeSpan.FromMilliseconds(5) },
                EventFailurePolicy.DeadLetterAndAdvance));
        private KeyOrder _order = new();
        private ReaderState _state = new() { Position = 0 };
        private long _now = 1;
        private long _letters;

        public Life(int seed)
        {
            (_seed, _random) = (seed, new Random(seed));
            int number = 0;
            _log = [.. Enumerable.Range(0, Length).Select(_ => Event(number += _random.Next(1, 3), Key()))];
            _fails = [.. _log.Select(_ => _random.Next(4) == 0 ? _random.Next(1, 5) : 0)];
        }

        public void Run()
        {
            for (int step = 0; _state.Position <= _log[^1].Number; step++)
            {
                if (step > 10_000)
                    Assert.Fail($"seed {_seed}: it does not come to an end at {_state.Position}");
                int what = _random.Next(20);
                if (what == 0)
                    Die();
                else if (what < 9)
                    Begin();
                else if (_inHand.Count > 0)
                    End(_inHand[_random.Next(_inHand.Count)]);
                _now += _random.Next(4);
            }
            _over.ShouldAllBe(o => o, $"seed {_seed}");
            _state.Keys.ShouldBeEmpty();
        }

        private string? Key() => _random.Next(5) is 0 ? null : $"k{_random.Next(4)}";

        private void Die()
        {
            _inHand.Clear();
            _order = new KeyOrder();
            _state = Stored(_state);
        }

        private void Begin()
        {
            _order.Forget(_state.Position);
            long from = _order.End(_state.Position);
            _order.Add([.. _log.Where(e => e.Number >= from).Take(_random.Next(1, 9))]);
            KeyChoice choice =
                _order.Choose(_state, k => _inHand.Exists(s => s.Key == k), static _ => false, _now);
            if (choice.Place < 0)
                return;
            Strand strand = _order.Take(_state, choice.Place, _random.Next(1, 6));
            strand.Events.ShouldNotBeEmpty();
            _inHand.Add(strand);
            foreach (StoredEvent e in strand.Events)
            {
                int place = Array.IndexOf(_log, e);
                _over[place].ShouldBeFalse($"seed {_seed}: {e} runs again");
                int before = Array.FindLastIndex(
                    _log, Math.Max(0, place - 1), place, b => b.Data.Key == e.Data.Key && !strand.Events.Contains(b));
                if (before >= 0)
                    _over[before].ShouldBeTrue($"seed {_seed}: {e} overtakes {_log[before]}");
            }
        }

        private void End(Strand strand)
        {
            _inHand.Remove(strand);
            int[] places = [.. strand.Events.Select(e => Array.IndexOf(_log, e))];
            foreach (int place in places)
                _runs[place]++;
            bool fails = places.Any(p => _runs[p] <= _fails[p]);
            BatchOutcome outcome = new() { BegunAt = _now, Failure = fails ? s_thrown : null };
            ReaderTurn turn = _core.Conclude(_state, strand, outcome, _now, () => ++_letters);
            foreach (DeadLetterRow dead in turn.DeadLetters)
            {
                int place = Array.FindIndex(_log, e => e.Data.Id == dead.EventId);
                _fails[place].ShouldBeGreaterThan(0, $"seed {_seed}: {dead.EventId} never failed alone");
                _over[place] = true;
            }
            foreach (int place in fails ? [] : places)
                _over[place] = true;
            _state = turn.State;
        }
    }
}
