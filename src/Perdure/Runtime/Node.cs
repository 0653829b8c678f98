using Microsoft.Extensions.Logging;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Core.Turns;
using Perdure.Execution;
using Perdure.Execution.Entities;
using Perdure.Functions;
using Perdure.Json;
using Perdure.Runtime.Circuits;
using Perdure.Runtime.Concurrency;
using Perdure.Runtime.Offers;
using Perdure.Runtime.Queues;
using Perdure.Runtime.Streams;
using Perdure.Runtime.Usage;
using Perdure.Telemetry;

namespace Perdure.Runtime;

/// <summary>What a node is built from: everything that touches the outside world comes in here.</summary>
internal sealed record NodeParts(
    IStore Store,
    IOrchestrationExecutor Executor,
    IEntityExecutor Entities,
    FunctionRegistry Functions,
    PayloadSerializer Serializer,
    WorkScheduler Scheduler,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>Draws ids for what functions send.</summary>
    public Clients.IIdSource? Ids { get; init; }

    /// <summary>How many bytes the process holds, for what functions use.</summary>
    public Func<long> Memory { get; init; } = static () => Environment.WorkingSet;
}

/// <summary>
/// One process of the host: owns partitions, takes batches to the store, gives activities their slots. It starts work
/// only through its scheduler and tells time only by its time provider.
/// </summary>
internal sealed partial class Node : INumbers
{
    /// <summary>Origins from here on are nodes, those below are partitions.</summary>
    public const long RequestOrigin = 1L << 32;

    /// <summary>
    /// And from here on nodes that report what they have done for others: a node that owns the partition itself knows
    /// its requests before they are rows, but not its reports.
    /// </summary>
    public const long ReportOrigin = 1L << 48;

    /// <summary>What a cancelled activity gets to put its things in order.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Deleting old histories shares the writer with everybody: small pieces, and pauses between them.
    /// </summary>
    private const int SweptRows = 500;

    private static readonly TimeSpan SweepPause = TimeSpan.FromMilliseconds(10);

    private readonly NodeParts _parts;
    private readonly HubTime _time;
    private readonly ITimer _audit;
    private readonly Lock _auditGate = new();
    private readonly CancellationTokenSource _stopping = new();
    private HubSecret? _secret;
    private readonly CancellationTokenSource _left = new();
    private Partition[] _partitions = [];
    private Lane[] _lanes = [];
    private Task _recovery = Task.CompletedTask;
    private Task _upkeep = Task.CompletedTask;
    private Task _leases = Task.CompletedTask;
    private Task _retention = Task.CompletedTask;
    private Task _streamRetention = Task.CompletedTask;
    private Task _usageRetention = Task.CompletedTask;
    private long _lastKey;
    private long _openings;
    private volatile bool _stopped;

