using Perdure.Core.DeadLetters;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Runtime.Offers;
using Perdure.Telemetry;

namespace Perdure.Runtime.Streams;

/// <summary>Events in line for a batch.</summary>
internal sealed class BlockEntry : RowsEntry
{
    private readonly StreamLog _log;
    private readonly Message.Append _message;
    private readonly BlockRow _block;

    /// <param name="log">Where they are appended.</param>
    /// <param name="message">The events, and who waits for them or which row they came in.</param>
    /// <param name="block">The same as a row; empty when all of them were there before.</param>
    public BlockEntry(StreamLog log, Message.Append message, BlockRow block)
        : base(log.Partition, new TurnRows
        {
            Partition = log.Partition.Number,
            InsertBlocks = block.Count > 0 ? [block] : null,
            DeleteMessages = message.Row is { } row ? [row] : null,
        })
    {
        (_log, _message, _block) = (log, message, block);
        Partition.EnterWork();
    }

    public override void OnCommitted()
    {
        Partition.Guard(_log, () => _log.Appended_NeedsLock(
            EventCodec.Numbered(_message.Events, _block.First, _block.At), _message.Row));
        (_message.Ticket as Request)?.Answer(RequestOutcome.Accepted);
        Partition.ExitWork();
    }

    /// <summary>The partition was lost before: whoever owns it gets what somebody still waits for.</summary>
    public override void OnStale()
    {
        if (_message.Ticket is not null)
            Partition.Submit(_log.Id, _message);
        Partition.ExitWork();
    }

    protected override void OnRefused(string refusal)
    {
        Partition.Guard(_log, () => _log.NotAppended_NeedsLock(_block));
        if (_message.Ticket is Request request)
            request.Fail(new InvalidOperationException($"The store refused the events: {refusal}"));
        else
            base.OnRefused(refusal);
        Partition.ExitWork();
    }
}

/// <summary>The readers of a log that had no row yet begin.</summary>
internal sealed class ReadersBegin(StreamLog log, List<ReaderRow> readers)
    : RowsEntry(log.Partition, new TurnRows { Partition = log.Partition.Number, UpsertReaders = readers })
{
    public override void OnCommitted()
    {
        // Nobody waits for it.
    }

    public override void OnStale()
    {
        // The next owner lets them begin.
    }
}

/// <summary>Blocks that are older than they need to be go.</summary>
internal sealed class LogTrimmed(StreamLog log, LogTrim trim)
    : RowsEntry(log.Partition, new TurnRows { Partition = log.Partition.Number, TrimLogs = [trim] })
{
    public override void OnCommitted()
    {
        // Nobody waits for it.
    }

    public override void OnStale()
    {
        // The next owner finds them.
    }
}

/// <summary>What became of events, in line for a batch.</summary>
internal sealed class StreamTurnEntry(ActivityWork work, BatchOutcome outcome, ReaderTurn turn)
    : TriggerEntry((StreamReader)work.Source, work, turn.Rows, turn.Sent)
{
    public ReaderTurn Turn => turn;

    private StreamReader Reader => (StreamReader)Source;

    protected override bool HasOutputs => outcome is { Failure: null, Sent.Count: > 0 };

    protected override void Tell()
    {
        StreamConsumer function = Reader.Function.Consumer;
        foreach (DeadLetterRow dead in turn.DeadLetters)
        {
            FailureDetails failure = ((StreamDelivery)Work.Delivery!).FailureOf(dead.EventId, outcome);
            Partition.Node.Logger.EventPutAside(
                dead.EventId, function.Stream, dead.Key.ToString(), dead.Class, function.Name, failure.ErrorType,
                failure.ErrorMessage);
        }
        foreach ((StoredEvent e, FailureDetails failure) in turn.Skipped)
            Partition.Node.Logger.EventSkipped(
                e.Data.Id, function.Stream, function.Name, failure.ErrorType, failure.ErrorMessage);
        if (turn.State.IsHeld)
            Partition.Node.Logger.StreamHeld(Reader.Log.Id, function.Group, turn.State.Position, function.Name);
    }

    /// <summary>Each of its events is given up: what it sent cannot be stored, and would not be next time.</summary>
    protected override void Refuse()
    {
        StreamDelivery delivery = (StreamDelivery)Work.Delivery!;
        BatchOutcome refused = outcome with
        {
            Sent = [],
            Events =
            [
                .. from place in Enumerable.Range(0, delivery.Events.Count)
                   select new FailedEvent(place, Refusals.OfStore, DeadLetterReason.Exception),
            ],
        };
        // What stands behind it in line rests on the same position, so it takes its place.
        Partition.Node.LaneOf(Partition).EnqueueFirst(
            new StreamTurnEntry(Work, refused, Reader.TurnOf(delivery, refused)));
    }
}
