using Perdure.Clients;
using Perdure.Core.Stores;
using Perdure.Runtime.Circuits;
using Perdure.Core.Usage;

namespace Perdure.Runtime;

/// <summary>One run of a triggered function: with a message of a queue, or with events of a stream.</summary>
/// <param name="partition">Where what triggers it lives, and where its end is written.</param>
internal abstract class Delivery(Partition partition)
{
    private int _counted;

    public Node Node => partition.Node;

    public Outbox Outbox { get; } = new();

    /// <summary>When it was handed to the function, in milliseconds since 1970.</summary>
    public long BegunAt { get; set; }

    /// <summary>What the run has used; none before its end.</summary>
    public UsageCounts Used { get; set; }

    /// <summary>Why it is hopeless, as far as that is known before the failure is looked at.</summary>
    public DeadLetterReason? Hopeless { get; set; }

    /// <summary>With which its circuits have let it run.</summary>
    public CircuitPass Pass { get; init; } = CircuitPass.None;

    /// <summary>Where it came from, for spans: the name of the queue or stream.</summary>
    public abstract string Origin { get; }

    public abstract RetryContext Retries { get; }

    /// <summary>A client whose starts, events and signals leave with the acknowledgement.</summary>
    public IDurableClient Client => Node.ClientFor(Outbox);

    /// <summary>The partition waits for it before it is handed over; not if it has been given up already.</summary>
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _counted, 1, 0) == 0)
            partition.EnterWork();
    }

    public void Exit()
    {
        if (Interlocked.Exchange(ref _counted, 2) == 1)
            partition.ExitWork();
    }
}
