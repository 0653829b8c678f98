using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Execution.Entities;
using Perdure.Functions;
using Perdure.Json;
using Perdure.Runtime.Circuits;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>The program whose functions all simulated processes run: found once, because that is what costs.</summary>
internal sealed class ProgramUnderTest
{
    private readonly ServiceProvider _services;

    public ProgramUnderTest()
    {
        _services = new ServiceCollection().BuildServiceProvider();
        Serializer = new PayloadSerializer();
        Classes = new EntityClasses(Serializer);
        FunctionEnvironment environment =
            new(_services, NullLoggerFactory.Instance, Serializer, "simulation")
            {
                Circuits = Circuits,
            };
        Type[] first =
        [
            typeof(Workload.Functions), typeof(ObjectFunctions), typeof(EntityFunctions), typeof(TriggeredFunctions),
            typeof(BankFunctions), typeof(GossipFunctions),
        ];
        Functions = FunctionDiscovery.Discover([.. first, typeof(LateFunctions)], environment);
        Earlier = FunctionDiscovery.Discover(first, environment);
        NoFunctions = FunctionDiscovery.Discover((Type[])[], environment);
        Parts =
        [
            new(
                Functions.Orchestrations, [], Functions.Entities, Functions.Queues, Functions.Streams,
                NoFunctions.Http, Functions.Timers) { KnownStreams = Functions.KnownStreams },
            new(
                [], Functions.Activities, Functions.Entities, Functions.Queues, Functions.Streams,
                NoFunctions.Http, Functions.Timers) { KnownStreams = Functions.KnownStreams },
        ];
    }

    public CircuitOptions Circuits { get; } = new()
    {
        OfEachFunction = false,
        Named =
        {
            [BankFunctions.Circuit] = new CircuitSettings
            {
                Failures = 2,
                Window = TimeSpan.FromSeconds(20),
                Recovery = CircuitRecovery.Auto,
                BreakDuration = TimeSpan.FromSeconds(3),
                MaxBreakDuration = TimeSpan.FromSeconds(6),
                MaxAutoReopens = 3,
                SuccessesToClose = 2,
                RampUp = TimeSpan.FromSeconds(2),
            },
        },
    };

    public PayloadSerializer Serializer { get; }
    public FunctionRegistry Functions { get; }

    /// <summary>What was deployed before them: a stream has no function yet.</summary>
    public FunctionRegistry Earlier { get; }

    /// <summary>What a dashboard has.</summary>
    public FunctionRegistry NoFunctions { get; }

    /// <summary>
    /// What nodes have that need others. All have the entities: what operations of one do is followed on its owner
    /// only; and all have what messages and events trigger, which is not offered to others.
    /// </summary>
    public IReadOnlyList<FunctionRegistry> Parts { get; }

    public EntityClasses Classes { get; }

    /// <summary>The functions, and what the engine has of its own to tell people of circuits.</summary>
    public FunctionRegistry WithCircuits(FunctionRegistry functions, SimulatedProcess process) => functions.With(
        new CircuitNotices(
            Circuits, new CircuitChannels(Circuits.Notify, "simulation", process.Time), () => process.Node!)
        .Function(_services));
}
