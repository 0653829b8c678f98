using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Perdure.Checks;
using Perdure.Clients;
using Perdure.Core;
using Perdure.Core.Checks;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;
using Perdure.Core.Stores.Memory;
using Perdure.Execution;
using Perdure.Execution.Entities;
using Perdure.Functions;
using Perdure.Http;
using Perdure.Json;
using Perdure.Replays;
using Perdure.Runtime;
using Perdure.Runtime.Circuits;
using Perdure.Runtime.Scaling;
using Perdure.Sqlite;

namespace Perdure.Hosting;

/// <summary>Puts the parts together and starts and stops them with the host.</summary>
internal sealed class PerdureHost : IHostedService, IAsyncDisposable
{
    private const int MemoryPartitions = 4;

    private readonly PerdureOptions _options;
    private readonly HttpSender _http;
    private readonly CircuitChannels _channels;
    private readonly IStore _store;
    private readonly IHostApplicationLifetime? _lifetime;
    private readonly IServiceProvider _services;
    private readonly FunctionRegistry _functions;
    private readonly PayloadSerializer _serializer;
    private readonly InProcessExecutor _executor;
    private readonly string _contentRoot;
    private bool _started;

    public PerdureHost(
        IServiceProvider services, IOptions<PerdureOptions> options, ILoggerFactory loggers, TimeProvider time,
        IHostEnvironment? environment = null, IHostApplicationLifetime? lifetime = null, HostHooks? hooks = null)
    {
        hooks ??= new HostHooks(WorkScheduler.ThreadPool, time);
        time = hooks.Time;
        _options = options.Value;
        _lifetime = lifetime;
        ILogger logger = loggers.CreateLogger("Perdure");
        PayloadSerializer serializer = new(_options.MaxPayloadBytes);
        FunctionEnvironment functionEnvironment = new(services, loggers, serializer, _options.TaskHub)
        {
            Queues = _options.Queues,
            Streams = _options.Streams,
            Circuits = _options.Circuits,
            Functions = _options.Functions,
            Versioning = _options.Versioning,
            ConcurrencyLimits = _options.ConcurrencyLimits,
        };
        _channels = new CircuitChannels(_options.Circuits.Notify, _options.TaskHub, time);
        _http = new HttpSender(_options.Http, _options.MaxPayloadBytes, services, time, logger);
        FunctionRegistry functions = hooks.Functions(Discover(functionEnvironment), serializer)
            .With(new HttpActivity(_http, serializer, _options.MaxPayloadBytes).Function(services))
            .With(new CircuitNotices(_options.Circuits, _channels, () => Node!).Function(services))
            .With(
                ReplayOrchestration.Function(services, serializer),
                new ReplayActivity(() => Node!, serializer).Function(services));
        _services = services;
        _functions = functions;
        _serializer = serializer;
        _contentRoot = environment?.ContentRootPath ?? AppContext.BaseDirectory;
        _store = _options.Source is StoreFactory source
            ? source.Create(_options.TaskHub)
            : Embedded(_options, _contentRoot);
        InProcessExecutor executor = _executor =
            new(functions, new SessionServices(serializer, logger, _options.ParkNonDeterministicInstances)
            {
                HttpPollInterval = _options.Http.PollInterval,
                NewestElsewhere = code => Node!.Leases.NewestElsewhere(code),
            });
        IdSource ids = new(time);
        InProcessEntityExecutor entities = new(
            functions,
            new EntityServices(serializer, ids, time, logger)
            {
                IsElsewhere = code => Node!.Leases.OffersElsewhere(code),
                NewestElsewhere = code => Node!.Leases.NewestElsewhere(code),
            });
        Node = new Node(
            new NodeParts(
                _store, executor, new CircuitEntities(entities, () => Node!), functions, serializer,
                hooks.Scheduler, time, logger)
            {
                Ids = ids,
            },
            hooks.Settings(Settings(_options)));
        Node.WhenAbandoned = StopHost;
        DurableClient client = new(Node, functions, serializer, ids);
        Client = client;
        Node.ClientFor = client.With;
        Queues = new QueueClient(Node, serializer);
        Streams = new StreamClient(Node, serializer);
        Circuits = new CircuitClient(Node, _options.Circuits);
        Timers = new TimerClient(Node);
        StreamAdmin = new StreamAdminClient(Node);
        DeadLetters = new DeadLetterClient(Node, serializer, client);
        Usage = new UsageClient(Node, _options.Usage);
        Scale = new ScaleAdvisor(Node, _options.Scale);
    }

