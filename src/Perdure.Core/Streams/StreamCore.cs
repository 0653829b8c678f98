using Perdure.Core.DeadLetters;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Streams;

/// <summary>
/// What becomes of the events that a function had: the rows that say so, all for one commit. A batch that throws runs
/// again as its retries allow; then its halves, and theirs, run once each until the event that is to blame is alone.
/// </summary>
/// <param name="partition">Of the hub.</param>
/// <param name="partitionCount">Of the hub.</param>
/// <param name="node">This one.</param>
/// <param name="log">The log that is read.</param>
/// <param name="function">Who reads it.</param>
internal sealed class StreamCore(int partition, int partitionCount, long node, string log, StreamConsumer function)
{
    /// <summary>Of events that wait for others of their key: they are of one kind.</summary>
    private static readonly FailureDetails s_waits = new("Perdure.KeyHeld", "An earlier event of its key is aside.");

    /// <summary>
    /// Which events run next: from this number on, so many of them, and none from the last number on.
    /// </summary>
    public static (long From, int Count, long End) Next(ReaderState state, int batchMax)
    {
        long end = state.Piece > 0 ? state.PieceEnd : long.MaxValue;
        if (state.Done.Count > 0)
            end = Math.Min(end, state.Done[0].From);
        return (state.Position, state.Piece > 0 ? Math.Min(state.Piece, batchMax) : batchMax, end);
    }

    /// <summary>A reader as a row.</summary>
    public ReaderRow RowOf(ReaderState state, long now) =>
        new(partition, log, function.Group, state.Position, now, ReaderStateCodec.Encode(state));

    /// <param name="state">The reader as it was when it handed them out.</param>
    /// <param name="events">At least one; they follow one another, apart from numbers that nobody has.</param>
    /// <param name="outcome">What the function did.</param>
    /// <param name="now">The time.</param>
    /// <param name="drawDeadLetter">Draws the number of a dead letter.</param>
    public ReaderTurn Conclude(
        ReaderState state, IReadOnlyList<StoredEvent> events, BatchOutcome outcome, long now,
        Func<long> drawDeadLetter)
    {
        Settling settling = Settle(state, events, outcome, now, drawDeadLetter);
        return settling.TurnOf(settling.End());
    }

    /// <summary>The same where each key has an order of its own.</summary>
    /// <param name="state">The reader as it is now.</param>
    /// <param name="strand">What the function had.</param>
    /// <param name="outcome">What it did.</param>
    /// <param name="now">The time.</param>
    /// <param name="drawDeadLetter">Draws the number of a dead letter.</param>
    public ReaderTurn Conclude(
        ReaderState state, Strand strand, BatchOutcome outcome, long now, Func<long> drawDeadLetter)
    {
        Settling settling = Settle(strand.Before, strand.Events, outcome, now, drawDeadLetter);
        ReaderState known = settling.End();
        foreach (int place in settling.Finished)
            state = state.Finish(strand.From[place], strand.Events[place].Number + 1);
        return settling.TurnOf(state.With(strand.Key, known));
    }

    private Settling Settle(
        ReaderState state, IReadOnlyList<StoredEvent> events, BatchOutcome outcome, long now,
        Func<long> drawDeadLetter)
    {
        Settling settling = new(this, state, events, outcome, now, drawDeadLetter);
        foreach (FailedEvent failed in outcome.Events)
        {
            if (failed.Hopeless is not null)
                settling.GiveUp(failed.Place, failed.Failure, failed.Hopeless);
        }
        int[] open = [.. Enumerable.Range(0, events.Count).Where(i => !settling.Has(i))];
        int[] failing = outcome.Failure is null ? [.. open.Where(i => outcome.Events.Any(e => e.Place == i))] : open;
        foreach (int place in open.Except(failing))
            settling.Finish(place);
        if (failing.Length > 0)
            Fail(settling, failing);
        return settling;
    }

    /// <summary>Puts aside what a reader stands still at, and lets it go on behind it.</summary>
    /// <param name="state">The reader, which is held.</param>
    /// <param name="held">The first event from its position on.</param>
    /// <param name="now">The time.</param>
    /// <param name="number">Of the dead letter.</param>
    public ReaderTurn Skip(ReaderState state, StoredEvent held, long now, long number)
    {
        DeadLetterRow dead = DeadLetter(
            held, state.Attempts, state.Failures, state.Attempts[^1].Failure, state.HeldAs, now, number);
        ReaderState next = state.Finish(state.Position, held.Number + 1);
        next = next.Piece > 0 && next.Position >= next.PieceEnd
            ? next with { Piece = 0, PieceEnd = 0, IsSearching = false }
            : next with { Piece = next.IsSearching ? next.Piece * 2 : next.Piece };
        next = next.Afresh();
        TurnRows rows = new()
        {
            Partition = partition, UpsertReaders = [RowOf(next, now)], InsertDeadLetters = [dead],
        };
        return new ReaderTurn(rows, next) { DeadLetters = [dead] };
    }

