using Perdure.Core.Entities;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

/// <summary>Calls, signals and critical sections, from the side of the orchestration.</summary>
public class SectionTests
{
    private const string A = "@account@a", B = "@account@b", C = "@account@c";

    [Fact]
    public void A_call_names_who_waits_for_the_answer_and_a_signal_names_nobody()
    {
        Instance order = Given.Orchestration().Started()
            .Asked(Call(0, A, "Add", "1"), Signal(1, A, "add"), Signal(2, B, "add", due: 9000))
            .Events("OrchestratorStarted", "ExecutionStarted Hello", $"EntityOperationCalled #0 {A} Add 1",
                $"EntityOperationSignaled #1 {A} add", $"EntityOperationSignaled #2 {B} add due 9000")
            .Rows("insert instance 1 Running", "history 1.0/0", $"message to {A}", $"message to {A}",
                $"message to {B}");
        Sent(order).ShouldBe(
        [
            (A, new Message.Operation("Add", Json("1")) { Caller = new EntityCaller("order-1", new(1, 0, 0)) }),
            (A, new Message.Operation("add", default)),
            (B, new Message.Operation("add", default) { DueAt = 9000 }),
        ]);
        order.State.Open.Count.ShouldBe(1);
        order.Receives(OperationDone(0, "3").AsRow(4)).Feeds("EntityOperationCompleted #0 3").Asked()
            .Rows("history 1.0/1", "delete message 4");
        order.Receives(OperationDone(0, "3"), OperationFailed(1))
            .Drops("OperationDone: task 0 is not open", "OperationDone: task 1 is not open");
    }

    [Fact]
    public void A_failed_call_is_fed_as_it_is() =>
        Given.Orchestration().Started().Asked(Call(0, A)).Receives(OperationFailed(0))
            .Feeds("EntityOperationFailed #0 Boom");

    [Fact]
    public void The_entities_of_a_section_are_asked_one_after_the_other_and_the_code_goes_on_after_the_last()
    {
        Instance order = Given.Orchestration().Started().Asked(Lock(0, A, B, C));
        Sent(order).ShouldBe([(A, Request(0))]);
        order.Receives(Granted(0, A).AsRow(1)).Decides(TurnDecision.Record).Events($"EntityLockGranted #0 {A}")
            .Rows("history 1.0/1", $"message to {B}", "delete message 1");
        Sent(order).ShouldBe([(B, Request(0))]);
        order.Receives(Granted(0, B)).Decides(TurnDecision.Record);
        order.Receives(Granted(0, C)).Feeds($"EntityLockGranted #0 {C} last").Asked(Unlock(0));
        Sent(order).ShouldBe([(A, Release(0)), (B, Release(0)), (C, Release(0))]);
        order.State.Section.ShouldBeNull();
    }

    [Theory]
    [InlineData("suspended"), InlineData("no code"), InlineData("parked")]
    public void The_next_entity_is_asked_without_the_code(string held)
    {
        Instance order = Given.Orchestration().Started().Asked(Lock(0, A, B));
        order = held switch
        {
            "suspended" => order.Receives(Suspend()),
            "parked" => order.Receives(Raise("a")).Concludes(Parks),
            _ => order.WithoutCode(),
        };
        order.Receives(Granted(0, A)).Decides(TurnDecision.Record).Effects($"deliver LockRequest to {B}");
        order.Receives(Granted(0, B)).Decides(TurnDecision.Record).Events($"EntityLockGranted #0 {B} last");
    }

