using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Perdure.AspNetCore.Limits;
using Perdure.AspNetCore.Links;
using Perdure.AspNetCore.Management;
using Perdure.AspNetCore.Security;
using Perdure.AspNetCore.Telemetry;
using Perdure.AspNetCore.Triggers;
using Perdure.Clients;
using Perdure.Hosting;
using Perdure.Runtime;
using Perdure.Runtime.Scaling;

namespace Perdure.AspNetCore.Hosting;

/// <summary>The parts of the HTTP side of one host, put together once.</summary>
internal sealed class PerdureHttp
{
    // Keyed by the services of the host, so that MapPerdure() works with and without AddPerdureHttp(); and by the
    // client, because functions have nothing else in hand when they make a check-status answer.
    private static readonly ConditionalWeakTable<IServiceProvider, PerdureHttp> s_byServices = [];
    private static readonly ConditionalWeakTable<IDurableOrchestrationClient, PerdureHttp> s_byClient = [];

    private PerdureHttp(IServiceProvider services)
    {
        PerdureHost host = services.GetService<PerdureHost>() ?? throw new InvalidOperationException(
            "MapPerdure() serves the functions of this host, and there are none. Call "
            + "builder.Services.AddPerdure() first.");
        PerdureOptions hub = services.GetRequiredService<IOptions<PerdureOptions>>().Value;
        Options = PerdureHttpOptionsValidator.Checked(OptionsOf(services));
        Log = services.GetService<ILoggerFactory>()?.CreateLogger(Telemetry.Log.Category)
            ?? NullLogger.Instance;
        Client = host.Client;
        Queues = host.Queues;
        Streams = host.Streams;
        StreamAdmin = host.StreamAdmin;
        DeadLetters = host.DeadLetters;
        Circuits = host.Circuits;
        Timers = host.Timers;
        Usage = host.Usage;
        Scale = host.Scale;
        Node = host.Node;
        TaskHub = hub.TaskHub;
        MaxPayloadBytes = hub.MaxPayloadBytes;
        byte[]? signingKey = Options.LinkSigningKey is { } key ? Base64.TryDecode(key) : null;
        // Every host of the hub has the secret once it has started, so all of them take each other's links.
        InstanceLinks links = new(
            TaskHub, () => signingKey ?? Node.Secret.Bytes, Options.LinkLifetime,
            services.GetRequiredService<TimeProvider>());
        IServer? server = services.GetService<IServer>();
        KnownCredentials known = new(
            new KeyRing(Options.Keys, TaskHub), Options.Jwt.IsConfigured ? new JwtTokens(Options.Jwt, Log) : null);
        Access = new AccessControl(
            Options, known, links, new LocalConnections(server), new RateLimits(Options.RequestsPerSecond));
        Addresses = new InstanceAddresses(
            Options, TaskHub, links, services.GetRequiredService<EndpointDataSource>(), server);
        Drain = new Drain(Log);
        if (Options.UnsafeAllowAnonymous)
            Log.Unsafe(TaskHub);
    }

    public PerdureHttpOptions Options { get; }

    public IAccessControl Access { get; }

    public InstanceAddresses Addresses { get; }

    public IdempotentStarts Idempotency { get; } = new();

    public Drain Drain { get; }

    public IDurableClient Client { get; }

    public IQueueClient Queues { get; }

    public IStreamClient Streams { get; }

    public IStreamAdminClient StreamAdmin { get; }

    public IDeadLetterClient DeadLetters { get; }

    public ICircuitClient Circuits { get; }

    public ITimerClient Timers { get; }

    public UsageClient Usage { get; }

    public ScaleAdvisor Scale { get; }

    public Node Node { get; }

    public ILogger Log { get; }

    public string TaskHub { get; }

    public int MaxPayloadBytes { get; }

    /// <summary>The functions that are served; none before they are mapped.</summary>
    public IReadOnlyList<HttpFunction> Functions { get; set; } = [];

    public static PerdureHttp Of(IServiceProvider services)
    {
        PerdureHttp http = s_byServices.GetValue(services, static s => new PerdureHttp(s));
        s_byClient.AddOrUpdate(http.Client, http);
        return http;
    }

    /// <summary>Of the host whose client it is.</summary>
    /// <exception cref="InvalidOperationException">The host of the client serves no HTTP.</exception>
    public static PerdureHttp Of(IDurableOrchestrationClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        // One that speaks for somebody is the same client to everybody but histories.
        return s_byClient.TryGetValue((client as DurableClient)?.Origin ?? client, out PerdureHttp? http)
            ? http
            : throw new InvalidOperationException(
                "The host of this client has no management API, so there are no addresses to give out. Call "
                + "app.MapPerdure() first.");
    }

    private static PerdureHttpOptions OptionsOf(IServiceProvider services)
    {
        PerdureHttpOptions options = new();
        services.GetService<IConfiguration>()?.GetSection("Perdure:Http").Bind(options);
        foreach (IConfigureOptions<PerdureHttpOptions> configure in
            services.GetServices<IConfigureOptions<PerdureHttpOptions>>())
            configure.Configure(options);
        return options;
    }
}