    /// <summary>Puts aside what waits behind others of its key.</summary>
    /// <param name="state">The reader.</param>
    /// <param name="events">At least one, from its position on; they follow one another.</param>
    /// <param name="now">The time.</param>
    /// <param name="drawDeadLetter">Draws the number of a dead letter.</param>
    public ReaderTurn Park(
        ReaderState state, IReadOnlyList<StoredEvent> events, long now, Func<long> drawDeadLetter)
    {
        ReaderState next = state.Finish(state.Position, events[^1].Number + 1).Afresh();
        if (next.Piece > 0 && next.Position >= next.PieceEnd)
            next = next with { Piece = 0, PieceEnd = 0, IsSearching = false };
        return Parked(next, events, now, drawDeadLetter);
    }

    /// <summary>The same where each key has an order of its own.</summary>
    /// <param name="state">The reader.</param>
    /// <param name="strands">Events of keys that stand still.</param>
    /// <param name="now">The time.</param>
    /// <param name="drawDeadLetter">Draws the number of a dead letter.</param>
    public ReaderTurn Park(ReaderState state, IReadOnlyList<Strand> strands, long now, Func<long> drawDeadLetter)
    {
        foreach (Strand strand in strands)
        {
            for (int i = 0; i < strand.Events.Count; i++)
                state = state.Finish(strand.From[i], strand.Events[i].Number + 1);
            state = state with { Keys = state.Keys.Remove(strand.Key) };
        }
        return Parked(state, [.. strands.SelectMany(s => s.Events)], now, drawDeadLetter);
    }

    private ReaderTurn Parked(
        ReaderState next, IReadOnlyList<StoredEvent> events, long now, Func<long> drawDeadLetter)
    {
        List<DeadLetterRow> waiting =
        [
            .. events.Select(e => DeadLetter(e, [], 0, s_waits, DeadLetterReason.KeyHeld, now, drawDeadLetter())
                with { State = DeadLetterState.Held }),
        ];
        TurnRows rows = new()
        {
            Partition = partition, UpsertReaders = [RowOf(next, now)], InsertDeadLetters = waiting,
        };
        return new ReaderTurn(rows, next) { DeadLetters = waiting };
    }

    private void Fail(Settling settling, int[] failing)
    {
        BatchOutcome outcome = settling.Outcome;
        FailureDetails failure = outcome.Failure ?? outcome.Events.First(e => e.Place == failing[0]).Failure;
        bool isAlone = failing.Length == 1 && settling.Events.Count == 1;
        if (!isAlone && outcome.Failure is null)
        {
            // The function has said which ones: each runs by itself, with all its retries.
            settling.RunSingly(failing[^1]);
            return;
        }
        if (outcome.Hopeless is null && !settling.IsSearching && settling.Retry(failing[0], failure, function.Retries))
            return;
        if (failing.Length > 1)
            settling.Halve(failing);
        else
            settling.GiveUp(failing[0], failure, outcome.Hopeless);
    }

    private DeadLetterRow DeadLetter(
        StoredEvent e, IReadOnlyList<FailedAttempt> attempts, int failures, FailureDetails failure,
        DeadLetterReason? hopeless, long now, long number)
    {
        DeadLetterReason reason = hopeless ?? DeadLetterRecord.ClassOf(failure);
        return new DeadLetterRow
        {
            Key = new(partition, number),
            Source = function.Source,
            Function = function.Name,
            EventId = e.Data.Id,
            Order = e.Data.Key,
            Class = reason,
            Fingerprint = DeadLetterRecord.FingerprintOf(failure),
            At = now,
            Record = new DeadLetterRecord
            {
                Class = reason,
                Enqueued = e.At,
                Place = (log, e.Number, function.Group),
                Failures = failures,
                Attempts = attempts,
                TraceParent = e.Data.TraceParent,
                Body = e.Data.Body,
            }.Encode(),
        };
    }

