using Perdure.Core.Messages;
using Perdure.Runtime.Offers;

namespace Perdure.Runtime;

/// <summary>
/// What lives in a partition and triggers a function. It lives as long as the partition is owned under one epoch: so
/// whatever is in hand here is in nobody else's hand. The partition's lock guards it.
/// </summary>
internal abstract class TriggerSource(string id, Partition partition) : WorkSource(id)
{
    public Partition Partition => partition;
    public long Epoch { get; } = partition.Epoch;

    public override Node Node => partition.Node;

    public override bool IsLeaving => partition.IsLeaving;

    /// <summary>Whether a result still counts: what it is of is in hand here.</summary>
    public abstract bool Has_NeedsLock(ActivityWork work);

    /// <summary>What became of work stands in line.</summary>
    public virtual void Placed_NeedsLock(TriggerEntry entry)
    {
    }

    /// <summary>What stands in line is durable.</summary>
    public abstract void Concluded_NeedsLock(TriggerEntry entry);

    /// <summary>The partition is not owned any more: what runs counts for nothing.</summary>
    public abstract void Abandon_NeedsLock();

    public override bool Admit(ActivityWork work)
    {
        work.Delivery!.Enter();
        work.Delivery.BegunAt = Node.Now;
        if (!partition.IsCareful)
            return true;
        partition.RunCarefully(new CarefulTrigger(work));
        return false;
    }

    /// <summary>It will not run here; whoever owns the partition then finds it.</summary>
    public override void Drop(ActivityWork work)
    {
        partition.CareDone(work.Task);
        work.Delivery!.Exit();
    }

    public override void DidNotRun(ActivityWork work) => Drop(work);
}

/// <summary>What became of what triggered a function, in line for a batch.</summary>
internal abstract class TriggerEntry(
    TriggerSource source, ActivityWork work, Core.Stores.TurnRows rows,
    IReadOnlyList<(string Target, Message Message)> sent)
    : RowsEntry(source.Partition, rows)
{
    public TriggerSource Source => source;
    public ActivityWork Work => work;

    public override void OnCommitted()
    {
        Partition.Concluded(this);
        for (int i = 0; i < sent.Count; i++)
        {
            (string target, Message message) = sent[i];
            Partition.Node.Deliver(target, message with { Row = Rows.InsertMessages![i].Key }, this);
        }
        Tell();
        work.Delivery!.Exit();
    }

    /// <summary>The partition was lost: its next owner finds what triggered it again.</summary>
    public override void OnStale() => work.Delivery!.Exit();

    /// <summary>
    /// What the function sent cannot be stored: it has failed. If it sent nothing, trying again would be in vain.
    /// </summary>
    protected override void OnRefused(string refusal)
    {
        if (sent.Count > 0)
        {
            Refuse();
            return;
        }
        base.OnRefused(refusal);
        work.Delivery!.Exit();
    }

    /// <summary>Puts in line that the function has failed.</summary>
    protected abstract void Refuse();

    /// <summary>Logs what is worth it.</summary>
    protected abstract void Tell();
}

/// <summary>A function that has its slot and waits for its row, because processes die.</summary>
internal sealed class CarefulTrigger(ActivityWork work)
    : CarefulWork(work.Task, $"the function '{work.Call.Name}' with '{work.ExecutionId}'")
{
    private TriggerSource Source => (TriggerSource)work.Source;

    public override bool IsWanted_NeedsLock() => !work.IsCancelled && Source.Has_NeedsLock(work);

    public override void Run() => Source.Node.Triggers.Start(work);

    public override void Fail(FailureDetails failure)
    {
        Source.Node.Triggers.Forget(work);
        Source.Return(work, new Message.TaskDone(work.Task, default, failure));
    }

    public override void Skip()
    {
        Source.Node.Triggers.Forget(work);
        work.Delivery!.Exit();
    }
}
