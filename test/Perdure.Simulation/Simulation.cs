using System.Runtime.CompilerServices;
using Perdure.Clients;
using Perdure.Core;
using Perdure.Core.Orchestrations;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.Execution;
using Perdure.Execution.Entities;
using Perdure.Runtime;
using Perdure.Simulation.Checking;
using Perdure.Simulation.Faults;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation;

/// <summary>
/// One run: a disk, processes that open it one after the other, clients, faults, and the checkers that watch.
/// Everything follows from the seed.
/// </summary>
internal sealed class Simulation
{
    /// <summary>The run of this thread: what the simulated functions ask for their journal.</summary>
    [ThreadStatic]
    private static Simulation? t_here;

    private const int TraceLinesMax = 20_000;
    private const int StepsMax = 2_000_000;
    private const int LivesMax = 10;

    /// <summary>The part of the seeds in which several nodes share the hub.</summary>
    private const double Clusters = 0.6;

    private readonly int _turns;
    private readonly Dice _dice;
    private readonly Queue<string>? _trace;
    private int _actions;

    public Simulation(ulong seed, int turns, ProgramUnderTest program, bool tracing)
    {
        _turns = turns;
        _trace = tracing ? new Queue<string>() : null;
        _dice = new Dice(seed * 0x2545F4914F6CDD1D + 1);
        World = new World(_dice.Fork());
        IsCluster = _dice.Chance(Clusters);
        Faults = new FaultRates(_dice.Fork(), IsCluster);
        Ledger = new Ledger(this);
        Journal = new ActivityJournal(this);
        EntityJournal = new EntityJournal(this);
        EventJournal = new EventJournal(this);
        OccurrenceJournal = new OccurrenceJournal(this);
        Clients = new Workload.Clients(this, _dice.Fork());
        Bank = new Bank(World, _dice.Fork());
        Disk = new SimulatedProcess(World, 0, TimeSpan.Zero);
        Partitions = IsCluster ? _dice.Pick(1, 2, 4, 8) : _dice.Pick(1, 2, 4);
        Store = new MemoryStore("simulation", new HubSecret([]), Partitions, IsCluster ? StoreTime : null);
        DeathsMax = _dice.Pick(1, 2, 10, 10);
        Remembers = _dice.Chance(0.3);
        RuntimeSettings settings = Settings();
        (Lease, HandOverWithin) = (settings.Lease, settings.HandOverWithin);
        Fleet = new Fleet(this, program, settings, _dice.Fork());
    }

    public static Simulation Here => t_here!;

    public World World { get; }
    public FaultRates Faults { get; }
    public Ledger Ledger { get; }
    public ActivityJournal Journal { get; }
    public EntityJournal EntityJournal { get; }
    public EventJournal EventJournal { get; }
    public OccurrenceJournal OccurrenceJournal { get; }
    public Workload.Clients Clients { get; }
    public Bank Bank { get; }
    public Fleet Fleet { get; }

    /// <summary>Whether the hub can be open several times at once.</summary>
    public bool IsCluster { get; }

    /// <summary>Whether logs know what was sent to them before, so that clients may send it twice.</summary>
    public bool Remembers { get; }

    public TimeSpan Lease { get; }
    public TimeSpan HandOverWithin { get; }

    /// <summary>The disk.</summary>
    public MemoryStore Store { get; }
    public Counters Counters { get; } = new();

    /// <summary>Owns what the store is doing: it outlives every process.</summary>
    public SimulatedProcess Disk { get; }

    /// <summary>Instances that were seen to wait for an event without a bound.</summary>
    public HashSet<string> Waiting { get; } = new(StringComparer.Ordinal);

    /// <summary>Partitions that somebody took from a node that lived.</summary>
    public HashSet<int> Interloped { get; } = [];

    public int DeathsMax { get; }
    public int Partitions { get; }
    public string? Violation { get; private set; }
    public IReadOnlyCollection<string> Tail => _trace ?? (IReadOnlyCollection<string>)[];