    /// <summary>A turn on its way: one event after the other is decided.</summary>
    private sealed class Settling(
        StreamCore core, ReaderState before, IReadOnlyList<StoredEvent> events, BatchOutcome outcome, long now,
        Func<long> drawDeadLetter)
    {
        private readonly List<DeadLetterRow> _deadLetters = [];
        private readonly List<(StoredEvent, FailureDetails)> _skipped = [];
        private readonly HashSet<int> _decided = [];
        private readonly List<int> _finished = [];
        private readonly ReaderState _before = before;
        private ReaderState _state = before;
        private bool _isOpen;

        public IReadOnlyList<StoredEvent> Events => events;
        public BatchOutcome Outcome => outcome;

        public bool IsSearching => _before.IsSearching;

        /// <summary>The places of those that need not run again.</summary>
        public IReadOnlyList<int> Finished => _finished;

        public bool Has(int place) => _decided.Contains(place);

        public void Finish(int place)
        {
            _decided.Add(place);
            _finished.Add(place);
            // Numbers that nobody has belong to the event behind them.
            long from = place == 0 ? _before.Position : events[place - 1].Number + 1;
            _state = _state.Finish(from, events[place].Number + 1);
        }

        /// <summary>Runs again later, unless the retries are used up.</summary>
        public bool Retry(int first, FailureDetails failure, RetryPolicy retries)
        {
            int failures = _before.Failures + 1;
            if (retries.DelayAfter(failures, events[first].Data.Id) is not { } delay)
                return false;
            _isOpen = true;
            bool isPiece = _before.Piece > 0;
            _state = _state with
            {
                Failures = failures,
                Attempts = FailedAttempt.Add(_before.Attempts, AttemptOf(failure)),
                DueAt = now + delay,
                // The same events again, also when there are more by then.
                Piece = isPiece ? _before.Piece : events.Count,
                PieceEnd = isPiece ? _before.PieceEnd : events[^1].Number + 1,
            };
            return true;
        }

        public void RunSingly(int last)
        {
            _isOpen = true;
            _state = (_state with { Piece = 1, PieceEnd = events[last].Number + 1, IsSearching = false }).Afresh();
        }

        /// <summary>
        /// Half of it runs next. When the retries are used up, each piece runs once, and of the search only what the
        /// event fails with alone is kept. A batch that no retry can help has not used them: one of its events is to
        /// blame, and the others have all of theirs.
        /// </summary>
        public void Halve(int[] failing)
        {
            _isOpen = true;
            bool begins = !IsSearching && outcome.Hopeless is null;
            _state = _state with
            {
                Piece = (failing.Length + 1) / 2,
                // A search goes no further than what has used up its retries.
                PieceEnd = _before.Piece > 0 && !begins ? _before.PieceEnd : events[^1].Number + 1,
                IsSearching = IsSearching || begins,
                DueAt = 0,
            };
            if (!_state.IsSearching)
                _state = _state.Afresh();
            else if (begins)
            {
                _state = _state with
                {
                    Failures = _before.Failures + 1,
                    Attempts = FailedAttempt.Add(_before.Attempts, AttemptOf(outcome.Failure!)),
                };
            }
        }

        public void GiveUp(int place, FailureDetails failure, DeadLetterReason? hopeless)
        {
            StoredEvent e = events[place];
            int failures = _before.Failures + 1;
            IReadOnlyList<FailedAttempt> attempts = FailedAttempt.Add(_before.Attempts, AttemptOf(failure));
            switch (core.Function.Policy)
            {
                case EventFailurePolicy.HoldPartition:
                    _decided.Add(place);
                    _isOpen = true;
                    _state = _state with
                    {
                        IsHeld = true, HeldAs = hopeless, Failures = failures, Attempts = attempts, DueAt = 0,
                    };
                    return;
                case EventFailurePolicy.Advance:
                    _skipped.Add((e, failure));
                    break;
                default:
                    _deadLetters.Add(
                        core.DeadLetter(e, attempts, failures, failure, hopeless, now, drawDeadLetter()));
                    break;
            }
            Finish(place);
        }

        /// <summary>The reader from now on.</summary>
        public ReaderState End()
        {
            if (_state.Piece > 0 && _state.Position >= _state.PieceEnd)
                _state = _state with { Piece = 0, PieceEnd = 0, IsSearching = false };
            if (!_isOpen)
                _state = _state.IsSearching ? _state with { Piece = _state.Piece * 2 } : _state.Afresh();
            return _state;
        }

        public ReaderTurn TurnOf(ReaderState next)
        {
            IReadOnlyList<(string Target, Message Message)> sent = outcome.Failure is null ? outcome.Sent : [];
            TurnRows rows = new() { Partition = core.Partition, UpsertReaders = [core.RowOf(next, now)] };
            if (sent.Count > 0)
                rows.InsertMessages = Outgoing.Rows(sent, core.PartitionCount);
            if (_deadLetters.Count > 0)
                rows.InsertDeadLetters = _deadLetters;
            return new ReaderTurn(rows, next) { Sent = sent, DeadLetters = _deadLetters, Skipped = _skipped };
        }

        private FailedAttempt AttemptOf(FailureDetails failure) =>
            new(outcome.BegunAt, Math.Max(0, now - outcome.BegunAt), core.Node, failure);
    }

    private int Partition => partition;
    private int PartitionCount => partitionCount;
    private long Node => node;
    private StreamConsumer Function => function;
}