    [Fact]
    public void A_grant_that_is_not_awaited_is_dropped()
    {
        Instance order = Given.Orchestration().Started().Asked(Lock(0, A, B));
        order.Receives(Granted(0, B), Granted(1, A), Granted(0, A).Of(new(1, 1)), Granted(0, A).Of(new(9, 0))).Drops(
            $"LockGranted: the lock of '{B}' is not asked for", $"LockGranted: the lock of '{A}' is not asked for",
            "LockGranted: its execution 1.1 is over", "LockGranted: its execution 9.0 is over");
        order.Receives(Granted(0, A), Granted(0, A)).Events($"EntityLockGranted #0 {A}")
            .Drops($"LockGranted: the lock of '{A}' is not asked for");
        order.Receives(Granted(0, B)).Asked(Unlock(0));
        order.Receives(Granted(0, B)).Drops($"LockGranted: the lock of '{B}' is not asked for");
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void Every_ending_releases_in_its_own_commit_what_was_asked_so_far(int granted)
    {
        string[] asked = [.. new[] { A, B, C }.Take(granted + 1)];
        (string, Message)[] releases = [.. asked.Select(e => (e, (Message)Release(0)))];
        Sent(In(granted).Ends(Returns("1"))).ShouldBe(releases);
        Sent(In(granted).Ends(Throws())).ShouldBe(releases);
        Sent(In(granted).Concludes(Stops)).ShouldBe(releases);
        Sent(In(granted).Concludes(new CodeResult.Overtaken(new("stop")))).ShouldBe(releases);
        Sent(In(granted).Ends(ContinuesAsNew())).ShouldBe(releases);
        Sent(In(granted).Asked().Receives(Terminate("stop"))).ShouldBe(releases);
        Sent(In(granted).Asked().Receives(Suspend()).Receives(Terminate("stop"))).ShouldBe(releases);
        Sent(In(granted).Ends(Returns("1"), Unlock(0))).ShouldBe(releases, "once and not twice");
        Sent(In(granted).Asked(Unlock(0))).ShouldBe(releases);
        Sent(In(granted).Asked(Unlock(0)).Receives(Terminate())).ShouldBeEmpty();
    }

    [Fact]
    public void What_is_asked_and_left_in_one_turn_is_released_after_it()
    {
        (string, Message)[] both = [(A, Request(0)), (A, Release(0))];
        Sent(Given.Orchestration().Started().Asked(Lock(0, A, B), Unlock(0))).ShouldBe(both);
        Sent(Given.Orchestration().Started().Ends(Returns(), Lock(0, A, B))).ShouldBe(both);
        Sent(Given.Orchestration().Started().Ends(ContinuesAsNew(), Lock(0, A, B))).ShouldBe(both);
    }

    [Fact]
    public void A_grant_and_a_terminate_that_come_together_leave_no_lock_behind()
    {
        Instance order = Given.Orchestration().Started().Asked(Lock(0, A, B)).Receives(Granted(0, A), Terminate());
        Sent(order).ShouldBe([(B, Request(0)), (A, Release(0)), (B, Release(0))]);
    }

    [Fact]
    public void A_section_that_is_parked_keeps_its_locks() =>
        Sent(In(3).Concludes(Parks)).ShouldBeEmpty();

    [Fact]
    public void The_next_generation_knows_nothing_of_the_section_of_the_one_before()
    {
        Instance order = In(1).Ends(ContinuesAsNew());
        order.State.Section.ShouldBeNull();
        order.Receives(Granted(0, B).Of(new(1, 0))).Drops("LockGranted: its execution 1.0 is over");
    }

    [Fact]
    public void Inputs_recorded_ahead_take_along_the_question_to_the_next_entity()
    {
        Instance order = Given.Orchestration().Started().Asked(Lock(0, A, B))
            .Receives(Granted(0, A), Raise("a")).Decides(TurnDecision.Run);
        OrchestrationTurn ahead = order.RecordsAhead();
        ahead.Effects.OfType<Effect.Deliver>().ShouldHaveSingleItem().Target.ShouldBe(B);
        Sent(order.Asked()).ShouldBeEmpty();
    }

    /// <summary>Its code runs, in a section of which so many locks are granted.</summary>
    private static Instance In(int granted)
    {
        Instance order = Given.Orchestration().Started().Asked(Lock(0, A, B, C));
        foreach (string entity in new[] { A, B, C }.Take(granted))
        {
            order.Receives(Granted(0, entity));
            if (order.IsRunning)
                order.Asked();
        }
        return order.Receives(Raise("a"));
    }

    private static (string, Message)[] Sent(Instance order) =>
        [.. order.Turn.Effects.OfType<Effect.Deliver>().Select(d => (d.Target, d.Message))];

    private static Message.LockRequest Request(int task) => new(new EntityCaller("order-1", new(1, 0, task)));

    private static Message.Release Release(int task) => new(new(1, 0, task));
}
