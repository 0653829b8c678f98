using Perdure.Clients;
using Perdure.Runtime.Queues;

namespace Perdure.Runtime;

/// <summary>What functions of queues need of the node.</summary>
internal sealed partial class Node
{
    /// <summary>
    /// Functions of queues have no slots of the node: each has a limit of its own, and those that wait for
    /// orchestrations must not take the slots that these need for their activities.
    /// </summary>
    private const int TriggersMax = 1_000_000;

    private QueueRoutes? _queues;

    /// <summary>Runs the functions of queues.</summary>
    public ActivityDispatcher Triggers { get; }

    public IIdSource Ids => _parts.Ids ?? throw new InvalidOperationException("This node draws no ids.");

    /// <summary>Makes a client that sends through an outbox.</summary>
    public Func<Outbox, IDurableClient> ClientFor { get; set; } =
        static _ => throw new InvalidOperationException("This node has no client.");

    /// <exception cref="InvalidOperationException">The node has not started.</exception>
    public QueueRoutes Queues => _queues ?? throw NotStarted();
}
