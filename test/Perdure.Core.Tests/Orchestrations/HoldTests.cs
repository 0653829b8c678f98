using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

/// <summary>Suspended and parked instances record what arrives and feed it later.</summary>
public class HoldTests
{
    [Fact]
    public void What_arrives_while_suspended_is_recorded_and_fed_in_order_on_resume() =>
        Given.Waiting()
            .Receives(Suspend("lunch").ByClient())
            .Events("ExecutionSuspended lunch").Rows("update instance Suspended", "history 1.0/1")
                .Effects("answer client Accepted")
            .Receives(Raise("a").ByClient()).Decides(TurnDecision.Record).Rows("history 1.0/2")
                .Effects("answer client Accepted")
            .Reloaded()
            .Receives(Done(0, "1")).Decides(TurnDecision.Record)
            .Receives(Resume("back"), Raise("b"))
            .Feeds("EventRaised a", "TaskCompleted #0 1", "EventRaised b")
            .Asked()
            .Events("OrchestratorStarted", "ExecutionResumed back", "EventRaised b")
            .Rows("update instance released", "history 1.0/4");

    [Fact]
    public void Who_asked_stands_in_the_history_and_only_what_holds_the_instance_is_remembered()
    {
        Instance instance = Given.Waiting()
            .Receives(Suspend("lunch", by: "Ada")).Events("ExecutionSuspended lunch by Ada");
        instance.State.HeldBy.ShouldBe("Ada");
        instance.Reloaded().State.HeldBy.ShouldBe("Ada");
        instance.Receives(Resume("back", by: "Bob")).Events("ExecutionResumed back by Bob")
            .State.HeldBy.ShouldBeNull();
        instance.Receives(Terminate("enough", by: "Eve"))
            .Events("ExecutionTerminated enough by Eve", "ExecutionCompleted Terminated \"enough\"");
    }

    [Fact]
    public void A_suspension_in_the_middle_of_a_mailbox_holds_all_of_it() =>
        Given.Waiting()
            .Receives(Raise("before"), Suspend(), Raise("after")).Decides(TurnDecision.Record)
            .Receives(Resume()).Feeds("EventRaised before", "EventRaised after").Asked();

    [Fact]
    public void Suspended_and_resumed_in_one_mailbox_is_a_normal_run() =>
        Given.Waiting()
            .Receives(Suspend(), Raise("a"), Resume()).Feeds("EventRaised a").Asked()
            .Rows("history 1.0/1");

    [Fact]
    public void A_resume_with_nothing_to_feed_only_records() =>
        Given.Waiting().Receives(Suspend()).Receives(Resume()).Decides(TurnDecision.Record)
            .Rows("update instance released", "history 1.0/2");

    [Fact]
    public void A_suspended_instance_still_moves_time_for_its_timers() =>
        Given.Waiting().Receives(Suspend()).Receives(Due(1)).Rows("history 1.0/2", "delete timer 5000")
            .Turn.At.ShouldBe(5000);

    [Fact]
    public void A_parked_instance_keeps_its_inputs_and_tries_again_on_resume() =>
        Given.Waiting()
            .Receives(Done(0, "1").AsRow(4)).Concludes(Parks)
            .Events("TaskCompleted #0 1", "ExecutionParked Perdure.Test: It must not go on.")
            .Rows("update instance Parked", "history 1.0/1", "delete message 4")
            .Reloaded()
            .Receives(Raise("more")).Decides(TurnDecision.Record)
            .Receives(Resume().ByClient())
            .Feeds("TaskCompleted #0 1", "EventRaised more")
            .Ends(Returns())
            .Events("OrchestratorStarted", "ExecutionResumed", "ExecutionCompleted Completed");

    [Fact]
    public void A_first_turn_that_parks_is_still_a_start() =>
        Given.Orchestration().Started().Concludes(Parks)
            .Events("ExecutionStarted Hello", "ExecutionParked Perdure.Test: It must not go on.")
            .Rows("insert instance 1 Pending Parked", "history 1.0/0")
            .Receives(Resume()).Feeds("ExecutionStarted Hello").Asked();

    [Fact]
    public void Resume_lifts_suspension_and_parking_alike() =>
        Given.Waiting().Receives(Raise("a")).Concludes(Parks)
            .Receives(Suspend()).Events("ExecutionSuspended").Rows("history 1.0/2")
            .Receives(Resume()).Feeds("EventRaised a").Asked().Rows("update instance released", "history 1.0/3");

    [Fact]
    public void A_turn_that_only_recorded_may_still_be_run_or_parked()
    {
        Given.Waiting().Receives(Suspend())
            .Wakes(Resume()).Asked(Status("1"))
            .Events("OrchestratorStarted", "ExecutionResumed", "CustomStatusSet 1")
            .Rows("update instance released custom 1", "history 1.0/2")
            .Receives(Raise("a")).Asked().Rows("history 1.0/3");
        Given.Waiting().Receives(Suspend())
            .Wakes(Resume()).Concludes(Parks)
            .Rows("update instance Parked", "history 1.0/2");
        Given.Waiting()
            .Wakes(Suspend()).Concludes(new CodeResult.Overtaken(new(null)))
            .Rows("update instance Terminated not owed ended 1000", "history 1.0/1", "delete timer 5000");
        Given.Orchestration().WithoutCode().Wakes(Start()).Concludes(Parks)
            .Rows("insert instance 1 Pending Parked", "history 1.0/0");
    }

    [Fact]
    public void Code_that_stops_without_parking_fails_the_instance() =>
        Given.Waiting().Receives(Raise("a")).Concludes(Stops)
            .Events("EventRaised a", "ExecutionCompleted Failed Perdure.Test");

    [Fact]
    public void Code_that_did_not_run_leaves_its_inputs_for_the_next_run() =>
        Given.Waiting()
            .Receives(Done(0, "1").ByClient()).Concludes(CodeResult.NotRun.Instance)
            .Events("TaskCompleted #0 1").Rows("history 1.0/1").Effects("answer client Accepted")
            .Receives().Feeds("TaskCompleted #0 1").Concludes(CodeResult.NotRun.Instance).Rows()
            .Receives(Raise("a")).Feeds("TaskCompleted #0 1", "EventRaised a").Asked();
}
