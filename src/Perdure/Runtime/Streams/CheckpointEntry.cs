using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Telemetry;

namespace Perdure.Runtime.Streams;

/// <summary>What became of a request to move a checkpoint, in line for a batch.</summary>
internal sealed class CheckpointEntry : RowsEntry
{
    private readonly StreamLog _log;
    private readonly Message.Checkpoint _command;
    private readonly RequestOutcome _outcome;
    private readonly long _position;

    /// <param name="log">Whose reader it is.</param>
    /// <param name="command">What was wanted.</param>
    /// <param name="outcome">What it came to.</param>
    /// <param name="reader">The reader from then on; null when it stays as it is, or goes.</param>
    /// <param name="dead">What is put aside, or null.</param>
    public CheckpointEntry(
        StreamLog log, Message.Checkpoint command, RequestOutcome outcome, ReaderRow? reader, DeadLetterRow? dead)
        : base(log.Partition, RowsOf(log, command, outcome, reader, dead))
    {
        (_log, _command, _outcome, _position) = (log, command, outcome, reader?.Position ?? -1);
        Partition.EnterWork();
    }

    public override void OnCommitted()
    {
        Partition.Guard(_log, () => _log.Obeyed_NeedsLock(_command.Row));
        (_command.Ticket as Request)?.Answer(_outcome);
        foreach (OutcomeRow outcome in Rows.InsertOutcomes ?? [])
            Partition.Node.Wakes.Answered(outcome);
        if (_outcome == RequestOutcome.Accepted)
            Tell();
        Partition.ExitWork();
    }

    /// <summary>The partition was lost before: whoever owns it is asked.</summary>
    public override void OnStale()
    {
        if (_command.Ticket is not null)
            Partition.Submit(_log.Id, _command);
        Partition.ExitWork();
    }

    protected override void OnRefused(string refusal)
    {
        if (_command.Ticket is Request request)
            request.Fail(new InvalidOperationException($"The store refused the checkpoint: {refusal}"));
        // What is in memory is not what is stored.
        base.OnRefused(refusal);
        Partition.ExitWork();
    }

    private void Tell()
    {
        string author = _command.Author ?? "somebody";
        if (_command.Verb == CheckpointVerb.Delete)
            Partition.Node.Logger.GroupDeleted(_log.Id, _command.Group, author);
        else
            Partition.Node.Logger.CheckpointMoved(_log.Id, _command.Group, _position, _command.Verb, author);
        foreach (DeadLetterRow dead in Rows.InsertDeadLetters ?? [])
            Partition.Node.Logger.HeldEventPutAside(dead.EventId, _log.Stream, dead.Key.ToString(), author);
    }

    private static TurnRows RowsOf(
        StreamLog log, Message.Checkpoint command, RequestOutcome outcome, ReaderRow? reader, DeadLetterRow? dead) =>
        new()
        {
            Partition = log.Partition.Number,
            UpsertReaders = reader is { } row ? [row] : null,
            DeleteReaders = outcome == RequestOutcome.Accepted && command.Verb == CheckpointVerb.Delete
                ? [new ReaderKey(log.Partition.Number, log.Id, command.Group)]
                : null,
            InsertDeadLetters = dead is null ? null : [dead],
            DeleteMessages = command.Row is { } taken ? [taken] : null,
            InsertOutcomes = command.RequestId is { } asked ? [new OutcomeRow(asked, outcome)] : null,
        };
}
