using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Mail;

namespace Perdure.Core.Tests.Entities;

/// <summary>Operations of an entity that nobody has locked.</summary>
public class EntityOperationTests
{
    [Fact]
    public void What_waits_is_run_in_one_turn_and_written_as_one_row() =>
        new EntityInstance()
            .Receives(
                Signal("add", 1), Call("o", 4, "add", 2).AsRow(8), Signal("add", 3).ByClient(), Call("p", 0, "get"))
            .Operations("add 1", "add 2", "add 3", "get")
            .Runs()
            .Rows("entity 6 last 1000", "message to o", "message to p", "delete message 8")
            .Sends("o#4 = 3", "p#0 = 6").Effects("answer client Accepted").Drops().LogsFailureOf()
            .Turn.ShouldSatisfyAllConditions(t => t.Done.ShouldBe(4), t => t.Decision.ShouldBe(TurnDecision.Record));

    [Fact]
    public void The_code_sees_state_operations_and_time_and_which_are_signals()
    {
        EntityInstance counter = new EntityInstance().Receives(Signal("add", 5)).Runs();
        EntityBatch batch = counter.At(3000).Receives(Signal("get"), Call("o", 1, "add", 2)).Turn.Batch;
        (batch.InstanceId, batch.State.ToString(), batch.At).ShouldBe(("@counter@a", "5", 3000));
        batch.Operations.ShouldBe(
            [new EntityOperation("get", default, true), new EntityOperation("add", Payload.Of("2"), false)]);
    }

    [Fact]
    public void What_the_code_gets_is_fixed_when_the_turn_is_decided()
    {
        EntityTurn turn = new EntityInstance().Receives(Signal("add", 1), Signal("add", 2).ByClient()).Turn;
        IReadOnlyList<EntityOperation> gets = turn.Batch.Operations;
        // The 20 ms rule puts another message in the place of one that a client waits for, while the code runs.
        turn.Operations[1] = turn.Operations[1] with { Ticket = null, Row = new(0, 1, 1) };
        turn.Batch.Operations.ShouldBeSameAs(gets);
        gets.Count.ShouldBe(2);
    }

    [Fact]
    public void One_that_fails_answers_its_caller_and_changes_nothing() =>
        new EntityInstance().Receives(Signal("add", 1), Call("o", 1, "fail"), Call("o", 2, "add", 2)).Runs()
            .Rows("entity 3 last 1000", "message to o", "message to o")
            .Sends("o#1 failed Boom", "o#2 = 3").LogsFailureOf();

    [Fact]
    public void A_failure_is_answered_no_deeper_than_can_be_stored()
    {
        FailureDetails deep = Enumerable.Range(0, 99)
            .Aggregate(new FailureDetails("Innermost", ""), (inner, i) => new($"E{98 - i}", "", null, inner));
        EntityInstance counter = new(new Limits { FailureDepthMax = 3 })
        {
            Code = (batch, _) => new EntityRun([new EntityOutcome(default, deep, [])], batch.State),
        };
        counter.Receives(Call("o", 1, "fail")).Runs();
        Message.OperationDone answer = (Message.OperationDone)
            counter.Turn.Effects.OfType<Effect.Deliver>().ShouldHaveSingleItem().Message;
        answer.Failure!.InnerFailure!.InnerFailure!.ErrorType.ShouldBe("E2");
        answer.Failure.InnerFailure.InnerFailure.InnerFailure.ShouldBeNull();
    }

    [Fact]
    public void A_signal_that_fails_is_told_to_the_log_and_to_nobody_else() =>
        new EntityInstance().Receives(Signal("fail").AsRow(3).ByClient()).Runs()
            .Rows("delete message 3").Sends().Effects("answer client Accepted").LogsFailureOf("fail: Boom");

    [Fact]
    public void Deleting_takes_the_row_away_and_what_follows_begins_anew()
    {
        EntityInstance counter = new EntityInstance().Receives(Signal("add", 5)).Runs();
        counter.At(2000).Receives(Signal("delete")).Runs().Rows("delete entity @counter@a").Is("");
        counter.State.IsLive.ShouldBeFalse();
        counter.Receives(Signal("delete")).Runs().Rows()
            .Turn.Decision.ShouldBe(TurnDecision.Nothing);
        counter.Receives(Signal("add", 1)).Runs().Rows("entity 1 last 2000")
            .Receives(Signal("delete"), Signal("add", 2)).Runs().Rows("entity 2 last 2000");
    }

    [Fact]
    public void Operations_can_signal_and_start_and_those_that_fail_do_not() =>
        new EntityInstance().At(4000)
            .Receives(
                Signal("tell", 1), Signal("fail"), Signal("tellLater", 2), Signal("start", 3), Call("o", 0, "get"))
            .Runs()
            .Sends("@log@x note 1", "@log@x note 2 due 4500", "start Work as work-3 3", "o#0 =")
            .Rows("message to @log@x", "message to @log@x", "message to work-3", "message to o");

