using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

public class StartTests
{
    [Fact]
    public void A_start_runs_and_is_stored_in_one_turn()
    {
        Instance hello = Given.Orchestration("Hello", "order-1").At(1234)
            .Receives(Start("\"Ada\"", Code.Parent).ByClient())
            .Decides(TurnDecision.Run)
            .Feeds("ExecutionStarted Hello \"Ada\"")
            .Asked(Activity(0, "SayHello", "\"Tokyo\""), Status("\"on it\""))
            .Events("OrchestratorStarted", "ExecutionStarted Hello \"Ada\"", "TaskScheduled #0 SayHello \"Tokyo\"",
                "CustomStatusSet \"on it\"")
            .Rows("insert instance 1 Running owed", "history 1.0/0")
            .Effects("answer client Accepted", "run #0 SayHello");

        hello.Row.ShouldBe(new InstanceRow
        {
            Partition = Perdure.Core.Identity.InstanceIds.Partition("order-1", Disk.Partitions),
            Key = 1, Id = "order-1", Name = "Hello", Status = InstanceStatus.Running, Owed = true,
            CustomStatus = Json("\"on it\""), Created = 1234, Parent = "parent-1",
        });
    }

    [Fact]
    public void Four_turns_of_HelloCities_write_six_rows()
    {
        Instance cities = Given.Orchestration("HelloCities").Started().Asked(Activity(0, "SayHello", "\"Tokyo\""));
        cities.Receives(Done(0, "\"Hello Tokyo!\"")).Asked(Activity(1, "SayHello", "\"Seattle\""))
            .Rows("history 1.0/1");
        cities.Receives(Done(1, "\"Hello Seattle!\"")).Asked(Activity(2, "SayHello", "\"London\""))
            .Rows("history 1.0/2");
        cities.Receives(Done(2, "\"Hello London!\"")).Ends(Returns("[]"))
            .Rows("update instance Completed not owed ended 1000", "history 1.0/3");

        cities.RowsWritten.ShouldBe(6);
    }

    [Fact]
    public void A_second_start_of_a_live_id_is_refused_and_changes_nothing() =>
        Given.Waiting()
            .Receives(Start("2").ByClient())
            .Decides(TurnDecision.Nothing).Rows().Effects("answer client AlreadyExists").Drops();

    [Fact]
    public void Of_two_starts_in_one_mailbox_the_first_wins() =>
        Given.Orchestration()
            .Receives(Start("1").ByClient("first"), Start("2").ByClient("second"))
            .Feeds("ExecutionStarted Hello 1")
            .Asked()
            .Effects("answer first Accepted", "answer second AlreadyExists");

    [Fact]
    public void A_start_replaces_an_ended_instance_under_a_new_key()
    {
        Instance order = Given.Orchestration().Started(input: "1").Asked(Status("1"), Activity(0)).Receives(Done(0))
            .Ends(Returns());

        order.At(2000).Receives(Start("2")).Asked(Activity(0))
            .Rows("delete instance 1", "insert instance 2 Running owed", "history 2.0/0");

        order.Row!.CustomStatus.IsNone.ShouldBeTrue();
        order.Row.Created.ShouldBe(2000);
        order.Receives(Done(0).Of(new(1, 0))).Drops("TaskDone: its execution 1.0 is over");
    }

    [Fact]
    public void A_child_id_that_is_live_is_a_failure_of_the_parent()
    {
        Instance live = Given.Waiting().Receives(Start(parent: Code.Parent).AsRow(3))
            .Decides(TurnDecision.Record)
            .Rows("message to parent-1", "delete message 3")
            .Effects("deliver ChildDone to parent-1");

        Message.ChildDone answer = Answer(live.Turn);
        answer.Task.ShouldBe(new(900, 2, 7));
        answer.Failure!.ErrorType.ShouldBe("Perdure.OrchestrationAlreadyExistsException");
        answer.Failure.ErrorMessage.ShouldContain("order-1");
    }

    [Fact]
    public void An_unknown_child_function_is_a_failure_of_the_parent()
    {
        Instance child = Given.Orchestration().WithoutCode("Typo")
            .Receives(Start(parent: Code.Parent, name: "Typo").AsRow(3))
            .Rows("message to parent-1", "delete message 3");

        Answer(child.Turn).Failure!.ErrorType.ShouldBe(Failures.OrchestratorNotFound);
        child.Row.ShouldBeNull();
    }

    [Fact]
    public void A_refused_child_that_nobody_waits_for_answers_nobody() =>
        Given.Waiting()
            .Receives(Start(parent: Code.Parent with { Task = Perdure.Core.History.ParentLink.NoAnswer }).AsRow(3))
            .Rows("delete message 3").Effects();

    [Fact]
    public void A_start_without_code_is_kept_and_runs_when_the_code_comes() =>
        Given.Orchestration().WithoutCode()
            .Receives(Start("1").ByClient())
            .Decides(TurnDecision.Record)
            .Events("ExecutionStarted Hello 1")
            .Rows("insert instance 1 Pending owed", "history 1.0/0")
            .Effects("answer client Accepted")
            .Reloaded().WithCode().Receives()
            .Feeds("ExecutionStarted Hello 1")
            .Asked()
            .Events("OrchestratorStarted")
            .Rows("update instance Running", "history 1.0/1");

    [Fact]
    public void A_delayed_start_waits_for_its_timer_and_keeps_what_arrives() =>
        Given.Orchestration()
            .Receives(Start("1", at: 5000))
            .Events("ExecutionStarted Hello 1 at 5000")
            .Rows("insert instance 1 Pending Scheduled", "history 1.0/0", "timer 5000")
            .Effects("arm 5000")
            .Receives(Raise("Early")).Decides(TurnDecision.Record)
            .At(5001).Receives(StartDue())
            .Feeds("ExecutionStarted Hello 1 at 5000", "EventRaised Early")
            .Asked()
            .Events("OrchestratorStarted", "TimerFired #-1")
            .Rows("update instance Running released", "history 1.0/2", "delete timer 5000");

    [Fact]
    public void A_start_time_in_the_past_is_now() =>
        Given.Orchestration().At(5000).Receives(Start(at: 5000)).Decides(TurnDecision.Run).Asked()
            .Rows("insert instance 1 Running", "history 1.0/0");

    [Fact]
    public void A_delayed_start_that_comes_due_while_suspended_runs_on_resume() =>
        Given.Orchestration().Receives(Start(at: 5000))
            .Receives(Suspend()).Rows("update instance Suspended", "history 1.0/1")
            .At(5000).Receives(StartDue()).Decides(TurnDecision.Record).Events("TimerFired #-1")
            .Receives(StartDue()).Drops("StartDue: the start is not pending")
            .Receives(Resume()).Feeds("ExecutionStarted Hello at 5000").Asked();

    [Fact]
    public void A_delayed_start_that_is_terminated_leaves_no_timer()
    {
        Given.Orchestration().Receives(Start(at: 5000)).Receives(Terminate())
            .Rows("update instance Terminated released ended 1000", "history 1.0/1", "delete timer 5000")
            .Effects("disarm 5000");
        Given.Orchestration().Receives(Start(at: 5000), Terminate())
            .Rows("insert instance 1 Terminated", "history 1.0/0")
            .Effects();
    }

    private static Message.ChildDone Answer(OrchestrationTurn turn) =>
        (Message.ChildDone)turn.Effects.OfType<Effect.Deliver>().ShouldHaveSingleItem().Message;
}
