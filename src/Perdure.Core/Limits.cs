namespace Perdure.Core;

/// <summary>Everything that is bounded, with its default; options may change those that say so.</summary>
internal sealed record Limits
{
    public static readonly Limits Default = new();

    /// <summary>One input, output, event or custom status, in bytes of JSON. An option.</summary>
    public int PayloadBytesMax { get; init; } = 1024 * 1024;

    /// <summary>All that one turn writes to the history, in bytes.</summary>
    public int TurnBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>A turn that is wider than this many bytes becomes several rows.</summary>
    public int HistoryRowBytesMax { get; init; } = 256 * 1024;

    /// <summary>
    /// Events in the history of one execution; beyond it the orchestration fails and says to continue as new.
    /// </summary>
    public int HistoryEventsMax { get; init; } = 100_000;

    /// <summary>Events after which a warning is logged once.</summary>
    public int HistoryEventsWarning { get; init; } = 10_000;

    /// <summary>Actions that the code may ask for in one turn.</summary>
    public int ActionsPerTurnMax { get; init; } = 100_000;

    /// <summary>Messages that one turn takes from the mailbox; the rest waits for the next turn.</summary>
    public int MessagesPerTurnMax { get; init; } = 10_000;

    /// <summary>Operations that one turn of an entity runs.</summary>
    public int OperationsPerTurnMax { get; init; } = 1_000;

    /// <summary>Inputs of the operations that one turn of an entity runs, in bytes.</summary>
    public int OperationBytesPerTurnMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Messages that wait for one entity with their bodies in memory; the bodies of the others stay in the store until
    /// their turn comes.
    /// </summary>
    public int BodiesInMemoryMax { get; init; } = 2_000;

    /// <summary>What the bodies in memory may weigh for one entity, in bytes.</summary>
    public int BodyBytesInMemoryMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Messages that may wait for one entity; then clients are told that it is busy.</summary>
    public int WaitingForEntityMax { get; init; } = 1_000_000;

    /// <summary>History rows that a commit deletes by itself; longer histories are swept in chunks.</summary>
    public int RowsDeletedInCommitMax { get; init; } = 200;

    /// <summary>
    /// Inner failures of a failure that are kept; stored JSON must stay readable however deep exceptions nest.
    /// </summary>
    public int FailureDepthMax { get; init; } = 32;

    /// <summary>
    /// Deaths of the process during one activity or turn after which it is failed instead of run again. An option.
    /// </summary>
    public int DeathsMax { get; init; } = 10;
}
