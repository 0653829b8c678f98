using System.Collections.Concurrent;
using Perdure.Clients;
using Perdure.Runtime.Circuits;
using Perdure.Runtime.Queues;
using Perdure.Runtime.Streams;

namespace Perdure.Runtime;

/// <summary>What functions of queues, streams and timers need of the node.</summary>
internal sealed partial class Node
{
    /// <summary>
    /// Triggered functions have no slots of the node: each has a limit of its own, and those that wait for
    /// orchestrations must not take the slots that these need for their activities.
    /// </summary>
    private const int TriggersMax = 1_000_000;

    private readonly ConcurrentDictionary<string, bool> _timersHad = new(StringComparer.Ordinal);
    private QueueRoutes? _queues;

    /// <summary>Runs the functions of queues, streams and timers.</summary>
    public ActivityDispatcher Triggers { get; }

    private long _lastRevision;

    /// <summary>
    /// Draws the number of an edited dead letter. Those that partitions draw are far below: so nobody has it who owns
    /// the partition.
    /// </summary>
    public long DrawRevisionNumber() => (1L << 62) + (Number << 32) + Interlocked.Increment(ref _lastRevision);

    public IIdSource Ids => _parts.Ids ?? throw new InvalidOperationException("This node draws no ids.");

    /// <summary>Makes a client that sends through an outbox.</summary>
    public Func<Outbox, IDurableClient> ClientFor { get; set; } =
        static _ => throw new InvalidOperationException("This node has no client.");

    /// <exception cref="InvalidOperationException">The node has not started.</exception>
    public QueueRoutes Queues => _queues ?? throw NotStarted();

    /// <summary>The circuits of the functions of this node.</summary>
    public CircuitBoard Circuits { get; }

    /// <summary>The circuits of what its activities depend on.</summary>
    public ActivityCircuits ActivityCircuits { get; }

    /// <summary>
    /// Says something to circuits, from any partition that is open here; without one nobody hears it.
    /// </summary>
    public void Tell(IReadOnlyList<(string Target, Core.Messages.Message Message)> told)
    {
        for (int i = 0; i < Partitions; i++)
        {
            if (Partition(i).Tell(told))
                return;
        }
    }

    /// <summary>Whether this program has not had the timer before.</summary>
    public bool IsNew(string timer) => !_timersHad.ContainsKey(timer);

    /// <summary>This program has the timer, and what it did when it got it is durable.</summary>
    public void Had(string timer) => _timersHad.TryAdd(timer, true);

    /// <summary>The streams of the hub, as far as this node knows them.</summary>
    public StreamRoutes Streams => field ??= new StreamRoutes(this);
}