    public Node(NodeParts parts, RuntimeSettings settings)
    {
        _parts = parts;
        _time = new HubTime(parts.Time);
        Settings = settings;
        Meters = new Meters(this);
        Telemetry = new RuntimeTelemetry(this);
        RecoverySlots = new RecoverySlots(settings.RecoverySlots);
        Claims = new Claims(this);
        SharedLimits limits = new(parts.Scheduler);
        Activities = new ActivityDispatcher(
            settings.ConcurrentActivitiesMax, parts.Scheduler, new ActivityRunner(this), limits, Claims.Pull);
        Triggers = new ActivityDispatcher(
            TriggersMax, parts.Scheduler, new ActivityRunner(this), limits, static () => { });
        Leases = new LeaseKeeper(this);
        Executor = new TurnsElsewhere(parts.Executor, this);
        Usage = new UsageMeter(this, parts.Memory);
        EntitiesHere = new MeteredEntities(parts.Entities, this);
        Entities = new OperationsElsewhere(EntitiesHere, this);
        Wakes = new Wakes(this);
        Circuits = new CircuitBoard(this);
        ActivityCircuits = new ActivityCircuits(this);
        Outcomes = new RemoteOutcomes(this);
        _audit = _time.CreateTimer(
            static n => ((Node)n!).Audit(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public RuntimeSettings Settings { get; }
    public Alarms Alarms { get; } = new();
    public IStore Store => _parts.Store;

    /// <summary>Runs code wherever it is.</summary>
    public TurnsElsewhere Executor { get; }

    public IEntityExecutor Entities { get; }

    /// <summary>Runs the code of this process.</summary>
    public IOrchestrationExecutor ExecutorHere => _parts.Executor;

    public IEntityExecutor EntitiesHere { get; }
    public FunctionRegistry Functions => _parts.Functions;
    public PayloadSerializer Serializer => _parts.Serializer;
    public WorkScheduler Scheduler => _parts.Scheduler;
    public TimeProvider Time => _time;
    public ILogger Logger => _parts.Logger;
    public Meters Meters { get; }
    public RuntimeTelemetry Telemetry { get; }
    public ActivityDispatcher Activities { get; }
    public RecoverySlots RecoverySlots { get; }
    public LeaseKeeper Leases { get; }
    public Claims Claims { get; }
    public Wakes Wakes { get; }
    public RemoteOutcomes Outcomes { get; }
    public UsageMeter Usage { get; }

    /// <summary>Whether it can own something; a node without functions cannot.</summary>
    public bool Runs => Functions.Offered.Count > 0 && !IsStopping;

    /// <summary>What runs between a claim and its commit; stopping waits for it.</summary>
    public WorkCount Work { get; } = new();

    public long Number { get; private set; }

    /// <summary>Cancelled when the node begins to stop.</summary>
    public CancellationToken WhenStopping => _stopping.Token;

    /// <summary>What all nodes of the hub know and nobody else.</summary>
    /// <exception cref="InvalidOperationException">The node has not started.</exception>
    public HubSecret Secret => _secret ?? throw NotStarted();

    public bool IsStopping => _stopping.IsCancellationRequested;

    public int Partitions => _partitions.Length;

    /// <summary>
    /// The time of the hub in milliseconds since 1970: the precision in which everything is stored.
    /// </summary>
    public long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The store has said what time it is, in an answer to a question that was asked then.</summary>
    public void HeardTime(long store, long askedAt) => _time.Heard(store, askedAt);

    /// <summary>More work has been taken than is being done; starts are held back until it is less.</summary>
    public bool IsOverloaded =>
        _lanes.Any(l => l.Backlog > Settings.BacklogMax) || Activities.Waiting > Settings.WaitingActivitiesMax;

    /// <summary>How many partitions are open here.</summary>
    public int Owned => _partitions.Count(p => p.Epoch != 0);

    public int ResidentCount => _partitions.Sum(p => p.ResidentCount);

    public long Batches => _lanes.Sum(l => l.Batches);

    /// <summary>The last batch that each lane has sent.</summary>
    public long[] Sent() => [.. _lanes.Select(l => l.Batches)];

    /// <summary>Whether the lanes have told what became of all that they had sent then.</summary>
    public bool HasTold(long[] sent) => _lanes.Zip(sent).All(x => x.First.Told >= x.Second);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        HubInfo hub = await Store.OpenAsync(Now, cancellationToken);
        (Number, _secret, _queues) = (hub.Node, hub.Secret, new QueueRoutes(hub.Partitions));
        _lanes = [.. Enumerable.Range(0, hub.Lanes).Select(i => NewLane(i))];
        _partitions = new Partition[hub.Partitions];
        for (int i = 0; i < _partitions.Length; i++)
            _partitions[i] = new Partition(i, this);
        foreach (string stream in Functions.KnownStreams)
            await Streams.OpenAsync(stream, cancellationToken);
        Store.Listen(Wakes.Hear);
        await Leases.StartAsync(cancellationToken);
        Logger.NodeStarted(Settings.TaskHub, Number, _partitions.Length);
        foreach (string function in Functions.Disabled)
            Logger.FunctionIsDisabled(function);
        if (IsShared)
            Wakes.Shares();
        _leases = Leases.RunAsync(_left.Token);
        _upkeep = UpkeepAsync(isAudit: false);
        _retention = new Retention(this).RunAsync(_stopping.Token);
        _streamRetention = new StreamRetention(this).RunAsync(_stopping.Token);
        _usageRetention = new UsageRetention(this).RunAsync(_stopping.Token);
        _audit.Change(Settings.AuditEvery, Settings.AuditEvery);
    }

    /// <summary>
    /// Stops taking work, lets what runs finish until the token says otherwise, then tells activities to stop and
    /// leaves. What did not finish is owed to the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken deadline)
    {
#pragma warning disable CA1849 // CancelAsync would go on in the thread pool; who listens here only stops waiting.
        _stopping.Cancel();
#pragma warning restore CA1849
        await _audit.DisposeAsync();
        if (IsAbandoned)
            deadline = new CancellationToken(canceled: true);
        Activities.Stop();
        Triggers.Stop();
        foreach (Partition partition in _partitions)
            partition.StopCare();
        await Claims.StopAsync();
        // Others go on with the instances while the activities that run here come to their end.
        if (IsShared && Leases.HasOthers)
            await Task.WhenAll(
                _partitions.Where(p => p.Epoch != 0).Select(p => p.HandOverAsync(p.Epoch, deadline)));
        // One after the other: the continuation of WhenAll would run in the thread pool.
        bool isIdle = await Finished(Activities.WhenIdleAsync(), deadline);
        isIdle &= await Finished(Triggers.WhenIdleAsync(), deadline);
        if (!isIdle)
        {
            Logger.StopDeadline(Activities.Running + Triggers.Running);
            Activities.CancelRunning();
            Triggers.CancelRunning();
            using CancellationTokenSource grace = new(Grace, Time);
            await Finished(Activities.WhenIdleAsync(), grace.Token);
            await Finished(Triggers.WhenIdleAsync(), grace.Token);
        }
        foreach (Partition partition in _partitions)
            partition.StopIntake();
        await Finished(Work.WhenIdleAsync(), deadline);
        Usage.Stop();
        // What a lost lease has taken out of memory may still stand in line, with somebody who waits for it.
        foreach (Lane lane in _lanes)
            await Finished(lane.WhenIdleAsync(), deadline);
        await Finished(_recovery, deadline);
        await Finished(_upkeep, deadline);
        await Finished(_handingOver.WhenIdleAsync(), deadline);
        await Finished(_retention, deadline);
        await Finished(_streamRetention, deadline);
        await Finished(_usageRetention, deadline);
        if (IsShared)
            await Finished(Outcomes.WhenAnsweredAsync(), deadline);
        // One that was abandoned has left them, and marks nothing as clean.
        foreach (Partition partition in IsAbandoned ? [] : _partitions)
            await Store.ClosePartitionAsync(partition.Number, partition.Leave(), CancellationToken.None);
        // Until here the lease was kept, so that nobody else began what was being finished.
#pragma warning disable CA1849 // As above.
        _left.Cancel();
#pragma warning restore CA1849
        Leases.Dispose();
        await Finished(_leases, CancellationToken.None);
        if (!IsAbandoned)
            await Leases.EndAsync();
        Outcomes.Dispose();
        Wakes.Shares();
        _stopped = true;
        Meters.Dispose();
        Logger.NodeStopped(Settings.TaskHub, Number);
    }

    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public Partition PartitionOf(string instanceId) => _partitions.Length > 0
        ? _partitions[InstanceIds.Partition(instanceId, _partitions.Length)]
        : throw NotStarted();

    /// <summary>The store for those who come from outside.</summary>
    /// <exception cref="InvalidOperationException">The host has not started, or has stopped.</exception>
    public IStore OpenStore => _partitions.Length == 0 ? throw NotStarted() : _stopped ? throw Stopping() : Store;

    /// <summary>Whether other nodes can have the hub open at the same time.</summary>
    public bool IsShared => Leases.IsShared;

    public Partition Partition(int number) => _partitions[number];

    /// <summary>Another node has come that may have code which instances here wait for.</summary>
    public void WakeCodeless()
    {
        foreach (Partition partition in _partitions.Where(p => p.Epoch != 0))
        {
            partition.WakeCodeless();
            RecoverTaken(partition.Number);
        }
    }

    public Lane LaneOf(Partition partition) => _lanes[partition.Number % _lanes.Length];

    /// <summary>How many partitions were opened here; see <see cref="CommitEntry.Openings"/>.</summary>
    public long Openings => Volatile.Read(ref _openings);

    public void CountOpening() => Interlocked.Increment(ref _openings);

    /// <param name="target">The instance.</param>
    /// <param name="message">What the commit of <paramref name="sender"/> has sent it.</param>
    /// <param name="sender">What was committed.</param>
    public void Deliver(string target, Message message, CommitEntry sender) =>
        PartitionOf(target).Deliver(target, message, sender);

    public long DrawKey() => (Number << 32) + Interlocked.Increment(ref _lastKey);

    public long DrawTimerNumber(int partition) => _partitions[partition].DrawTimerNumber();

    private static InvalidOperationException NotStarted() =>
        new("The host of the durable functions has not started. Start it first, for example with 'await "
            + "host.StartAsync()'.");

    public static InvalidOperationException Stopping() =>
        new("The host is stopping and takes no more requests. Send it again when the host is back.");

    /// <summary>
    /// Asks again what opening asked: recovery is a question that the store can always answer, not a start-up routine.
    /// Then deletes old histories.
    /// </summary>
    private async Task UpkeepAsync(bool isAudit)
    {
        try
        {
            foreach (Partition partition in isAudit ? _partitions : [])
            {
                await partition.RecoverAsync(_stopping.Token);
                await partition.AuditMessagesAsync(_stopping.Token);
                partition.LookForReplays();
            }
            while (!_stopping.IsCancellationRequested && await Store.SweepAsync(SweptRows, _stopping.Token))
                await Task.Delay(SweepPause, Time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the next start goes on with it.
        }
        catch (StoreException e)
        {
            Logger.RecoveryFailed(e);
        }
    }

    /// <summary>One at a time: timers whose time has come twice may call twice at once.</summary>
    private void Audit()
    {
        lock (_auditGate)
        {
            if (_upkeep.IsCompleted && !_stopping.IsCancellationRequested)
                _upkeep = UpkeepAsync(isAudit: true);
        }
    }

    /// <summary>Whether it ended before the deadline.</summary>
    public static async Task<bool> Finished(Task task, CancellationToken deadline)
    {
        try
        {
            await task.WaitHereAsync(deadline);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
