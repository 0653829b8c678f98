using Perdure.Clients;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.Execution;
using Perdure.Execution.Entities;
using Perdure.Functions;
using Perdure.Runtime;
using Perdure.Runtime.Circuits;
using Perdure.Simulation.Faults;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation;

/// <summary>
/// The processes that have the hub open: one after the other, or several side by side that come and go as they like.
/// </summary>
internal sealed class Fleet(Simulation simulation, ProgramUnderTest program, RuntimeSettings settings, Dice dice)
{
    private const int SizeMax = 4;
    private static readonly TimeSpan s_hearing = TimeSpan.FromSeconds(20);

    private readonly World _world = simulation.World;
    private readonly MemoryStore _disk = simulation.Store;
    private readonly List<SimulatedProcess> _living = [];
    private readonly List<bool> _starting = [];
    private int _processes;

    /// <summary>The first process that has all functions.</summary>
    private int _deployment = dice.Chance(0.4) ? dice.Between(2, 7) : 1;
    private int _size = simulation.IsCluster ? dice.Between(1, SizeMax) : 1;

    /// <summary>Those that are not at their end; some do not serve yet, or no more.</summary>
    public IReadOnlyList<SimulatedProcess> Living => _living;

    /// <summary>Whether nobody is about to come or to go.</summary>
    public bool IsSettled => _starting.Count == 0 && _living.TrueForAll(p => p.IsServing);

    public IEnumerable<SimulatedProcess> Serving => _living.Where(p => p.IsServing);

    /// <summary>One of those that serve.</summary>
    public SimulatedProcess? Any(Dice from)
    {
        SimulatedProcess[] serving = [.. Serving];
        return serving.Length == 0 ? null : from.Pick(serving);
    }

    /// <summary>Starts processes while there are too few.</summary>
    public void Oversee()
    {
        int count = _starting.Count + (simulation.IsCluster ? _living.Count(p => !p.IsStopping) : _living.Count);
        // Somebody has to do the work; whoever only looks on comes beside.
        bool isServed = count > 0
            && (_starting.Contains(true) || _living.Exists(IsWhole));
        if (count >= _size && isServed)
            return;
        bool runs = !isServed || dice.Chance(0.8);
        int wait = dice.Below(count == 0 ? 2_000 : dice.Pick(2_000, 2_000, 30_000));
        _starting.Add(runs);
        _world.QueueAfter(simulation.Disk, TimeSpan.FromMilliseconds(wait), () =>
        {
            _starting.Remove(runs);
            Start(runs);
        });
    }

    private bool IsWhole(SimulatedProcess process) =>
        process is { Runs: true, HasPart: false } && !(process.IsStopping && simulation.IsCluster);

    /// <summary>There should be more nodes now, or fewer.</summary>
    public void Resize()
    {
        if (!simulation.IsCluster)
            return;
        _size = dice.Between(1, SizeMax);
        if (_living.Count(p => p.IsServing) > _size && Any(dice) is { } one)
            Stop(one);
    }

    /// <summary>The process stands still, often for so long that others take what it owns.</summary>
    public void Pause(SimulatedProcess process)
    {
        if (process.Held is not null)
            return;
        TimeSpan time = simulation.Faults.About(settings.Lease);
        simulation.Fault(time > settings.Lease ? Rare.PausedBeyondLease : Rare.Paused,
            $"process {process.Number} for {time}");
        _world.Hold(process);
        _world.QueueAfter(simulation.Disk, time, () => GoOn(process));
    }

    /// <summary>Whoever stands still goes on.</summary>
    public void GoOn() => _living.ForEach(GoOn);

    private void GoOn(SimulatedProcess process)
    {
        if (process.Held is null)
            return;
        simulation.Trace($"process {process.Number} goes on");
        process.WentOnAt = _world.Ticks;
        _world.LetGoOn(process);
    }

    /// <summary>Somebody sets the clock of a machine.</summary>
    public void SetClock(SimulatedProcess process)
    {
        TimeSpan by = simulation.Faults.ClockJump();
        simulation.Fault(Rare.ClockJumped, $"process {process.Number} by {by}");
        process.RememberTime();
        process.Time.Jump(by);
    }

    public void Crash(SimulatedProcess process, Rare how)
    {
        simulation.Fault(how, $"process {process.Number}");
        if (how != Rare.Crash)
            simulation.Counters.Add(Rare.Crash);
        Bury(process);
    }

    /// <summary>A clean stop: everybody is answered, everything is durable, and the process ends by itself.</summary>
    public void Stop(SimulatedProcess process)
    {
        process.IsServing = false;
        process.IsStopping = true;
        simulation.Fault(Rare.CleanRestart, $"process {process.Number}");
        TimeSpan drain = TimeSpan.FromMilliseconds(dice.Pick(0, 100, 5_000));
        _world.Queue(process, () => _ = StopAsync(process, drain));
    }

