using System.Reflection;
using Perdure.Hosting;

namespace Perdure;

/// <summary>
/// What a host of durable functions can be told. Every setting has a default that works; they bind from the
/// configuration section <c>Perdure</c> and are checked when the host starts.
/// </summary>
public sealed class PerdureOptions
{
    /// <summary>
    /// The name of the task hub. Default <c>perdure</c>; 1 to 50 letters, digits, <c>-</c> or <c>_</c>.
    /// </summary>
    public string TaskHub { get; set; } = "perdure";

    /// <summary>
    /// The file of the embedded store. A relative path is relative to the content root. Default <c>perdure.db</c>.
    /// </summary>
    public string SqlitePath { get; set; } = "perdure.db";

    /// <summary>
    /// The assemblies in which functions are looked for. Empty, the default, means the entry assembly.
    /// </summary>
    public IList<Assembly> FunctionAssemblies { get; } = [];

    /// <summary>When there are any, functions are looked for in these classes only.</summary>
    public IList<Type> FunctionTypes { get; } = [];

    /// <summary>
    /// Activities that run at the same time in this process. Default 100 for each processor; from 1 to 100,000.
    /// </summary>
    public int MaxConcurrentActivities { get; set; } = 100 * Environment.ProcessorCount;

    /// <summary>
    /// Idle orchestrations that are kept warm in memory, so that nothing is replayed when they go on. Default 10,000; 0
    /// keeps none.
    /// </summary>
    public int SessionCacheSize { get; set; } = 10_000;

    /// <summary>
    /// The largest input, output, event or custom status, in bytes of JSON. Default 1 MiB; from 1 KiB to 16 MiB.
    /// </summary>
    public int MaxPayloadBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// How long any activity may run unless its function says otherwise with <c>[Timeout]</c>. Default: without bound.
    /// </summary>
    public TimeSpan? ActivityTimeout { get; set; }

    /// <summary>
    /// How long any activity, and any function of a queue or stream, may run that has no time of its own. Default:
    /// without bound. <see cref="ActivityTimeout"/> comes first for activities.
    /// </summary>
    public TimeSpan? FunctionTimeout { get; set; }

    /// <summary>
    /// What is different for single functions, by name in any case: <c>Perdure:Functions:ShipOrder:BatchSize</c> in the
    /// configuration. An attribute has the last word.
    /// </summary>
    public IDictionary<string, FunctionOptions> Functions { get; } =
        new Dictionary<string, FunctionOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// How many runs at a time in one node the limits let through that functions share
    /// (<see cref="ConcurrencyLimitAttribute"/>), by name in any case; each 1 or more.
    /// </summary>
    public IDictionary<string, int> ConcurrencyLimits { get; } =
        new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Stopping lets running activities and turns finish for so long. Default 20 seconds. The host's own
    /// <c>ShutdownTimeout</c> (30 seconds) should be longer.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Where several processes share a hub: how long what one of them owns stays with it when it is not heard of, until
    /// another goes on with it. A process that cannot reach the store lets go of everything after four fifths of it.
    /// Default 15 seconds; from 3 seconds to 10 minutes. The embedded stores have one process and need none.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// An orchestration whose replay asks for something else than its history holds fails by default. With true it is
    /// parked instead, reported as suspended, and goes on when it is resumed after the code was mended.
    /// </summary>
    public bool ParkNonDeterministicInstances { get; set; }

    /// <summary>
    /// How often the process may die during the same activity or turn before that is failed instead of run again.
    /// Default 10; from 1 to 1,000.
    /// </summary>
    public int MaxDeaths { get; set; } = 10;

    /// <summary>How the functions of queues run, unless their triggers say otherwise.</summary>
    public QueueOptions Queues { get; } = new();

    /// <summary>The streams of the hub, and how their functions run unless their triggers say otherwise.</summary>
    public StreamOptions Streams { get; } = new();

    /// <summary>Circuit breakers: when functions of queues and streams stop, who is told, and how they go on.</summary>
    public CircuitOptions Circuits { get; } = new();

    /// <summary>The version of this program, and which instances it runs.</summary>
    public VersioningOptions Versioning { get; } = new();

    /// <summary>What was put aside.</summary>
    public DeadLetterOptions DeadLetters { get; } = new();

    /// <summary>
    /// How long ended orchestrations are kept: completed ones for 30 days, failed and terminated ones for 90.
    /// </summary>
    public RetentionOptions Retention { get; } = new();

    /// <summary>How long what functions have used is kept, and what it would cost.</summary>
    public UsageOptions Usage { get; } = new();

    /// <summary>How many instances of the program are recommended.</summary>
    public ScaleOptions Scale { get; } = new();

    /// <summary>Where durable HTTP calls may go, and how long they may take; by default public addresses.</summary>
    public HttpCallOptions Http { get; } = new();

    /// <summary>
    /// Whether the hub lives in memory and ends with the process; for tests. Set by <see cref="UseMemory"/>.
    /// </summary>
    internal bool InMemory { get; private set; }

    /// <summary>Makes the store when the host starts; null for the embedded ones.</summary>
    internal StoreSource? Source { get; set; }

    /// <summary>Stores the hub in one SQLite file, which is what happens without a call as well.</summary>
    /// <param name="path">The file; relative to the content root.</param>
    /// <returns>The same options.</returns>
    public PerdureOptions UseSqlite(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        SqlitePath = path;
        (InMemory, Source) = (false, null);
        return this;
    }

    /// <summary>Keeps the hub in memory: nothing survives the process. For tests and trials.</summary>
    /// <returns>The same options.</returns>
    public PerdureOptions UseMemory()
    {
        (InMemory, Source) = (true, null);
        return this;
    }
}
