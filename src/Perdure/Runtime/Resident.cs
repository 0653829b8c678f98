using Perdure.Core;
using Perdure.Core.Entities;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Stores;
using Perdure.Core.Turns;
using Perdure.Execution;
using Perdure.Runtime.Offers;

namespace Perdure.Runtime;

/// <summary>Where an instance in memory stands. It changes only under its partition's lock.</summary>
internal enum ResidentPhase
{
    /// <summary>Known by id only; its row, and history if it lives, are being read.</summary>
    Loading,

    /// <summary>Nothing to do.</summary>
    Idle,

    /// <summary>One thread has claimed it for a turn.</summary>
    Running,

    /// <summary>Its turn is in line for a batch, or in one.</summary>
    Committing,

    /// <summary>The host stops and has cut its turn short: the next start takes it again.</summary>
    Left,
}

/// <summary>
/// An instance in memory. Small, because there may be a hundred thousand: no lock, timer or queue of its own.
/// </summary>
internal sealed partial class Resident : WorkSource
{
    public Resident(string id, Partition partition) : base(id)
    {
        Partition = partition;
        if (EntityInstanceIds.Is(id))
            Lines = new EntityMailbox(partition.Node.Settings.Limits);
    }

    public override Node Node => Partition.Node;

    public override int PartitionNumber => Partition.Number;

    public Partition Partition { get; }
    public ResidentPhase Phase { get; set; }

    /// <summary>Null while loading.</summary>
    public InstanceState? State { get; set; }

    /// <summary>The live session, if it is warm.</summary>
    public IOrchestrationSession? Session { get; set; }

    /// <summary>The history just loaded, for the first run of a new session.</summary>
    public IReadOnlyList<RecordedRun>? History { get; set; }

    /// <summary>The turn whose code runs; null from the moment it is concluded, by whomever.</summary>
    public Turn? RunningTurn { get; set; }

    /// <summary>A terminate that overtook the running code, and the turn that it ends.</summary>
    public (OrchestrationTurn Turn, Message.Terminate Message)? OvertakenBy { get; set; }

    /// <summary>The session left its turn: the next one must look, even without a message.</summary>
    public bool Woken { get; set; }

    /// <summary>The partition was lost or reopened: whoever still works on this object works for nothing.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>
    /// The store refused what the orchestration wanted to write: the next turn parks it with this reason.
    /// </summary>
    public string? ParkReason { get; set; }

    /// <summary>
    /// The store refused what so many operations of an entity, or messages to an orchestration, led to: each is taken
    /// alone, to find out whose fault it is.
    /// </summary>
    public int RunsSingly { get; set; }

    /// <summary>The operation whose fault it was: when its turn comes it fails with this reason.</summary>
    public (MessageKey? Row, TimerKey? Timer, string Reason)? RefusedOperation { get; set; }

    /// <summary>Recovery counts it until it has nothing more to recover.</summary>
    public bool HoldsRecoverySlot { get; set; }

    /// <summary>Activities handed to the dispatcher and not ended.</summary>
    public TaskMap<ActivityWork> Activities;

    public override bool IsLeaving => Partition.IsLeaving;

    public override bool Admit(ActivityWork work) => Partition.Admit(work);

    public override void Return(ActivityWork work, Message.TaskDone result) => Partition.Return(this, work, result);

    public override void Drop(ActivityWork work) => Partition.Drop(work);

    public override void DidNotRun(ActivityWork work) => Partition.DidNotRun(work);

    // The list of idle sessions, oldest first.
    public Resident? Older { get; set; }
    public Resident? Newer { get; set; }
    public bool IsListed { get; set; }
}
