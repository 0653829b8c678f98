using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>Which code runs the activities of an instance: that of this node, or of another one.</summary>
internal sealed partial class Partition
{
    /// <summary>Where the activities of a turn run: here, as a rule.</summary>
    private void Dispatch(Resident resident, List<ActivityWork> works)
    {
        List<ActivityWork>? elsewhere = null;
        if (_node.IsShared)
        {
            // All of them or none: what is claimed holds its slot until its result is durable.
            int waiting = (resident.WaitingActivities?.Count ?? 0) + works.Count;
            bool isWide = waiting > 2 * _node.Settings.ConcurrentActivitiesMax;
            foreach (ActivityWork work in works)
            {
                if (GoesElsewhere(work, isWide))
                    (elsewhere ??= []).Add(work);
            }
        }
        if (elsewhere is not null)
            Offer(resident, elsewhere);
        foreach (ActivityWork work in works)
        {
            if (!work.IsElsewhere)
                _node.Activities.Enqueue(work);
        }
    }

    private bool GoesElsewhere(ActivityWork work, bool isWide)
    {
        string code = CodeNames.Activity(work.Call.Name);
        if (work.Function is null)
            return _node.Leases.CodeElsewhere(code, work.Version) is not null;
        // What a process may have died of stays where deaths are counted.
        return isWide && !work.MayHaveRunBefore && !_care.IsOn && _node.Leases.SharesCode(code, work.Version);
    }

    /// <summary>The code that the work is offered to.</summary>
    private string CodeFor(ActivityWork work)
    {
        string code = CodeNames.Activity(work.Call.Name);
        return _node.Leases.CodeElsewhere(code, work.Version) ?? code;
    }

    /// <summary>Instances and activities in memory that wait for code that other nodes may have by now.</summary>
    public void WakeCodeless()
    {
        List<Resident> claimed = [];
        List<(Resident, List<ActivityWork>)> works = [];
        lock (_gate)
        {
            if (_closed || _held is not null)
                return;
            foreach (Resident resident in _residents.Values)
            {
                List<ActivityWork> stuck =
                    [.. resident.Activities.Values.Where(w => w is { Function: null, IsElsewhere: false })];
                if (stuck.Count > 0)
                    works.Add((resident, stuck));
                if (resident.State is not OrchestrationState { Recorded: not null, Held: Held.No })
                    continue;
                resident.Woken = true;
                if (Claim_NeedsLock(resident) is { } next)
                    claimed.Add(next);
            }
        }
        claimed.ForEach(GoOn);
        foreach ((Resident resident, List<ActivityWork> stuck) in works)
        {
            List<ActivityWork> elsewhere = [.. stuck.Where(w =>
                _node.Leases.CodeElsewhere(CodeNames.Activity(w.Call.Name), w.Version) is not null)];
            if (elsewhere.Count > 0)
                Offer(resident, elsewhere);
        }
    }
}
