using Perdure.Core.DeadLetters;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Runtime.DeadLetters;

namespace Perdure.Runtime.Streams;

/// <summary>
/// Lets events that were put aside run again, one at a time, beside the reader that goes on. Each runs once: what fails
/// is active again, with one more failure in its record.
/// </summary>
internal sealed class StreamReplays : TriggerSource
{
    private readonly StreamReader _reader;
    private readonly Queue<Replay> _waiting = new();
    private Replay? _current;

    /// <summary>It was in hand, and has not begun.</summary>
    private Replay? _givenBack;
    private ActivityWork? _inHand;

    public StreamReplays(StreamReader reader) : base(reader.Id, reader.Partition, reader.Circuits)
    {
        _reader = reader;
        Circuits.Add(this);
    }

    public void Add_NeedsLock(Replay replay)
    {
        _waiting.Enqueue(replay);
        PumpSoon_NeedsLock();
    }

    public override bool Has_NeedsLock(ActivityWork work) => _inHand == work;

    public override void Abandon_NeedsLock()
    {
        Circuits.Remove(this);
        if (_inHand is { } work)
        {
            work.Abandon();
            work.Delivery!.Exit();
        }
        _inHand = null;
        _givenBack = null;
        _waiting.Clear();
    }

    public override void Return(ActivityWork work, Message.TaskDone result)
    {
        BatchOutcome outcome = _reader.OutcomeOf((StreamDelivery)work.Delivery!, result);
        Partition.Conclude(new StreamReplayEntry(this, work, _current!, outcome, Rows(_current!, outcome)));
    }

    public override void Concluded_NeedsLock(TriggerEntry entry)
    {
        _inHand = null;
        PumpSoon_NeedsLock();
    }

    /// <summary>What becomes of the dead letter.</summary>
    public TurnRows Rows(Replay replay, BatchOutcome outcome)
    {
        FailureDetails? failure = outcome.Failure ?? outcome.Events.Select(e => e.Failure).FirstOrDefault();
        if (failure is null)
        {
            return new TurnRows
            {
                Partition = Partition.Number,
                UpdateDeadLetters =
                [
                    new(
                        replay.Row.Key, DeadLetterState.Resolved, default, Node.Now,
                        TrailEntry.Of(Node.Now, DeadLetterAction.Resolved)),
                ],
                InsertMessages = outcome.Sent.Count > 0 ? Outgoing.Rows(outcome.Sent, Node.Partitions) : null,
            };
        }
        bool runsAgain = outcome.Hopeless is null && outcome.Events.All(e => e.Hopeless is null)
            && DelayOf(replay) is not null;
        FailedAttempt attempt = new(outcome.BegunAt, Math.Max(0, Node.Now - outcome.BegunAt), Node.Number, failure);
        DeadLetterRecord record = replay.Record with
        {
            Failures = replay.Record.Failures + 1,
            Attempts = FailedAttempt.Add(replay.Record.Attempts, attempt),
        };
        return new TurnRows
        {
            Partition = Partition.Number,
            UpdateDeadLetters =
            [
                new(
                    replay.Row.Key, runsAgain ? DeadLetterState.Replaying : DeadLetterState.Active, record.Encode(),
                    Node.Now,
                    TrailEntry.Of(Node.Now, DeadLetterAction.FailedAgain)),
            ],
        };
    }

    /// <summary>
    /// It is durable what became of it. What waits for its retry is found by its state when that is due.
    /// </summary>
    public void Ended(Replay replay, TurnRows rows)
    {
        if (rows.UpdateDeadLetters![0].State == DeadLetterState.Replaying && DelayOf(replay) is { } delay)
            _ = AgainAsync(replay, TimeSpan.FromMilliseconds(delay));
        else
            Partition.Replayed(replay.Row.Key);
    }

    private async Task AgainAsync(Replay replay, TimeSpan delay)
    {
        await Task.Delay(delay, Node.Time);
        // The next owner has found it by its state.
        if (Partition.Epoch != Epoch)
            return;
        Partition.Replayed(replay.Row.Key);
        Partition.LookForReplays();
    }

    /// <summary>
    /// How long what has waited behind others of its key waits for its next retry, in milliseconds: it has all of them.
    /// Null when they are used up, and for all others, which had them before they were put aside.
    /// </summary>
    private long? DelayOf(Replay replay) => replay.Record.Class == DeadLetterReason.KeyHeld
        ? _reader.Function.Consumer.Retries.DelayAfter(replay.Record.Failures + 1, replay.Row.EventId)
        : null;

    /// <summary>A circuit has opened before it began; one that has run is resolved or active.</summary>
    protected override void GiveBack_NeedsLock(ActivityWork work, TimeSpan pause)
    {
        (_inHand, _givenBack) = (null, _current);
        PumpSoon_NeedsLock();
    }

    protected override void PumpSoon_NeedsLock()
    {
        if (_inHand is null && HasNext && !_reader.Function.IsDisabled)
            Node.Scheduler.Queue(static r => r.Pump(), this);
    }

    private bool HasNext => _givenBack is not null || _waiting.Count > 0;

    private void Pump()
    {
        ActivityWork? work = null;
        Partition.Guard(this, () =>
        {
            if (IsLeaving || _inHand is not null || !HasNext || !Circuits.AskForReplay())
                return;
            _current = _givenBack ?? _waiting.Dequeue();
            _givenBack = null;
            work = _inHand = WorkOf(_current);
        });
        if (work is not null)
            Node.Triggers.Enqueue(work);
    }

    private ActivityWork WorkOf(Replay replay)
    {
        StoredEvent stored = new(
            replay.Record.Place!.Value.Number, replay.Record.Enqueued,
            new EventData(replay.Row.EventId, replay.Row.Order, replay.Record.Body)
            {
                TraceParent = replay.Record.TraceParent,
            });
        ReaderState state = new() { Position = stored.Number, Failures = replay.Record.Failures };
        TaskKey task = new(EntityInstanceIds.TaskKey($"dead letter {replay.Row.Key}"), 0, 0);
        HistoryEvent.TaskScheduled call = new(0, _reader.Function.Consumer.Name, Payload.None)
        {
            Attempt = replay.Record.Failures + 1,
        };
        return new ActivityWork(this, task, replay.Row.EventId, call)
        {
            Function = _reader.Function.Code,
            Delivery = new StreamDelivery(_reader, state, [stored]),
            ScheduledAt = replay.Record.Enqueued,
            TraceParent = replay.Record.TraceParent,
        };
    }
}

/// <summary>What became of an event that ran again, in line for a batch.</summary>
internal sealed class StreamReplayEntry(
    StreamReplays source, ActivityWork work, Replay replay, BatchOutcome outcome, TurnRows rows)
    : TriggerEntry(source, work, rows, rows.InsertMessages is null ? [] : outcome.Sent)
{
    protected override bool HasOutputs => Rows.InsertMessages is not null;

    protected override void Tell() => source.Ended(replay, Rows);

    protected override void Refuse()
    {
        BatchOutcome refused = outcome with { Sent = [], Failure = Offers.Refusals.OfStore };
        Partition.Node.LaneOf(Partition).EnqueueFirst(
            new StreamReplayEntry(source, Work, replay, refused, source.Rows(replay, refused)));
    }
}
