using Perdure.Core;
using Perdure.Core.Orchestrations;

namespace Perdure.Runtime;

/// <summary>What the runtime can be told, already checked.</summary>
internal sealed record RuntimeSettings
{
    public required string TaskHub { get; init; }
    public Limits Limits { get; init; } = Limits.Default;

    /// <summary>Idle instances kept warm, over all partitions.</summary>
    public int SessionCacheSize { get; init; } = 10_000;

    public int ConcurrentActivitiesMax { get; init; } = 100 * Environment.ProcessorCount;

    /// <summary>Starts are held back while this many entries wait for a batch.</summary>
    public int BacklogMax { get; init; } = 20_000;

    /// <summary>Starts are held back while this many activities wait for a slot.</summary>
    public int WaitingActivitiesMax { get; init; } = 200_000;

    /// <summary>A start that is held back for so long gets an error instead.</summary>
    public TimeSpan BusyAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Instances that recovery brings into memory at the same time.</summary>
    public int RecoverySlots { get; init; } = 1_000;

    /// <summary>How long partitions are owned without renewing, by the clock of the store.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What activities and turns of a partition get to finish before another node takes it.</summary>
    public TimeSpan HandOverWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A request that no finished turn has consumed by then is made durable by itself.</summary>
    public TimeSpan RecordAfter { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How far ahead timers are read from the store.</summary>
    public TimeSpan TimerHorizon { get; init; } = TimeSpan.FromSeconds(60);

    public int TimersPerRead { get; init; } = 10_000;

    /// <summary>How often the store is asked whether it owes what memory does not know.</summary>
    public TimeSpan AuditEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long instances of a terminal status are kept after their end; without an entry for ever.</summary>
    public IReadOnlyDictionary<InstanceStatus, TimeSpan> Retention { get; init; } =
        new Dictionary<InstanceStatus, TimeSpan>();

    public StreamOptions Streams { get; init; } = new();

    public int PartitionsOfStream(string stream) =>
        Streams.Named.TryGetValue(stream, out StreamShape? shape) && shape.Partitions is { } own
            ? own
            : Streams.Partitions;

    /// <summary>How long the events of a stream are kept; null for ever.</summary>
    public TimeSpan? StreamRetention(string stream) =>
        Streams.Named.TryGetValue(stream, out StreamShape? shape) && shape.Retention is { } own
            ? own
            : Streams.Retention;

    /// <summary>How long the ids of the events of a stream are remembered; zero for not at all.</summary>
    public TimeSpan DuplicateWindow(string stream) =>
        Streams.Named.TryGetValue(stream, out StreamShape? shape) && shape.DuplicateWindow is { } own
            ? own
            : Streams.DuplicateWindow;

    /// <summary>How long dead letters are kept that are resolved or discarded; null for ever.</summary>
    public TimeSpan? DeadLetterRetention { get; init; }

    /// <summary>How often is looked for what has been kept long enough.</summary>
    public TimeSpan RetentionEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the memory of the process is looked at while functions run.</summary>
    public TimeSpan UsageSampleEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long usage is kept; null for ever.</summary>
    public TimeSpan? UsageRetention { get; init; }

    /// <summary>How many activities and turns a careful partition runs at a time.</summary>
    public int CarefulWorkMax { get; init; } = 4;

    /// <summary>
    /// How long others wait for work that a careful partition runs; twice as long for each death after the first.
    /// </summary>
    public TimeSpan CarefulWait { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest that others wait.</summary>
    public TimeSpan CarefulWaitMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a partition is careful, unless suspects still wait by then.</summary>
    public TimeSpan CarefulFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time that any activity may take unless it says otherwise; null means no bound.</summary>
    public TimeSpan? ActivityTimeout { get; init; }

    /// <summary>The same for whatever has no other time.</summary>
    public TimeSpan? FunctionTimeout { get; init; }

    /// <summary>How long a function may run that says nothing itself.</summary>
    public TimeSpan? TimeoutOf(ActivityWork work) => work.Delivery is null
        ? ActivityTimeout ?? FunctionTimeout
        : FunctionTimeout ?? ActivityTimeout;
}
