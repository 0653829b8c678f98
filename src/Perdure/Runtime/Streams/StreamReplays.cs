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
internal sealed class StreamReplays(StreamReader reader) : TriggerSource(reader.Id, reader.Partition)
{
    private readonly Queue<Replay> _waiting = new();
    private Replay? _current;
    private ActivityWork? _inHand;

    public void Add_NeedsLock(Replay replay)
    {
        _waiting.Enqueue(replay);
        PumpSoon_NeedsLock();
    }

    public override bool Has_NeedsLock(ActivityWork work) => _inHand == work;

    public override void Abandon_NeedsLock()
    {
        if (_inHand is { } work)
        {
            work.Abandon();
            work.Delivery!.Exit();
        }
        _inHand = null;
        _waiting.Clear();
    }

    public override void Return(ActivityWork work, Message.TaskDone result)
    {
        BatchOutcome outcome = reader.OutcomeOf((StreamDelivery)work.Delivery!, result);
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
                UpdateDeadLetters = [new(replay.Row.Key, DeadLetterState.Resolved, default)],
                InsertMessages = outcome.Sent.Count > 0 ? Outgoing.Rows(outcome.Sent, Node.Partitions) : null,
            };
        }
        FailedAttempt attempt = new(outcome.BegunAt, Math.Max(0, Node.Now - outcome.BegunAt), Node.Number, failure);
        DeadLetterRecord record = replay.Record with
        {
            Failures = replay.Record.Failures + 1,
            Attempts = FailedAttempt.Add(replay.Record.Attempts, attempt),
        };
        return new TurnRows
        {
            Partition = Partition.Number,
            UpdateDeadLetters = [new(replay.Row.Key, DeadLetterState.Active, record.Encode())],
        };
    }

    private void PumpSoon_NeedsLock()
    {
        if (_inHand is null && _waiting.Count > 0)
            Node.Scheduler.Queue(static r => r.Pump(), this);
    }

    private void Pump()
    {
        ActivityWork? work = null;
        Partition.Guard(this, () =>
        {
            if (!IsLeaving && _inHand is null && _waiting.TryDequeue(out _current))
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
        HistoryEvent.TaskScheduled call = new(0, reader.Function.Consumer.Name, Payload.None)
        {
            Attempt = replay.Record.Failures + 1,
        };
        return new ActivityWork(this, task, replay.Row.EventId, call)
        {
            Function = reader.Function.Code,
            Delivery = new StreamDelivery(reader, state, [stored]),
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
    protected override void Tell() => Partition.Replayed(replay.Row.Key);

    protected override void Refuse()
    {
        BatchOutcome refused = outcome with { Sent = [], Failure = Offers.Refusals.OfStore };
        Partition.Node.LaneOf(Partition).EnqueueFirst(
            new StreamReplayEntry(source, Work, replay, refused, source.Rows(replay, refused)));
    }
}
