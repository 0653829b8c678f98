using Perdure.Core.Messages;

namespace Perdure.Runtime.Offers;

/// <summary>
/// Where activities come from and where their results go: an instance of this node, or an offer of another one.
/// </summary>
internal abstract class WorkSource(string id)
{
    /// <summary>Of the instance.</summary>
    public string Id { get; } = id;

    public abstract Node Node { get; }

    /// <summary>Of the instance, whoever owns it.</summary>
    public abstract int PartitionNumber { get; }

    /// <summary>Activities waiting for a slot, in the order of the calls.</summary>
    public Queue<ActivityWork>? WaitingActivities { get; set; }

    /// <summary>None of its activities may begin any more.</summary>
    public abstract bool IsLeaving { get; }

    /// <summary>Whether the activity may start at once; if not, the source starts it later.</summary>
    public abstract bool Admit(ActivityWork work);

    /// <summary>The activity has ended. It may run a turn on the thread that brings the result.</summary>
    public abstract void Return(ActivityWork work, Message.TaskDone result);

    /// <summary>Nobody waits for the activity any more.</summary>
    public abstract void Drop(ActivityWork work);

    /// <summary>The activity waits for a program that has its code; it killed nobody.</summary>
    public abstract void DidNotRun(ActivityWork work);
}
