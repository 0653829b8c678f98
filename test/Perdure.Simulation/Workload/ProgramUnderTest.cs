using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Execution.Entities;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Simulation.Workload;

/// <summary>The program whose functions all simulated processes run: found once, because that is what costs.</summary>
internal sealed class ProgramUnderTest
{
    public ProgramUnderTest()
    {
        Serializer = new PayloadSerializer();
        Classes = new EntityClasses(Serializer);
        FunctionEnvironment environment =
            new(new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance, Serializer, "simulation");
        Functions = FunctionDiscovery.Discover(
                        [
                typeof(Workload.Functions), typeof(ObjectFunctions), typeof(EntityFunctions),
                typeof(TriggeredFunctions),
            ],
            environment);
        NoFunctions = FunctionDiscovery.Discover((Type[])[], environment);
        Parts =
        [
            new(
                Functions.Orchestrations, [], Functions.Entities, Functions.Queues, Functions.Streams,
                NoFunctions.Http) { KnownStreams = Functions.KnownStreams },
            new(
                [], Functions.Activities, Functions.Entities, Functions.Queues, Functions.Streams,
                NoFunctions.Http) { KnownStreams = Functions.KnownStreams },
        ];
    }

    public PayloadSerializer Serializer { get; }
    public FunctionRegistry Functions { get; }

    /// <summary>What a dashboard has.</summary>
    public FunctionRegistry NoFunctions { get; }

    /// <summary>
    /// What nodes have that need others. All have the entities: what operations of one do is followed on its owner
    /// only; and all have what messages and events trigger, which is not offered to others.
    /// </summary>
    public IReadOnlyList<FunctionRegistry> Parts { get; }

    public EntityClasses Classes { get; }
}
