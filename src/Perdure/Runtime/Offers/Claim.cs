using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Runtime.Offers;

/// <summary>
/// Activities of an instance that this node runs and may not own. Their results are message rows to whoever owns it.
/// </summary>
internal sealed class Claim(Node node, OfferRow offer) : WorkSource(offer.Target)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ActivityWork> _works = [];
    private bool _isAbandoned;
    private bool _isIncomplete;

    public OfferKey Key => offer.Key;

    /// <summary>Whether it was there when claims were asked for; what came after is not missing.</summary>
    public bool IsKnown { get; set; }

    public override Node Node => node;

    public override int PartitionNumber => offer.Key.Partition;

    public override bool IsLeaving => false;

    /// <summary>Whether none of the activities has begun.</summary>
    public bool IsUntouched => WaitingActivities?.Count == offer.Tasks.Count;

    public void Add(ActivityWork work)
    {
        lock (_gate)
            _works.Add(work);
    }

    /// <summary>Whoever runs the activities from now on, it is not this node.</summary>
    public void Abandon()
    {
        ActivityWork[] works;
        lock (_gate)
        {
            _isAbandoned = true;
            works = [.. _works];
        }
        foreach (ActivityWork work in works)
            work.Abandon();
    }

    /// <summary>How often a process died of it is counted where it is owned.</summary>
    public override bool Admit(ActivityWork work) => true;

    public override void Return(ActivityWork work, Message.TaskDone result)
    {
        bool isWanted;
        lock (_gate)
            isWanted = !_isAbandoned;
        // In line before the claim ends: whoever finds it ended and still standing takes the work for undone.
        work.KeepsSlot = isWanted;
        if (isWanted)
            node.Partition(offer.Key.Partition).Report(
                Id, result, result with { Result = default, Failure = Refusals.OfStore }, work);
        Forget(work, isUndone: false);
    }

    public override void Drop(ActivityWork work) => Forget(work, isUndone: true);

    public override void DidNotRun(ActivityWork work) => Forget(work, isUndone: true);

    private void Forget(ActivityWork work, bool isUndone)
    {
        bool isDone, isIncomplete;
        lock (_gate)
        {
            _works.Remove(work);
            isDone = _works.Count == 0;
            _isIncomplete |= isUndone && !_isAbandoned;
            isIncomplete = _isIncomplete;
        }
        if (isDone)
            node.Claims.Ended(this, isIncomplete);
    }
}
