using Perdure.Clients;
using Perdure.Runtime;

namespace Perdure.Simulation.Scheduling;

/// <summary>
/// A process: what it queued, what it waits for and what it has in memory is gone when it dies. Its scheduler, its
/// synchronization context and its clock all lead to the one queue of the world.
/// </summary>
internal sealed class SimulatedProcess
{
    private long _latestTime;

    public SimulatedProcess(World world, int number, TimeSpan clockOffset)
    {
        Number = number;
        Context = new QueueContext(world, this);
        Scheduler = new QueueScheduler(world, this);
        Time = new VirtualTime(world, this, clockOffset);
    }

    public int Number { get; }
    public bool IsDead { get; set; }

    /// <summary>Started, and not told to stop.</summary>
    public bool IsServing { get; set; }

    /// <summary>Told to stop, and not at its end.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Whether it has functions; a dashboard has none and owns nothing.</summary>
    public bool Runs { get; init; } = true;

    /// <summary>It has a part of the functions, and others the rest.</summary>
    public bool HasPart { get; init; }

    /// <summary>It was deployed before a stream got its function.</summary>
    public bool IsEarlier { get; init; }

    /// <summary>Its number in the hub, once it has opened it.</summary>
    public long HubNode { get; set; }

    /// <summary>What waits for the process to go on; null while it does not stand still.</summary>
    public List<Action>? Held { get; set; }

    /// <summary>When it stood still for the last time, in ticks of the world; 0 for never.</summary>
    public long WentOnAt { get; set; }

    /// <summary>Until then, in ticks of the world, the store does not renew its lease.</summary>
    public long NoRenewalsUntil { get; set; }

    /// <summary>How often it has asked the store for something.</summary>
    public long StoreCalls { get; set; }

    /// <summary>Objects of function classes that it has made and not disposed of.</summary>
    public int Objects { get; set; }

    /// <summary>
    /// The latest time that it has ever taken for that of the hub, in milliseconds since 1970: its clock may be set,
    /// and the store may tell it otherwise.
    /// </summary>
    public long LatestTime => Math.Max(Node!.Now, _latestTime);

    public SynchronizationContext Context { get; }
    public WorkScheduler Scheduler { get; }
    public VirtualTime Time { get; }
    public Node? Node { get; set; }
    public DurableClient? Client { get; set; }
    public QueueClient? Queues { get; set; }
    public StreamClient? Streams { get; set; }
    public TimerClient? Timers { get; set; }
    public CircuitClient? Circuits { get; set; }
    public DeadLetterClient? DeadLetters { get; set; }

    /// <summary>What it takes for the time may be earlier in a moment.</summary>
    public void RememberTime() => _latestTime = LatestTime;

    private sealed class QueueScheduler(World world, SimulatedProcess process) : WorkScheduler
    {
        public override void Queue<T>(Action<T> work, T state) => world.Queue(process, () => work(state));
    }

    private sealed class QueueContext(World world, SimulatedProcess process) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => world.Queue(process, () => d(state));

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("Nobody waits for another thread here.");

        public override SynchronizationContext CreateCopy() => this;
    }
}
