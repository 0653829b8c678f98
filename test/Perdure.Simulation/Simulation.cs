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

    private readonly int _turns;
    private readonly Dice _dice;
    private readonly MemoryStore _store;
    private readonly RuntimeSettings _settings;
    private readonly ProgramUnderTest _program;
    private readonly Queue<string>? _trace;
    private SimulatedProcess? _process;
    private int _processes;
    private int _actions;
    private bool _starting;

    public Simulation(ulong seed, int turns, ProgramUnderTest program, bool tracing)
    {
        _turns = turns;
        _program = program;
        _trace = tracing ? new Queue<string>() : null;
        _dice = new Dice(seed * 0x2545F4914F6CDD1D + 1);
        World = new World(_dice.Fork());
        Faults = new FaultRates(_dice.Fork());
        Ledger = new Ledger(this);
        Journal = new ActivityJournal(this);
        EntityJournal = new EntityJournal(this);
        Clients = new Workload.Clients(this, _dice.Fork());
        Disk = new SimulatedProcess(World, 0, TimeSpan.Zero);
        Partitions = _dice.Pick(1, 2, 4);
        _store = new MemoryStore("simulation", Partitions);
        DeathsMax = _dice.Pick(1, 2, 10, 10);
        _settings = Settings();
    }

    public static Simulation Here => t_here!;

    public World World { get; }
    public FaultRates Faults { get; }
    public Ledger Ledger { get; }
    public ActivityJournal Journal { get; }
    public EntityJournal EntityJournal { get; }
    public Workload.Clients Clients { get; }
    public Counters Counters { get; } = new();

    /// <summary>Owns what the store is doing: it outlives every process.</summary>
    public SimulatedProcess Disk { get; }

    /// <summary>Instances that were seen to wait for an event without a bound.</summary>
    public HashSet<string> Waiting { get; } = new(StringComparer.Ordinal);

    public int Crashes { get; private set; }
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
                new Finish(this, _store).Run();
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
            _process?.Node?.Meters.Dispose();
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

    public void Crash(SimulatedProcess process, Rare how)
    {
        Fault(how, $"process {process.Number}");
        if (how != Rare.Crash)
            Counters.Add(Rare.Crash);
        Crashes++;
        Bury(process);
    }

    /// <summary>
    /// Somebody else takes a partition and lets go of it: whatever the process still sends for it is fenced.
    /// </summary>
    public void Interlope(int partition)
    {
        Trace($"FAULT somebody else opens partition {partition}");
        Counters.Faults++;
        ClusterView view = _store.RenewAsync(TimeSpan.Zero, true, CancellationToken.None).Result;
        Ledger.OnOpened(
            _store.OpenPartitionAsync(partition, view.Partitions[partition].Epoch, CancellationToken.None).Result!);
    }

    /// <summary>The process that serves, started if there is none and the time has come.</summary>
    public SimulatedProcess? Serving => _process is { IsServing: true, IsDead: false } process ? process : null;

    public SimulatedProcess? Process => _process;

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
            if (Faults.Crash() && Serving is { } victim)
                Crash(victim, Rare.Crash);
            if (!forced && Ledger.Turns > turns - third)
            {
                forced = true;
                if (Counters.Faults == 0 && _process is { IsDead: false } process)
                    Crash(process, Rare.Crash);
            }
        }
    }

    private void Oversee()
    {
        if (World.Steps > StepsMax)
            throw Violate("It goes on and on: the run takes more steps than any run should.");
        if (World.Escape is { } escape)
            throw Violate($"Work escaped to another thread:\n{escape}");
        if (_process is null or { IsDead: true } && !_starting)
        {
            _starting = true;
            World.QueueAfter(Disk, TimeSpan.FromMilliseconds(_dice.Below(2_000)), StartProcess);
        }
    }

    private void ScheduleAction() =>
        World.QueueAfter(Disk, TimeSpan.FromMilliseconds(_dice.Below(_dice.Pick(2, 10, 100, 1000))), () =>
    {
        if (!Faults.IsOn)
            return;
        _actions++;
        if (Serving is { } process)
        {
            if (_dice.Chance(Faults.CleanStop))
                Stop(process);
            else
                Clients.Act(process);
        }
        ScheduleAction();
    });

    private void StartProcess()
    {
        _starting = false;
        Journal.Objects = 0;
        SimulatedProcess process =
            new(World, ++_processes, TimeSpan.FromMilliseconds(_dice.Chance(0.3) ? _dice.Between(-300, 300) : 0));
        _process = process;
        FaultyStore store = new(_store, process, this);
        SimulatedLogger logger = new(this, process);
        IOrchestrationExecutor executor = new SlowExecutor(
            new InProcessExecutor(_program.Functions, new SessionServices(_program.Serializer, logger, false)), Faults,
            process);
        IEntityExecutor entities = new SlowEntities(
            new InProcessEntityExecutor(
                _program.Functions,
                new EntityServices(_program.Serializer, new SimulatedIds(_dice.Fork()), process.Time, logger)
                {
                    Classes = _program.Classes,
                }),
            Faults, process);
        process.Node = new Node(
            new NodeParts(
                store, executor, entities, _program.Functions, _program.Serializer, process.Scheduler,
                process.Time, logger),
            _settings);
        process.Client =
            new DurableClient(process.Node, _program.Functions, _program.Serializer, new SimulatedIds(_dice.Fork()));
        Trace($"process {process.Number} starts");
        World.Queue(process, () => _ = StartAsync(process));
    }

    private async Task StartAsync(SimulatedProcess process)
    {
        try
        {
            await process.Node!.StartAsync(CancellationToken.None);
            process.IsServing = true;
        }
        catch (StoreException)
        {
            Bury(process);
        }
    }

    /// <summary>A clean stop: everybody is answered, everything is durable, and the process ends by itself.</summary>
    public void Stop(SimulatedProcess process)
    {
        process.IsServing = false;
        Fault(Rare.CleanRestart, $"process {process.Number}");
        TimeSpan drain = TimeSpan.FromMilliseconds(_dice.Pick(0, 100, 5_000));
        World.Queue(process, () => _ = StopAsync(process, drain));
    }

    private async Task StopAsync(SimulatedProcess process, TimeSpan drain)
    {
        using CancellationTokenSource deadline = new(drain, process.Time);
        await process.Node!.StopAsync(deadline.Token);
        bool inTime = !deadline.IsCancellationRequested;
        // What was answered at the last moment still has to be heard.
        await Task.Delay(TimeSpan.FromSeconds(20), process.Time);
        if (inTime && Clients.Unanswered.TryGetValue(process.Number, out SortedSet<string>? open) && open.Count > 0)
            Violate($"Process {process.Number} stopped cleanly and never answered {string.Join(", ", open)}.");
        Trace($"process {process.Number} ends");
        Bury(process);
    }

    private void Bury(SimulatedProcess process)
    {
        process.IsDead = true;
        process.IsServing = false;
        World.Forget(process);
        process.Node?.Meters.Dispose();
    }

    /// <summary>In a third of the runs what has ended goes soon.</summary>
    private Dictionary<InstanceStatus, TimeSpan> Retention() => _dice.Pick(true, false, false)
        ? new()
        {
            [InstanceStatus.Completed] = TimeSpan.FromSeconds(_dice.Pick(0, 5, 20)),
            [InstanceStatus.Terminated] = TimeSpan.FromSeconds(20),
        }
        : [];

    private RuntimeSettings Settings() => new()
    {
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
