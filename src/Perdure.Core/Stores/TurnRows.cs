using Perdure.Core.Identity;
using Perdure.Core.Usage;

namespace Perdure.Core.Stores;

/// <summary>
/// What one turn writes. Lists are null when empty, because most turns use one or two of them. Within a batch the store
/// applies the first field of all turns, then the second of all turns, and so on in the order in which they stand here:
/// a row can be inserted by one turn and deleted by another of the same batch. It keeps no memory of the caller.
/// </summary>
internal sealed class TurnRows
{
    /// <summary>Where the instance of this turn lives; its rows of history and tasks stand there too.</summary>
    public required int Partition { get; init; }

    /// <summary>
    /// A terminal instance that this turn purges or replaces: row, history and tags go. Of a history of more than
    /// <see cref="Limits.RowsDeletedInCommitMax"/> rows, and of any whose key <see cref="Sweep"/> names, the sweeper
    /// deletes the rest.
    /// </summary>
    public long? DeleteInstance { get; set; }

    public InstanceRow? InsertInstance { get; set; }

    /// <summary>
    /// Must hit exactly one row; otherwise the whole batch is <see cref="CommitOutcome.Inconsistent"/>.
    /// </summary>
    public InstanceUpdate? UpdateInstance { get; set; }

    /// <summary>Generations of an execution that ended by continue-as-new: short history, deleted at once.</summary>
    public ExecutionKey? DeleteHistory { get; set; }

    /// <summary>A history that is too long to delete in a commit; a sweeper deletes it in chunks later.</summary>
    public SweepRow? Sweep { get; set; }

    /// <summary>The usual single history row; <c>Events</c> is empty when the turn writes none.</summary>
    public HistoryRow History { get; set; }

    /// <summary>Further parts of a turn that is too wide for one row.</summary>
    public List<HistoryRow>? HistoryParts { get; set; }

    /// <summary>
    /// The row of an entity as it is from now on, whether there was one or not. Entities are written turn by turn, like
    /// tasks, so that the last turn of a batch counts.
    /// </summary>
    public EntityRow? UpsertEntity { get; set; }

    /// <summary>An entity that has neither state nor lock any more. Must exist.</summary>
    public string? DeleteEntity { get; set; }

    public List<MessageRow>? InsertMessages { get; set; }

    /// <summary>Each must exist.</summary>
    public List<MessageKey>? DeleteMessages { get; set; }

    /// <summary>
    /// Messages whose bodies are written over; each must exist. Of a batch the last one counts.
    /// </summary>
    public List<MessageRow>? RewriteMessages { get; set; }

    public List<TimerRow>? InsertTimers { get; set; }

    /// <summary>Fired and cancelled timers; each must exist.</summary>
    public List<TimerKey>? DeleteTimers { get; set; }

    /// <summary>
    /// One that exists is written over: another node begins the work anew. Tasks are the exception from the order of
    /// the fields: they are written turn by turn, so that the last turn of a batch counts.
    /// </summary>
    public List<TaskRow>? InsertTasks { get; set; }

    /// <summary>May be absent already.</summary>
    public List<TaskKey>? DeleteTasks { get; set; }

    /// <summary>Work for other nodes; of the partition of the turn.</summary>
    public List<OfferRow>? InsertOffers { get; set; }

    /// <summary>Work that is done, or not wanted any more. May be absent already.</summary>
    public List<OfferKey>? DeleteOffers { get; set; }

    /// <summary>What requests of other nodes came to; what was said first stays.</summary>
    public List<OutcomeRow>? InsertOutcomes { get; set; }

    /// <summary>What is put aside.</summary>
    public List<DeadLetterRow>? InsertDeadLetters { get; set; }

    /// <summary>Each must exist.</summary>
    public List<DeadLetterUpdate>? UpdateDeadLetters { get; set; }

    /// <summary>Events that are appended to logs.</summary>
    public List<BlockRow>? InsertBlocks { get; set; }

    public List<LogTrim>? TrimLogs { get; set; }

    /// <summary>
    /// Readers as they are from now on, whether there were any or not. Of a batch the last one counts.
    /// </summary>
    public List<ReaderRow>? UpsertReaders { get; set; }

    /// <summary>Readers that are forgotten. May be absent already.</summary>
    public List<ReaderKey>? DeleteReaders { get; set; }

    /// <summary>What runs have used; added to what the rows of their keys hold.</summary>
    public List<UsageRow>? AddUsage { get; set; }

    /// <summary>Tags of the inserted instance.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; set; }

    /// <summary>An empty turn needs no commit.</summary>
    public bool IsEmpty =>
        DeleteInstance is null && InsertInstance is null && UpdateInstance is null && DeleteHistory is null
        && Sweep is null && History.Events.IsEmpty && UpsertEntity is null && DeleteEntity is null
        && InsertMessages is null && DeleteMessages is null && RewriteMessages is null && InsertDeadLetters is null
        && InsertTimers is null && DeleteTimers is null && InsertTasks is null && DeleteTasks is null
        && InsertOffers is null && DeleteOffers is null && InsertOutcomes is null
        && UpdateDeadLetters is null && InsertBlocks is null && TrimLogs is null && UpsertReaders is null
        && DeleteReaders is null && AddUsage is null;

    /// <summary>What the turn weighs without its messages, for the bound on batches.</summary>
    public int Bytes =>
        History.Events.Length + (HistoryParts?.Sum(p => p.Events.Length) ?? 0) + (UpsertEntity?.State.Length ?? 0)
        + (InsertBlocks?.Sum(b => b.Body.Length) ?? 0);
}