    public Node Node { get; }

    public IDurableClient Client { get; }

    public IQueueClient Queues { get; }

    public IStreamClient Streams { get; }

    public IStreamAdminClient StreamAdmin { get; }

    public IDeadLetterClient DeadLetters { get; }

    public ICircuitClient Circuits { get; }

    public ITimerClient Timers { get; }

    public UsageClient Usage { get; }

    public ScaleAdvisor Scale { get; }

    /// <summary>What checks histories with the functions of this program, whether it is started or not.</summary>
    public HistoryChecker Checker(CheckSettings settings) =>
        new(new InstanceCheck(_functions, _executor, _serializer), settings);

    /// <summary>The histories that a check asks for, by default those of the hub of this program.</summary>
    public IHistorySource Histories(CheckRequest request) => HubHistories.Of(request, _options, _contentRoot);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        CheckMode.EndInsteadOfStart(_services);
        await Node.StartAsync(cancellationToken);
        _started = true;
        // A web application may map its endpoints as late as that.
        if (_lifetime is { } lifetime)
            lifetime.ApplicationStarted.Register(Node.Functions.Http.WarnUnlessServed);
        else
            Node.Functions.Http.WarnUnlessServed();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_started)
            return;
        _started = false;
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.DrainTimeout);
        await Node.StopAsync(deadline.Token);
        await _store.DisposeAsync();
        // So that the process does not end as if all were well, and says why it has ended.
        if (Node.Loss is { } loss)
            throw loss;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync(new CancellationToken(canceled: true));
        }
        catch (StoreException e) when (e.EndsNode)
        {
            // It was logged when it was found.
        }
        _http.Dispose();
        _channels.Dispose();
        Scale.Dispose();
    }

    private void StopHost() => _lifetime?.StopApplication();

    private FunctionRegistry Discover(FunctionEnvironment environment)
    {
        Assembly[] assemblies = [.. _options.FunctionAssemblies];
        if (_options.FunctionTypes.Count > 0)
            return FunctionDiscovery.Discover(_options.FunctionTypes, environment);
        if (assemblies.Length == 0 && Assembly.GetEntryAssembly() is { } entry)
            assemblies = [entry];
        return FunctionDiscovery.Discover(assemblies, environment);
    }

    private static IStore Embedded(PerdureOptions options, string contentRoot) => options.InMemory
        ? new MemoryStore(
            Guid.NewGuid().ToString("N"), new HubSecret(RandomNumberGenerator.GetBytes(HubSecret.Length)),
            MemoryPartitions)
        : new SqliteStore(new SqliteStoreOptions
        {
            Path = Path.Combine(contentRoot, options.SqlitePath),
        });

    private static Dictionary<InstanceStatus, TimeSpan> RetentionOf(RetentionOptions options)
    {
        Dictionary<InstanceStatus, TimeSpan> kept = [];
        foreach ((InstanceStatus status, TimeSpan? time) in new[]
        {
            (InstanceStatus.Completed, options.Completed),
            (InstanceStatus.Failed, options.Failed),
            (InstanceStatus.Terminated, options.Terminated),
        })
        {
            if (time is { } span)
                kept.Add(status, span);
        }
        return kept;
    }

    private static RuntimeSettings Settings(PerdureOptions options) => new()
    {
        TaskHub = options.TaskHub,
        SessionCacheSize = options.SessionCacheSize,
        ConcurrentActivitiesMax = options.MaxConcurrentActivities,
        ActivityTimeout = options.ActivityTimeout,
        FunctionTimeout = options.FunctionTimeout,
        Lease = options.Lease,
        Retention = RetentionOf(options.Retention),
        Streams = options.Streams,
        DeadLetterRetention = options.DeadLetters.Retention,
        UsageRetention = options.Usage.Retention,
        Limits = Limits.Default with { PayloadBytesMax = options.MaxPayloadBytes, DeathsMax = options.MaxDeaths },
    };
}
