using Perdure.Core.Identity;
using Perdure.Core.Usage;

namespace Perdure.Core.Stores.Memory;

/// <summary>The tables of the hub, with the keys that they have in the databases.</summary>
internal sealed class MemoryTables
{
    public MemoryTables(int partitions)
    {
        Partitions = new PartitionRow[partitions];
        Commits = new(Journal);
        Instances = new(Journal);
        Ids = new(Journal, Utf8Order.Instance);
        History = new(Journal);
        Messages = new(Journal);
        Timers = new(Journal);
        Tasks = new(Journal);
        Offers = new(Journal);
        Requests = new(Journal, Utf8Order.Instance);
        Sweep = new(Journal);
        DeadLetters = new(Journal);
        Streams = new(Journal, Utf8Order.Instance);
        Blocks = new(Journal, LogOrder.Instance);
        Readers = new(Journal, LogOrder.Instance);
        Usage = new(Journal, UsageOrder.Instance);
        Entities = new(Journal, Utf8Order.Instance);
        Tags = new(Journal, Utf8Order.Instance);
    }

    public Journal Journal { get; } = new();

    public PartitionRow[] Partitions { get; }

    public Table<(long Node, int Lane, long Number), long> Commits { get; }

    public Table<long, InstanceRow> Instances { get; }

    public Table<string, long> Ids { get; }

    public Table<(long Key, int Generation, int Turn, int Part), HistoryRow> History { get; }

    public Table<(int Partition, long Origin, long Number), MessageRow> Messages { get; }

    public Table<(int Partition, long Due, long Number), TimerRow> Timers { get; }

    public Table<(int Partition, long Key, int Generation, int Task), TaskRow> Tasks { get; }

    public Table<(int Partition, long Number), OfferRow> Offers { get; }

    public Table<string, OutcomeRow> Requests { get; }

    public Table<(int Partition, long Key, int Generation), SweepRow> Sweep { get; }

    public Table<DeadLetterKey, DeadLetterRow> DeadLetters { get; }

    public Table<string, StreamRow> Streams { get; }

    public Table<LogKey, BlockRow> Blocks { get; }

    public Table<LogKey, ReaderRow> Readers { get; }

    public Table<UsageKey, UsageRow> Usage { get; }

    public Table<string, EntityRow> Entities { get; }

    /// <summary>The tags of each instance id.</summary>
    public Table<string, IReadOnlyDictionary<string, string>> Tags { get; }

    public IEnumerable<BlockRow> BlocksOf(int partition, string log) =>
        Blocks.Between(new(partition, log, long.MinValue, ""), new(partition, log, long.MaxValue, ""));

    public IEnumerable<HistoryRow> HistoryOf(ExecutionKey execution) => HistoryOf(execution, execution.Generation);

    public IEnumerable<HistoryRow> HistoryOf(ExecutionKey first, int lastGeneration) =>
        History.Between((first.Key, first.Generation, 0, 0), (first.Key, lastGeneration, int.MaxValue, int.MaxValue));
}

/// <summary>Under which epoch a partition may be written, and how it was left.</summary>
internal readonly record struct PartitionRow(long Owner, long Epoch, bool Dirty, int Unclean);