    [Fact]
    public void Without_its_code_calls_fail_and_signals_are_logged_and_the_state_stays()
    {
        EntityInstance counter = new EntityInstance().Receives(Signal("add", 5)).Runs();
        counter.WithoutCode().At(2000).Receives(Call("o", 1, "add", 1).AsRow(2), Signal("add", 2).ByClient())
            .Rows("message to o", "delete message 2").Sends($"o#1 failed {Failures.EntityNotFound}")
            .Effects("answer client Accepted").LogsFailureOf($"add: {Failures.EntityNotFound}").Is("5");
        counter.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void A_run_that_fails_as_a_whole_fails_every_operation_and_changes_nothing()
    {
        EntityInstance counter = new EntityInstance().Receives(Signal("add", 5)).Runs();
        counter.Receives(Call("o", 1, "add", 1), Signal("add", 2)).Fails()
            .Rows("message to o").Sends("o#1 failed Boom").LogsFailureOf("add: Boom").Is("5");
    }

    [Fact]
    public void What_an_entity_has_no_use_for_is_refused_or_dropped()
    {
        EntityInstance counter = new();
        counter.Receives(new Message.Raise("go", default).ByClient(), new Message.Terminate("why").AsRow(4))
            .Rows("delete message 4").Effects("answer client NotFound")
            .Drops("Terminate: an entity has no use for it");
    }

    [Fact]
    public void Operations_that_were_not_run_are_next_again_in_their_order()
    {
        EntityInstance counter = new EntityInstance()
            .Receives(Signal("add", 1).AsRow(1), Signal("add", 2).AsRow(2), Signal("add", 3).AsRow(3)).Runs(max: 1)
            .Rows("entity 1 last 1000", "delete message 1").Waits("add 2", "add 3");
        counter.Receives(Signal("add", 4)).Operations("add 2", "add 3", "add 4").Runs(max: 2)
            .Rows("entity 6 last 1000", "delete message 2", "delete message 3").Waits("add 4");
        counter.Takes().Runs().Rows("entity 10 last 1000").Waits();
    }

    [Fact]
    public void A_run_that_ran_nothing_changes_nothing()
    {
        EntityInstance counter = new EntityInstance().Receives(Signal("add", 1)).Runs();
        counter.At(5000).Receives(Signal("add", 2).AsRow(3)).Runs(max: 0).Rows().Is("1").Waits("add 2");
        counter.Turn.Decision.ShouldBe(TurnDecision.Nothing);
        counter.Takes().Runs().Rows("entity 3 last 5000", "delete message 3");
    }

    [Fact]
    public void A_turn_that_is_refused_is_taken_again_in_the_same_order()
    {
        EntityInstance counter = new EntityInstance().Receives(Signal("mix", 1)).Runs();
        counter.Gets(Signal("mix", 2), Call("o", 0, "mix", 3).AsRow(1), Signal("mix", 4).ByClient(), Signal("mix", 5))
            .Takes(operationsMax: 3).RunsInVain(max: 2).Waits("mix 2", "mix 3", "mix 4", "mix 5");
        counter.Takes().Operations("mix 2", "mix 3", "mix 4", "mix 5").Runs().Is(Mixed(1, 2, 3, 4, 5));
    }

    [Fact]
    public void A_turn_runs_so_many_operations_and_no_more()
    {
        EntityInstance counter = new(new Limits { OperationsPerTurnMax = 2 });
        counter.Receives(Signal("add", 1), Signal("add", 2), Signal("add", 3)).Operations("add 1", "add 2").Runs()
            .Takes().Operations("add 3").Runs().Is("6");
        counter.Gets(Signal("add", 1), Signal("add", 1)).Takes(operationsMax: 1).Operations("add 1").Runs();
    }

    [Fact]
    public void A_turn_runs_so_many_bytes_and_always_one_operation()
    {
        EntityInstance counter = new(new Limits { OperationBytesPerTurnMax = 4 });
        counter.Receives(Signal("add", 123456), Signal("add", 12), Signal("add", 34), Signal("add", 56), Signal("get"))
            .Operations("add 123456").Runs()
            .Takes().Operations("add 12", "add 34", "add 56").Runs()
            .Takes().Operations("get").Runs();
    }

    [Fact]
    public void A_turn_takes_so_many_messages_and_no_more()
    {
        EntityInstance counter = new(new Limits { MessagesPerTurnMax = 2 });
        counter.Receives(Release("o", 1), Release("o", 2), Release("o", 3), Signal("add", 1))
            .Waits("Release", "add 1").Turn.Dropped!.Count.ShouldBe(2);
        counter.Takes().Operations("add 1").Runs().Waits();
    }

    [Fact]
    public void Time_never_runs_backwards() =>
        new EntityInstance().At(5000).Receives(Signal("add", 1)).Runs()
            .At(3000).Receives(Signal("add", 1)).Runs().Rows("entity 2 last 5000");

    private static string Mixed(params int[] inputs) =>
        inputs.Aggregate((int?)null, (value, input) => CounterCode.Mixed(value, input))!.Value.ToString();
}
