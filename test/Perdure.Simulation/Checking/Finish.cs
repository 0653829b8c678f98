using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Checking;

/// <summary>
/// The last phase, without faults: whatever waits for something is given it, and then everything must have come to an
/// end and nothing may be left over.
/// </summary>
internal sealed partial class Finish(Simulation simulation, MemoryStore disk)
{
    private const int RoundsMax = 60;
    private const int PatientRounds = 40;
    private const long TimerSlack = 15_000;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private bool _isCaughtUp;

    public void Run()
    {
        simulation.Faults.IsOn = false;
        simulation.Bank.IsBack = true;
        simulation.Fleet.GoOn();
        simulation.Trace($"the faults are over");
        for (int round = 0; ; round++)
        {
            simulation.Fleet.Deploy();
            simulation.Pass(Round);
            SimulatedProcess[] serving = [.. simulation.Fleet.Serving];
            if (!serving.Any(p => p is { Runs: true, HasPart: false }))
            {
                if (round > RoundsMax)
                    throw simulation.Violate("No process comes up although nothing fails any more.");
                continue;
            }
            Life[] alive = [.. simulation.Ledger.Current.Where(l => l.End is null)];
            if (IsDone && Settles())
                break;
            if (round > RoundsMax)
                throw Stuck(alive);
            SetTimer(serving[round % serving.Length]);
            if (simulation.Ledger.Circuit is
                { Status: CircuitStatus.Isolated } or { Status: CircuitStatus.Open, ProbeAt: 0 })
                simulation.Clients.CloseCircuit(serving[round % serving.Length]);
            if (simulation.Ledger.HoldingKeys.Any())
                simulation.Clients.Replay(serving[round % serving.Length]);
            for (int i = 0; i < alive.Length; i++)
                Push(alive[i], serving[(round + i) % serving.Length], round);
        }
        CheckStore();
        if (simulation.IsCluster)
        {
            CheckShares();
            CheckTimes();
            CheckOffers();
        }
        CheckRequests();
        CheckEntities();
        // It takes long, and asks nothing about what has happened before.
        if (simulation.Ledger.Now % 4 == 0)
            CheckIdle();
        StopCleanly();
    }

    private bool IsDone => simulation.Ledger.Current.All(l => l.End is not null)
        && simulation.Ledger.OpenMessages + simulation.Ledger.OpenTimers + simulation.Ledger.OpenTasks == 0
        && !simulation.Ledger.OpenEvents.Any() && simulation.Ledger.IsTimerQuiet
        && simulation.Ledger.IsCircuitQuiet && !simulation.Ledger.HoldingKeys.Any()
        // Who is about to stop may still have requests on their way to the store.
        && !simulation.Fleet.Living.Any(p => p.IsStopping);

    /// <summary>
    /// The disk knows of the last commit before the process does, what has ended may be on its way out, and a request
    /// of a client on its way in.
    /// </summary>
    private bool Settles()
    {
        for (int i = 0; i == 0 || (i < RoundsMax && simulation.Fleet.Serving.Any(p => p.Node!.Work.Count > 0)); i++)
            simulation.Pass(Settling);
        return IsDone;
    }

    private void Push(Life life, SimulatedProcess process, int round)
    {
        if (life.Held is Held.Suspended or Held.Parked)
            simulation.Clients.Do(process, c => simulation.Clients.ResumeAsync(c, life.Id));
        else if (simulation.Waiting.Contains(life.Id) && life.Open.Count == 0 && life.Unfed == 0)
            simulation.Clients.Do(
                process, c => simulation.Clients.RaiseAsync(
                    c, life.Id, Workload.Interpreter.EventNames[round % Workload.Interpreter.EventNames.Length]));
        else if ((round > PatientRounds && Names(life))
            || life.Open.Values.Any(t => t.Scheduled is { Name: "Nowhere" }))
            simulation.Clients.Do(process, c => simulation.Clients.TerminateAsync(c, life.Id));
    }

    /// <summary>The timer has to run all that is due; then it has to rest, because it never comes to an end.</summary>
    private void SetTimer(SimulatedProcess process)
    {
        if (simulation.Ledger.Timer is not { } timer)
            return;
        _isCaughtUp |= timer is { IsPaused: false, Current: null, Asked.Count: 0 }
            && timer.Next > process.Node!.Now - TimerSlack;
        if (_isCaughtUp != timer.IsPaused)
            simulation.Clients.TellTimer(process, _isCaughtUp);
    }