    /// <summary>Whoever has an earlier program is replaced.</summary>
    public void Deploy()
    {
        _deployment = Math.Min(_deployment, _processes + 1);
        foreach (SimulatedProcess process in Serving.Where(p => p.IsEarlier).ToArray())
            Stop(process);
    }

    public void Dispose() => _living.ForEach(p => p.Node?.Meters.Dispose());

    private void Start(bool runs)
    {
        bool hasPart = simulation.IsCluster && runs && _living.Exists(p => IsWhole(p) && p.IsServing)
            && dice.Chance(0.25);
        bool isEarlier = ++_processes < _deployment && runs && !hasPart;
        SimulatedProcess process = new(_world, _processes, ClockOffset())
        {
            Runs = runs,
            HasPart = hasPart,
            IsEarlier = isEarlier,
        };
        _living.Add(process);
        FunctionRegistry functions = hasPart ? dice.Pick([.. program.Parts])
            : isEarlier ? program.Earlier : runs ? program.Functions : program.NoFunctions;
        if (runs)
            functions = program.WithCircuits(functions, process);
        FaultyStore store = new(simulation.IsCluster ? _disk.Beside() : _disk, process, simulation);
        SimulatedLogger logger = new(simulation, process);
        IOrchestrationExecutor executor = new SlowExecutor(
            new InProcessExecutor(functions, new SessionServices(program.Serializer, logger, false)),
            simulation.Faults, process);
        IEntityExecutor entities = new SlowEntities(
            new InProcessEntityExecutor(
                functions,
                new EntityServices(program.Serializer, new SimulatedIds(dice.Fork()), process.Time, logger)
                {
                    Classes = program.Classes,
                    IsElsewhere = code => process.Node!.Leases.OffersElsewhere(code),
                }),
            simulation.Faults, process);
        process.Node = new Node(
            new NodeParts(
                store, executor, new CircuitEntities(entities, () => process.Node!), functions, program.Serializer,
                process.Scheduler, process.Time, logger)
            {
                Ids = new SimulatedIds(dice.Fork()),
                Memory = static () => 100_000_000,
            },
            settings);
        process.Queues = new QueueClient(process.Node, program.Serializer);
        process.Streams = new StreamClient(process.Node, program.Serializer);
        process.Timers = new TimerClient(process.Node);
        process.Circuits = new CircuitClient(process.Node, program.Circuits);
        process.Client = new DurableClient(process.Node, functions, program.Serializer, new SimulatedIds(dice.Fork()));
        process.DeadLetters = new DeadLetterClient(process.Node, program.Serializer, process.Client);
        string with = hasPart ? " with a part of the functions"
            : isEarlier ? " with an earlier program" : runs ? "" : " without functions";
        simulation.Trace($"process {process.Number} starts{with}");
        _world.Queue(process, () => _ = StartAsync(process));
    }

    /// <summary>Nodes of a cluster may be seconds apart.</summary>
    private TimeSpan ClockOffset()
    {
        int most = simulation.IsCluster ? dice.Pick(300, 5_000) : 300;
        return TimeSpan.FromMilliseconds(dice.Chance(simulation.IsCluster ? 0.6 : 0.3) ? dice.Between(-most, most) : 0);
    }

    private async Task StartAsync(SimulatedProcess process)
    {
        try
        {
            await process.Node!.StartAsync(CancellationToken.None);
            process.IsServing = true;
            if (!process.Runs)
                simulation.Counters.Add(Rare.Dashboard);
            if (process.HasPart)
                simulation.Counters.Add(Rare.PartOfTheCode);
            if (process.IsEarlier)
                simulation.Counters.Add(Rare.EarlierProgram);
            if (Serving.Count() == SizeMax)
                simulation.Counters.Add(Rare.FourNodes);
        }
        catch (StoreException)
        {
            Bury(process);
        }
    }

    private async Task StopAsync(SimulatedProcess process, TimeSpan drain)
    {
        using CancellationTokenSource deadline = new(drain, process.Time);
        await process.Node!.StopAsync(deadline.Token);
        bool inTime = !deadline.IsCancellationRequested;
        // What was answered at the last moment still has to be heard.
        await Task.Delay(s_hearing, process.Time);
        if (inTime && simulation.Clients.Unanswered.TryGetValue(process.Number, out SortedSet<string>? open)
            && open.Count > 0)
            simulation.Violate(
                $"Process {process.Number} stopped cleanly and never answered {string.Join(", ", open)}.");
        simulation.Trace($"process {process.Number} ends");
        Bury(process);
    }

    private void Bury(SimulatedProcess process)
    {
        process.IsDead = true;
        process.IsServing = false;
        _living.Remove(process);
        _world.Forget(process);
        process.Node?.Meters.Dispose();
    }
}
