using Perdure.Core.Identity;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>What activities did, written by themselves.</summary>
internal sealed class ActivityJournal(Simulation simulation)
{
    private int _runs;

    public int Runs => _runs;

    /// <summary>
    /// An activity begins: its call must be committed, and it must know what there is to know about earlier runs.
    /// </summary>
    public ActivityRun Begin(IDurableActivityContext context)
    {
        TaskRecord task = simulation.Ledger.FindCall(context.IdempotencyKey, context.Attempt, context.InstanceId)
            ?? throw simulation.Violate(
                $"Activity '{context.Name}' of '{context.InstanceId}' ({context.IdempotencyKey}, attempt "
                + $"{context.Attempt}) runs although no committed turn asked for it.");
        ActivityRun run = new(++_runs, simulation.World.Current!, task);
        if (task.Runs.Count > 0)
        {
            simulation.Counters.Add(Rare.RanAgain);
            // A node whose lease runs has no reason to think that another one owns what it owns.
            bool mayNotKnow = simulation.IsCluster
                && simulation.Interloped.Contains(InstanceIds.Partition(context.InstanceId, simulation.Partitions));
            if (!context.MayHaveRunBefore && !mayNotKnow)
                simulation.Violate(
                    $"Activity {task.Key} of '{context.InstanceId}' runs again and is told that it has not.");
        }
        task.Runs.Add(run);
        simulation.Counters.Activities++;
        simulation.Trace($"activity {task.Key} of {context.InstanceId}: run {run.Number}, attempt {context.Attempt}");
        return run;
    }
}
