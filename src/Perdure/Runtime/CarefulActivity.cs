using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;

namespace Perdure.Runtime;

/// <summary>An activity that has its slot and waits for its row.</summary>
internal sealed class CarefulActivity(ActivityWork work)
    : CarefulWork(work.Task, $"the activity '{work.Call.Name}' of '{work.Resident.Id}'")
{
    private Partition Partition => work.Resident.Partition;

    public override bool IsWanted_NeedsLock() => Partition.Wants_NeedsLock(work);

    public override void Run() => Partition.Node.Activities.Start(work);

    public override void Fail(FailureDetails failure)
    {
        Skip();
        Partition.Return(work.Resident, work, new Message.TaskDone(work.Task, default, failure));
    }

    public override void Skip() => Partition.Node.Activities.Forget(work);
}

/// <summary>A turn whose inputs are durable and whose code waits for its row.</summary>
internal sealed class CarefulTurn(Resident resident, OrchestrationTurn turn)
    : CarefulWork(Care.KeyOf(turn.Execution), $"a turn of '{resident.Id}'")
{
    public override bool IsWanted_NeedsLock() => resident.RunningTurn == turn;

    public override void Run() => resident.Partition.RunTurn(resident, turn);

    public override void Fail(FailureDetails failure) =>
        resident.Partition.Conclude(resident, turn, new CodeResult.Stopped(failure, Park: false));

    public override void Skip()
    {
        // It holds nothing but its place, and whoever ended the turn has taken its messages.
    }
}