    public void Run()
    {
        t_here = this;
        try
        {
            for (int lives = 0; lives < LivesMax && Ledger.Turns < _turns; lives++)
            {
                Live();
                new Finish(this, Store).Run();
            }
        }
        catch (SimulationEnded)
        {
        }
        catch (Exception e)
        {
            Violation ??= $"An exception left the runtime: {e}";
        }
        finally
        {
            if (World.Escape is { } escape)
                Violation ??= $"Work escaped to another thread:\n{escape}";
            Counters.Steps = World.Steps;
            World.Mix((ulong)Ledger.Turns);
            World.Mix((ulong)World.Ticks);
            Fleet.Dispose();
            t_here = null;
        }
    }

    /// <summary>A check failed. It ends the run.</summary>
    public SimulationEnded Violate(string text)
    {
        if (Violation is null)
        {
            Violation = text;
            Trace($"VIOLATION {text}");
        }
        return new SimulationEnded(text);
    }

    public bool IsTracing => _trace is not null;

    public void Trace([InterpolatedStringHandlerArgument("")] TraceLine line)
    {
        if (_trace is null)
            return;
        _trace.Enqueue($"{World.Milliseconds,9} {World.Current?.Number,2} {line.ToStringAndClear()}");
        if (_trace.Count > TraceLinesMax)
            _trace.Dequeue();
    }

    public void Fault(Rare rare, string? what)
    {
        Counters.Add(rare);
        Counters.Faults++;
        Trace($"FAULT {rare} {what}");
    }

    /// <summary>
    /// Somebody else takes a partition and lets go of it: whatever the process still sends for it is fenced.
    /// </summary>
    public void Interlope(int partition)
    {
        Trace($"FAULT somebody else opens partition {partition}");
        Counters.Faults++;
        Interloped.Add(partition);
        ClusterView view = Store.RenewAsync(TimeSpan.Zero, false, [], CancellationToken.None).Result;
        long seen = view.Partitions[partition].Epoch;
        Ledger.OnOpened(Store.OpenPartitionAsync(partition, seen, CancellationToken.None).Result!, seen, null);
    }

    /// <summary>Runs the world for a while, or until something fails.</summary>
    public void Pass(TimeSpan time)
    {
        long until = World.Ticks + time.Ticks;
        while (Violation is null && World.Ticks <= until && World.Step(until))
            Oversee();
        if (Violation is not null)
            throw new SimulationEnded(Violation);
    }

    private void Live()
    {
        // What clients have begun goes on in the last phase: half of the turns are made there.
        int third = Math.Max(20, (_turns - (int)Ledger.Turns) / 3);
        long turns = Ledger.Turns + third + _dice.Below(third);
        int bound = _actions + (40 * 2 * third);
        bool forced = false;
        Faults.IsOn = true;
        ScheduleAction();
        while (Violation is null && Ledger.Turns < turns && _actions < bound)
        {
            World.Step(long.MaxValue);
            Oversee();
            if (Faults.Crash() && Fleet.Any(_dice) is { } victim)
                Fleet.Crash(victim, Rare.Crash);
            if (Faults.Pauses() && Fleet.Any(_dice) is { } sleeper)
                Fleet.Pause(sleeper);
            if (!forced && Ledger.Turns > turns - third)
            {
                forced = true;
                if (Counters.Faults == 0 && Fleet.Living is [var process, ..])
                    Fleet.Crash(process, Rare.Crash);
            }
        }
    }

    private void Oversee()
    {
        if (World.Steps > StepsMax)
            throw Violate("It goes on and on: the run takes more steps than any run should.");
        if (World.Escape is { } escape)
            throw Violate($"Work escaped to another thread:\n{escape}");
        if (World.Spin is { } spin)
            throw Violate($"A timer fires again and again without time passing: {spin}.");
        Fleet.Oversee();
    }

