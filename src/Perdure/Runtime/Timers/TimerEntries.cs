using Perdure.Core.DeadLetters;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Timers;
using Perdure.Runtime.Offers;
using Perdure.Telemetry;

namespace Perdure.Runtime.Timers;

/// <summary>A timer goes on: an occurrence begins, or some are skipped.</summary>
internal sealed class TimerStepEntry(TimerSource source, TimerStep step)
    : RowsEntry(source.Partition, new TurnRows
    {
        Partition = source.Partition.Number,
        UpsertReaders = [TimerCore.RowOf(source.Partition.Number, source.TimerId, step.State)],
    })
{
    public override void OnCommitted()
    {
        source.Node.Had(source.TimerId);
        source.Tell(step.Skipped);
        Partition.Guard(source, source.Stepped_NeedsLock);
    }

    public override void OnStale()
    {
        // The next owner takes the step.
    }
}

/// <summary>What became of an occurrence, in line for a batch.</summary>
internal sealed class TimerTurnEntry(ActivityWork work, Occurrence occurrence, TimerOutcome outcome, TimerTurn turn)
    : TriggerEntry((TimerSource)work.Source, work, turn.Rows, turn.Sent)
{
    private TimerSource Timer => (TimerSource)Source;

    public TimerTurn Turn => turn;

    protected override bool HasOutputs => outcome is { Failure: null, Sent.Count: > 0 };

    protected override void Tell()
    {
        Timer.Tell(turn.Skipped);
        if (turn.DeadLetter is { } dead)
        {
            Partition.Node.Logger.OccurrencePutAside(
                dead.EventId, dead.Function, dead.Key.ToString(), dead.Class, occurrence.Failures + 1,
                outcome.Failure!.ErrorType, outcome.Failure.ErrorMessage);
        }
    }

    /// <summary>
    /// It is given up: what it sent cannot be stored, and would not be next time. What stands behind it in line rests
    /// on its end, which is the same.
    /// </summary>
    protected override void Refuse()
    {
        TimerOutcome refused = outcome with { Sent = [], Failure = Refusals.OfStore };
        TimerTurn gone = Timer.Core.GiveUp(
            turn.State, occurrence, refused, Partition.Node.Now, Partition.DrawDeadLetterNumber());
        Partition.Node.LaneOf(Partition).EnqueueFirst(
            new TimerTurnEntry(Work, occurrence, refused, gone with { Skipped = turn.Skipped }));
    }
}

/// <summary>A timer was told to do something, in line for a batch.</summary>
internal sealed class TimerOrderEntry : RowsEntry
{
    private readonly TimerSource _source;
    private readonly Message.TimerOrder _order;
    private readonly RequestOutcome _outcome;

    /// <param name="source">The timer.</param>
    /// <param name="order">What it was told, and who waits for it or which row it came in.</param>
    /// <param name="state">The timer from now on.</param>
    /// <param name="outcome">What it came to.</param>
    public TimerOrderEntry(TimerSource source, Message.TimerOrder order, TimerState state, RequestOutcome outcome)
        : base(source.Partition, new TurnRows
        {
            Partition = source.Partition.Number,
            UpsertReaders = outcome == RequestOutcome.Accepted
                ? [TimerCore.RowOf(source.Partition.Number, source.TimerId, state)]
                : null,
            DeleteMessages = order.Row is { } row ? [row] : null,
            InsertOutcomes = order.RequestId is { } asked ? [new OutcomeRow(asked, outcome)] : null,
        })
    {
        (_source, _order, _outcome) = (source, order, outcome);
        Partition.EnterWork();
    }

    public override void OnCommitted()
    {
        Partition.Guard(_source, () => _source.Ordered_NeedsLock(_order));
        (_order.Ticket as Request)?.Answer(_outcome);
        foreach (OutcomeRow answer in Rows.InsertOutcomes ?? [])
            Partition.Node.Wakes.Answered(answer);
        Partition.ExitWork();
    }

    /// <summary>The partition was lost before: whoever owns it is asked. What is a row is read again.</summary>
    public override void OnStale()
    {
        if (_order.Ticket is not null)
            Partition.Submit(_source.TimerId, _order);
        Partition.ExitWork();
    }

    protected override void OnRefused(string refusal)
    {
        base.OnRefused(refusal);
        Partition.ExitWork();
    }
}

/// <summary>An occurrence that was put aside goes back to its timer.</summary>
internal sealed class TimerReplay : RowsEntry
{
    private const string Prefix = "timer ";

    private readonly DeadLetterKey _key;
    private readonly string _target;
    private readonly Message.TimerOrder _order;

    public TimerReplay(Partition partition, DeadLetterRow row, long time)
        : this(
            partition, row.Key, TimerIds.Of(row.Function),
            new Message.TimerOrder(TimerOrderKind.RunAgain) { OccurrenceId = row.EventId, Time = time })
    {
    }

    private TimerReplay(Partition partition, DeadLetterKey key, string target, Message.TimerOrder order)
        : base(partition, new TurnRows
        {
            Partition = partition.Number,
            InsertMessages = Outgoing.Rows([(target, order)], partition.Node.Partitions),
            UpdateDeadLetters =
            [
                new DeadLetterUpdate(
                    key, DeadLetterState.Resolved, default, partition.Node.Now,
                    TrailEntry.Of(partition.Node.Now, DeadLetterAction.Requeued)),
            ],
        })
    {
        (_key, _target, _order) = (key, target, order);
        Partition.EnterWork();
    }

    public static bool Is(DeadLetterRow row) => row.Source.StartsWith(Prefix, StringComparison.Ordinal);

    public override void OnCommitted()
    {
        Partition.Node.Deliver(_target, _order with { Row = Rows.InsertMessages![0].Key }, this);
        Partition.Replayed(_key);
        Partition.ExitWork();
    }

    /// <summary>The next owner finds it by its state.</summary>
    public override void OnStale() => Partition.ExitWork();
}
