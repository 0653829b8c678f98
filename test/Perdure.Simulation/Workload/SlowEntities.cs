using Perdure.Core.Entities;
using Perdure.Execution.Entities;
using Perdure.Simulation.Checking;
using Perdure.Simulation.Faults;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>
/// The entities of the program, whose answer is late now and then, and which do not always run all that they were
/// given. What runs is the shipped executor.
/// </summary>
internal sealed class SlowEntities(IEntityExecutor inner, FaultRates faults, SimulatedProcess process)
    : IEntityExecutor
{
    public bool OffersEntity(string name) => inner.OffersEntity(name);

    public async ValueTask<EntityRun> RunAsync(EntityBatch batch, CancellationToken stopping)
    {
        int wanted = batch.Operations.Count;
        if (wanted > 1 && faults.RunsPart())
            batch = batch with { Operations = [.. batch.Operations.Take(faults.PartOf(wanted))] };
        EntityBatchRun run = Simulation.Here.EntityJournal.Begin(batch, process);
        TimeSpan delay = faults.CodeDelay();
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay / 2, process.Time, CancellationToken.None);
        EntityRun result;
        try
        {
            result = await inner.RunAsync(batch, stopping);
        }
        catch (OperationCanceledException)
        {
            Simulation.Here.Counters.Add(Rare.CutShort);
            throw;
        }
        if (run.Operations is [.., { IsCut: true }])
            run.Operations.RemoveAt(run.Operations.Count - 1);
        run.HasEnded = true;
        if (result.Outcomes.Count != run.Operations.Count)
            Simulation.Here.Violate(
                $"'{batch.InstanceId}' ran {run.Operations.Count} operations and tells of {result.Outcomes.Count}.");
        if (run.Operations.Count < wanted)
            Simulation.Here.Counters.Add(Rare.PartialRun);
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay / 2, process.Time, CancellationToken.None);
        return result;
    }
}