    private void ScheduleAction() =>
        World.QueueAfter(Disk, TimeSpan.FromMilliseconds(_dice.Below(_dice.Pick(2, 10, 100, 1000))), () =>
    {
        if (!Faults.IsOn)
            return;
        _actions++;
        if (Fleet.Any(_dice) is { } process)
        {
            if (_dice.Chance(Faults.CleanStop))
                Fleet.Stop(process);
            else if (_dice.Chance(Faults.Resize))
                Fleet.Resize();
            else if (Faults.ClockJumps())
                Fleet.SetClock(process);
            else
                Clients.Act(process);
        }
        ScheduleAction();
    });

    /// <summary>In a third of the runs what has ended goes soon.</summary>
    private Dictionary<InstanceStatus, TimeSpan> Retention() => _dice.Pick(true, false, false)
        ? new()
        {
            [InstanceStatus.Completed] = TimeSpan.FromSeconds(_dice.Pick(0, 5, 20)),
            [InstanceStatus.Terminated] = TimeSpan.FromSeconds(20),
        }
        : [];

    private StreamOptions Streams() => new()
    {
        Partitions = _dice.Pick(1, 3),
        // What is gone is not remembered.
        Retention = !Remembers && _dice.Chance(0.3) ? TimeSpan.FromSeconds(_dice.Pick(0, 20)) : null,
        // Nobody keeps what has no reader yet.
        Named = { [TriggeredFunctions.Late] = new() { Retention = TimeSpan.FromDays(1) } },
        // What is done twice must be seen as a rule, and not be taken for what is sent twice.
        DuplicateWindow = Remembers ? TimeSpan.FromHours(1) : TimeSpan.Zero,
    };

    private long StoreTime() => VirtualTime.Beginning.ToUnixTimeMilliseconds() + World.Milliseconds;

    private RuntimeSettings Settings() => new()
    {
        Lease = TimeSpan.FromSeconds(_dice.Pick(3, 15)),
        HandOverWithin = TimeSpan.FromMilliseconds(_dice.Pick(0, 500, 20_000)),
        TaskHub = "simulation",
        SessionCacheSize = _dice.Pick(0, 0, 8, 40, 10_000),
        ConcurrentActivitiesMax = _dice.Pick(1, 4, 200),
        RecoverySlots = _dice.Pick(1, 4, 1_000),
        TimerHorizon = TimeSpan.FromSeconds(_dice.Pick(8, 60)),
        TimersPerRead = _dice.Pick(1, 3, 10_000),
        // Without reads that fail nothing needs the audit: then it must not be what keeps instances going.
        AuditEvery = Faults.ReadsFail ? TimeSpan.FromSeconds(60) : TimeSpan.FromDays(365),
        Retention = Retention(),
        RetentionEvery = TimeSpan.FromSeconds(7),
        // A run lasts minutes of its own time, and what the memory is does not matter here.
        UsageSampleEvery = TimeSpan.FromSeconds(5),
        Streams = Streams(),
        Limits = Limits.Default with
        {
            DeathsMax = DeathsMax,
            MessagesPerTurnMax = _dice.Pick(1, 3, 10_000, 10_000),
            OperationsPerTurnMax = _dice.Pick(1, 3, 1_000),
            OperationBytesPerTurnMax = _dice.Pick(200, 1_000_000),
            BodiesInMemoryMax = _dice.Pick(0, 2, 2_000),
            BodyBytesInMemoryMax = _dice.Pick(300, 1_000_000),
            WaitingForEntityMax = _dice.Pick(12, 1_000_000),
            HistoryRowBytesMax = _dice.Pick(300, 256 * 1024),
            RowsDeletedInCommitMax = _dice.Pick(2, 200),
        },
    };
}

/// <summary>A line of the trace that costs nothing when nobody traces.</summary>
[InterpolatedStringHandler]
internal ref struct TraceLine
{
    private DefaultInterpolatedStringHandler _inner;
    private readonly bool _isOn;

    public TraceLine(int literalLength, int formattedCount, Simulation simulation, out bool isOn)
    {
        _isOn = isOn = simulation.IsTracing;
        if (isOn)
            _inner = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    public void AppendLiteral(string text) => _inner.AppendLiteral(text);

    public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);

    public string ToStringAndClear() => _isOn ? _inner.ToStringAndClear() : "";
}
