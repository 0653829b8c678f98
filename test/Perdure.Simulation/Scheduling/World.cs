namespace Perdure.Simulation.Scheduling;

/// <summary>
/// One thread, one queue, one clock. Whatever can run stands in the queue; the dice pick the next item, and so decide
/// every interleaving. Time passes when nothing can run, and now and then in between.
/// </summary>
internal sealed class World(Dice dice)
{
    private const double JumpChance = 1.0 / 128;
    private const int JumpMillisecondsMax = 25;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<Item> _ready = new(256);
    private readonly PriorityQueue<(VirtualTimer Timer, int Version), (long Due, long Order)> _timers = new();
    private long _order;

    private readonly record struct Item(SimulatedProcess Owner, Action Run);

    /// <summary>Virtual time in ticks since the beginning of the world.</summary>
    public long Ticks { get; private set; }

    public long Milliseconds => Ticks / TimeSpan.TicksPerMillisecond;

    public long Steps { get; private set; }

    /// <summary>A hash over every choice made: two runs of a seed must have the same.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    /// <summary>The process whose item runs.</summary>
    public SimulatedProcess? Current { get; private set; }

    /// <summary>Where somebody came in from another thread; null while nobody has.</summary>
    public string? Escape { get; private set; }

    /// <summary>What a process does again and again without time passing; null while none does.</summary>
    public string? Spin { get; set; }

    public bool IsIdle => _ready.Count == 0;

    public void Mix(ulong value) => Hash = (Hash ^ value) * 1099511628211;

    public void Queue(SimulatedProcess owner, Action run)
    {
        if (!IsHere())
            return;
        if (owner.IsDead)
            return;
        if (owner.Held is { } held)
            held.Add(run);
        else
            _ready.Add(new Item(owner, run));
    }

    /// <summary>Nothing of the process runs until it is let go on; time passes for it all the same.</summary>
    public void Hold(SimulatedProcess process)
    {
        process.Held = [.. _ready.Where(i => i.Owner == process).Select(i => i.Run)];
        Forget(process);
    }

    public void LetGoOn(SimulatedProcess process)
    {
        if (process is { Held: { } held, IsDead: false })
            _ready.AddRange(held.Select(run => new Item(process, run)));
        process.Held = null;
    }

    public void QueueAfter(SimulatedProcess owner, TimeSpan delay, Action run)
    {
        if (delay <= TimeSpan.Zero)
            Queue(owner, run);
        else
            owner.Time.CreateTimer(static action => ((Action)action!)(), run, delay, Timeout.InfiniteTimeSpan);
    }

    public void Arm(VirtualTimer timer, int version, TimeSpan delay)
    {
        if (IsHere())
            _timers.Enqueue((timer, version), (Ticks + Math.Max(0, delay.Ticks), ++_order));
    }

    /// <summary>Everything simulated happens on one thread; whoever comes from another has escaped.</summary>
    public bool IsHere()
    {
        if (Environment.CurrentManagedThreadId == _thread)
            return true;
        Escape ??= Environment.StackTrace;
        return false;
    }

    /// <summary>
    /// One item, or a leap to the next timer. False when nothing is left to happen before
    /// <paramref name="untilTicks"/>.
    /// </summary>
    public bool Step(long untilTicks)
    {
        if (_ready.Count == 0)
        {
            if (!_timers.TryPeek(out _, out (long Due, long Order) next) || next.Due > untilTicks)
            {
                Ticks = Math.Max(Ticks, untilTicks);
                return false;
            }
            Ticks = Math.Max(Ticks, next.Due);
            FireDue();
            return true;
        }
        if (dice.Chance(JumpChance))
        {
            Ticks += dice.Between(1, JumpMillisecondsMax) * TimeSpan.TicksPerMillisecond;
            FireDue();
        }
        int pick = dice.Below(_ready.Count);
        Item item = _ready[pick];
        _ready[pick] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (!item.Owner.IsDead)
            Run(item);
        return true;
    }

    /// <summary>Nothing that was queued for a dead process ever runs.</summary>
    public void Forget(SimulatedProcess process) => _ready.RemoveAll(i => i.Owner == process);

    private void Run(Item item)
    {
        Steps++;
        Mix(((ulong)item.Owner.Number << 40) ^ ((ulong)_ready.Count << 24) ^ (ulong)Ticks);
        Current = item.Owner;
        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(item.Owner.Context);
        try
        {
            item.Run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
            Current = null;
        }
    }

    private void FireDue()
    {
        while (_timers.TryPeek(out (VirtualTimer Timer, int Version) due, out (long Due, long Order) at)
            && at.Due <= Ticks)
        {
            _timers.Dequeue();
            due.Timer.Fire(due.Version);
        }
    }
}