    /// <summary>
    /// Whether it is clear what the instance waits for. What waits for nothing is stuck, and terminating it would hide
    /// that.
    /// </summary>
    private bool Names(Life life) =>
        life.Open.Values.Any(
            t => t.Timer is not null
                || (t.Child is { } child && simulation.Ledger.ById(child.InstanceId) is { End: null }));

    private SimulationEnded Stuck(Life[] alive)
    {
        IEnumerable<string> lives = alive.Select(l =>
            $"'{l.Id}' {l.Status}/{l.Held} owed {l.Row.Owed}, unfed {l.Unfed}, open "
            + $"{string.Join(' ', l.Open.Values.Select(t => t.Scheduled?.Name ?? t.Child?.InstanceId ?? "timer"))}, "
            + $"waits for {(simulation.Waiting.Contains(l.Id) ? "an event" : "nothing")}");
        return simulation.Violate(
            $"It does not come to an end: {string.Join("; ", lives.Concat(simulation.Ledger.Leftovers).Take(12))}");
    }

    private void CheckStore()
    {
        while (disk.SweepAsync(100, CancellationToken.None).Result)
        {
        }
        foreach (Life life in simulation.Ledger.All)
        {
            InstanceRow? row = life.Removed == long.MaxValue
                ? disk.ReadInstanceAsync(life.Id, CancellationToken.None).Result
                : null;
            if (life.Removed == long.MaxValue && (row is null || row.Key != life.Key || row.Status != life.Status))
                simulation.Violate($"'{life.Id}' is not in the store as it was committed.");
            if (row is { Owed: true })
                simulation.Violate($"'{life.Id}' has ended and is still owed something.");
            for (int generation = 0; generation <= life.Generation; generation++)
            {
                IReadOnlyList<HistoryRow> rows =
                    disk.ReadHistoryAsync(new ExecutionKey(life.Key, generation), CancellationToken.None).Result;
                bool kept = life.Removed == long.MaxValue && generation == life.Generation;
                if (rows.Count != (kept ? life.History.Count : 0))
                    simulation.Violate(
                        $"'{life.Id}' has {rows.Count} history rows in generation {generation} of {life.Generation}.");
                for (int i = 0; kept && i < rows.Count; i++)
                {
                    if (!rows[i].Events.Span.SequenceEqual(life.History[i].Events.Span))
                        simulation.Violate($"'{life.Id}': turn {rows[i].Turn} has changed since it was written.");
                }
            }
        }
    }

    /// <summary>Nobody is left to hold a lock, and every entity is what its operations made of it.</summary>
    private void CheckEntities()
    {
        foreach (EntityRecord entity in simulation.Ledger.Entities)
        {
            EntityRow? row = disk.ReadEntityAsync(entity.Id, CancellationToken.None).Result;
            if (row is null != entity.Row is null || (row is not null && !row.State.Equals(entity.Row!.State)))
                simulation.Violate($"'{entity.Id}' is not in the store as it was committed.");
            if (row?.Holder is { } holder)
                simulation.Violate($"'{entity.Id}' is locked by {holder} for ever.");
        }
    }

    private void CheckRequests()
    {
        foreach (SimulatedProcess process in simulation.Fleet.Serving)
        {
            if (!simulation.Clients.Unanswered.TryGetValue(process.Number, out SortedSet<string>? open))
                continue;
            // Who waits for an instance that was purged meanwhile waits for the next of that id.
            string[] unanswered = [.. open.Where(
                w => !simulation.Clients.WaitsFor.TryGetValue(w, out string? id)
                    || simulation.Ledger.ById(id) is { End: not null })];
            if (unanswered.Length > 0)
                simulation.Violate($"Nobody answered {string.Join(", ", unanswered)} on {process.Number}.");
        }
    }

    private void StopCleanly()
    {
        SimulatedProcess[] stopped = [.. simulation.Fleet.Serving];
        foreach (SimulatedProcess process in stopped)
        {
            if (process.Node!.Work.Count != 0)
                simulation.Violate($"Everything is done, and process {process.Number} counts "
                    + $"{process.Node.Work.Count} pieces of work.");
            simulation.Fleet.Stop(process);
        }
        simulation.Pass(TimeSpan.FromSeconds(60));
        foreach (SimulatedProcess process in stopped)
        {
            if (!process.IsDead)
                simulation.Violate($"Process {process.Number} does not come to a clean end.");
            if (process.Objects != 0)
                simulation.Violate(
                    $"{process.Objects} objects of function classes were never disposed of by {process.Number}.");
        }
    }
}
