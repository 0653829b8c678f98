using Perdure.Clients;
using Perdure.Runtime.Queues;
using Perdure.Runtime.Streams;

namespace Perdure.Runtime;

/// <summary>What functions of queues and streams need of the node.</summary>
internal sealed partial class Node
{
    /// <summary>
    /// Triggered functions have no slots of the node: each has a limit of its own, and those that wait for
    /// orchestrations must not take the slots that these need for their activities.
    /// </summary>
    private const int TriggersMax = 1_000_000;

    private QueueRoutes? _queues;

    /// <summary>Runs the functions of queues and streams.</summary>
    public ActivityDispatcher Triggers { get; }

    public IIdSource Ids => _parts.Ids ?? throw new InvalidOperationException("This node draws no ids.");

    /// <summary>Makes a client that sends through an outbox.</summary>
    public Func<Outbox, IDurableClient> ClientFor { get; set; } =
        static _ => throw new InvalidOperationException("This node has no client.");

    /// <exception cref="InvalidOperationException">The node has not started.</exception>
    public QueueRoutes Queues => _queues ?? throw NotStarted();

    /// <summary>The streams of the hub, as far as this node knows them.</summary>
    public StreamRoutes Streams => field ??= new StreamRoutes(this);
}
