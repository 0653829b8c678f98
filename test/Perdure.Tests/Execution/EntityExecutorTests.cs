using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Tests.Execution.Support;

namespace Perdure.Tests.Execution;

/// <summary>Batches against the executor: operations in, outcomes out.</summary>
public sealed class EntityExecutorTests
{
    [Fact]
    public async Task Operations_run_in_order_each_on_the_state_that_the_one_before_left()
    {
        using EntityRuns runs = new(Count);

        EntityOutcome[] outcomes = await runs.RunAsync("add 2", "add 3", "get", "none");

        outcomes.Select(o => o.Result.ToString()).ShouldBe(["2", "5", "5", ""]);
        outcomes.ShouldAllBe(o => o.Failure == null && o.Actions.Count == 0);
        runs.State.ShouldBe("5");
    }

    [Fact]
    public async Task An_operation_knows_its_entity_its_name_and_its_place()
    {
        List<string> seen = [];
        using EntityRuns runs = new(c => seen.Add(
            $"{c.EntityName} {c.EntityKey} {c.EntityId} {c.OperationName} {c.BatchPosition}/{c.BatchSize} "
            + $"{c.GetInput(typeof(int?))} {c.HasState}"));

        await runs.RunAsync("First 1", "second");

        seen.ShouldBe(["counter c1 @counter@c1 First 0/2 1 False", "counter c1 @counter@c1 second 1/2  False"]);
        runs.State.ShouldBe("", "an entity that only looks at itself is not created");
    }

    [Fact]
    public async Task An_operation_that_throws_changes_nothing_and_sends_nothing()
    {
        using EntityRuns runs = new(c =>
        {
            Count(c);
            c.SignalEntity(new EntityId("other", "o"), "told");
            c.StartNewOrchestration("Audit");
            if (c.OperationName == "fail")
                throw new InvalidTimeZoneException("It broke.");
        });
        runs.State = "1";

        EntityOutcome[] outcomes = await runs.RunAsync("add 2", "fail", "add 3");

        outcomes.Select(o => o.Actions.Count).ShouldBe([2, 0, 2]);
        outcomes[1].Failure.ShouldNotBeNull().ErrorType.ShouldBe("System.InvalidTimeZoneException");
        outcomes[1].Failure!.ErrorMessage.ShouldBe("It broke.");
        outcomes[1].Result.IsNone.ShouldBeTrue();
        runs.State.ShouldBe("6");
        runs.Log.ShouldBe(
            ["Perdure: Operation fail of the entity @counter@c1 failed and changed nothing; its caller is told."]);
    }

    [Fact]
    public async Task A_state_that_does_not_become_json_or_is_too_large_fails_the_operation()
    {
        using EntityRuns runs = new((c, _) =>
        {
            c.SignalEntity(new EntityId("other", "o"), "told");
            c.SetState(c.OperationName switch
            {
                "code" => new Action(() => { }),
                "large" => new string('x', 200),
                _ => "small",
            });
            return Task.CompletedTask;
        }, payloadLimit: 100);

        EntityOutcome[] outcomes = await runs.RunAsync("keep", "code", "large");

        outcomes.Select(o => o.Actions.Count).ShouldBe([1, 0, 0]);
        foreach (EntityOutcome outcome in outcomes[1..])
            outcome.Failure.ShouldNotBeNull().ErrorType.ShouldBe("Perdure.PayloadException");
        outcomes[1].Failure!.ErrorMessage.ShouldContain("the state of entity 'counter'");
        outcomes[2].Failure!.ErrorMessage.ShouldContain("at most 100 are allowed");
        runs.State.ShouldBe("\"small\"");
    }

    [Fact]
    public async Task A_state_that_is_changed_is_written_back_without_being_set()
    {
        using EntityRuns runs = new(c =>
        {
            List<int> items = c.GetState<List<int>>(() => []);
            items.Add(c.GetInput<int>());
            c.GetState<List<int>>().ShouldBeSameAs(items);
            c.GetState<int[]>().ShouldBe([.. items], "another type is read through the JSON");
        });

        await runs.RunAsync("put 1", "put 2");

        runs.State.ShouldBe("[1,2]");
    }

    [Fact]
    public async Task The_first_look_with_a_value_creates_and_a_deletion_ends_an_entity()
    {
        using EntityRuns runs = new(c =>
        {
            switch (c.OperationName)
            {
                case "look": c.GetState<int>(); break;
                case "lookForNothing": c.GetState<string?>(); break;
                case "delete":
                    c.DeleteState();
                    c.HasState.ShouldBeFalse();
                    break;
                case "setNull": c.SetState(null); break;
                case "anew":
                    c.DeleteState();
                    c.GetState(() => "anew").ShouldBe("anew");
                    break;
            }
            c.Return(c.HasState);
        });

        (await runs.SucceedAsync("lookForNothing")).ShouldBe("false");
        runs.State.ShouldBe("");
        (await runs.SucceedAsync("look")).ShouldBe("true");
        runs.State.ShouldBe("0");
        (await runs.SucceedAsync("delete")).ShouldBe("false");
        runs.State.ShouldBe("");
        (await runs.SucceedAsync("anew")).ShouldBe("true");
        runs.State.ShouldBe("\"anew\"");
        (await runs.SucceedAsync("setNull")).ShouldBe("false");
        runs.State.ShouldBe("");
    }

    [Fact]
    public async Task A_deletion_is_undone_when_the_operation_fails()
    {
        using EntityRuns runs = new(c =>
        {
            c.DeleteState();
            throw new InvalidTimeZoneException();
        });
        runs.State = "7";

        await runs.FailAsync("delete");

        runs.State.ShouldBe("7");
    }

    [Fact]
    public async Task What_an_operation_sends_is_told_in_its_order()
    {
        DateTime later = new(2026, 1, 1, 0, 0, 0, 1, DateTimeKind.Utc);
        using EntityRuns runs = new(c =>
        {
            EntityId other = new("Other", "o");
            c.SignalEntity(other, "a", 1);
            c.SignalEntity(other, later.AddTicks(1), "b");
            c.SignalEntity<IOther>(other, o => o.Take(2));
            c.SignalEntity<IOther>(other, later, o => o.Give());
            c.SignalEntity<IOther>("k", o => o.Give());
            c.SignalEntity<IOther>("k", later, o => o.Take(3));
            c.Return(c.StartNewOrchestration("AUDIT", "in"));
            c.StartNewOrchestration("Audit", null, "mine");
        });

        EntityOutcome outcome = (await runs.RunAsync("send")).ShouldHaveSingleItem();

        long due = (long)(later - DateTime.UnixEpoch).TotalMilliseconds;
        outcome.Failure.ShouldBeNull();
        outcome.Result.ToString().ShouldBe("\"id-1\"");
        // Whether there are spans depends on the tests beside this one: listeners hear the whole process.
        outcome.Actions.Select(a => a with { TraceParent = null }).ShouldBe(
        [
            new EntityAction.Signal("@other@o", "a", Payload.Of("1"), null),
            new EntityAction.Signal("@other@o", "b", default, due + 1),
            new EntityAction.Signal("@other@o", "Take", Payload.Of("2"), null),
            new EntityAction.Signal("@other@o", "Give", default, due),
            new EntityAction.Signal("@other@k", "Give", default, null),
            new EntityAction.Signal("@other@k", "Take", Payload.Of("3"), due),
            new EntityAction.StartOrchestration("Audit", "id-1", $"{2:x32}", Payload.Of("\"in\"")),
            new EntityAction.StartOrchestration("Audit", "mine", $"{3:x32}", default),
        ]);
    }

    [Theory]
    [InlineData("default", "System.ArgumentException", "names no entity")]
    [InlineData("unknown", "System.ArgumentException", "no entity named 'missing'. Known: Counter, Other.")]
    [InlineData("noName", "System.ArgumentNullException", "operationName")]
    [InlineData("emptyName", "System.ArgumentException", "cannot be the name of an operation")]
    [InlineData("noOrchestration", "System.ArgumentException", "no orchestration named 'Missing'")]
    [InlineData("badId", "System.ArgumentException", "'@x' cannot be an instance id")]
    [InlineData("two", "System.InvalidOperationException", "called 2 operations")]
    [InlineData("nothing", "System.InvalidOperationException", "called 0 operations")]
    public async Task What_cannot_be_sent_fails_the_operation_and_says_why(string operation, string type, string text)
    {
        EntityId other = new("other", "o");
        using EntityRuns runs = new(c =>
        {
            switch (c.OperationName)
            {
                case "default": c.SignalEntity(default, "x"); break;
                case "unknown": c.SignalEntity(new EntityId("missing", ""), "x"); break;
                case "noName": c.SignalEntity(other, null!); break;
                case "emptyName": c.SignalEntity(other, ""); break;
                case "noOrchestration": c.StartNewOrchestration("Missing"); break;
                case "badId": c.StartNewOrchestration("Audit", null, "@x"); break;
                case "two":
                    c.SignalEntity<IOther>(other, o =>
                    {
                        o.Give();
                        o.Give();
                    });
                    break;
                case "nothing": c.SignalEntity<IOther>(other, _ => { }); break;
            }
        });

        FailureDetails failure = await runs.FailAsync(operation);

        failure.ErrorType.ShouldBe(type);
        failure.ErrorMessage.ShouldContain(text);
    }

    [Fact]
    public async Task After_the_operation_its_context_is_of_no_use()
    {
        IDurableEntityContext? kept = null;
        using EntityRuns runs = new(c =>
        {
            kept = c;
            Entity.Current.ShouldBeSameAs(c);
        });
        await runs.SucceedAsync("keep");

        Action[] uses =
        [
            () => _ = kept!.EntityName, () => _ = kept!.EntityKey, () => _ = kept!.EntityId,
            () => _ = kept!.OperationName, () => _ = kept!.HasState, () => _ = kept!.BatchSize,
            () => _ = kept!.BatchPosition, () => kept!.GetState<int>(), () => kept!.SetState(1),
            () => kept!.DeleteState(), () => kept!.GetInput<int>(), () => kept!.GetInput(typeof(int)),
            () => kept!.Return(1), () => kept!.SignalEntity(new EntityId("other", "o"), "x"),
            () => kept!.StartNewOrchestration("Audit"), () => kept!.DispatchAsync<object>().GetAwaiter().GetResult(),
        ];

        foreach (Action use in uses)
            Should.Throw<InvalidOperationException>(use).Message
                .ShouldStartWith("The operation 'keep' of entity @counter@c1 is over");
        Should.Throw<InvalidOperationException>(() => Entity.Current).Message
            .ShouldStartWith("No operation of an entity runs here.");
    }

    [Fact]
    public async Task An_operation_may_wait_and_its_context_flows_with_it()
    {
        using EntityRuns runs = new(async (c, _) =>
        {
            await Task.Yield();
            Entity.Current.SetState(Entity.Current.GetState<int>() + 1);
        });

        await runs.RunAsync("a", "b");

        runs.State.ShouldBe("2");
    }

    [Fact]
    public async Task A_batch_ends_before_the_next_operation_when_its_time_is_over()
    {
        EntityRuns? running = null;
        using EntityRuns runs = running = new EntityRuns(c =>
        {
            Count(c);
            if (c.OperationName == "add")
                running!.Time.Skip(TimeSpan.FromSeconds(2));
        });

        (await runs.RunAsync("get", "add 1", "add 1")).Length.ShouldBe(2);
        (await runs.RunAsync("add 1", "add 1")).ShouldHaveSingleItem();
        runs.State.ShouldBe("2");
    }

    [Fact]
    public async Task A_stopping_host_begins_no_further_operation()
    {
        using CancellationTokenSource stop = new();
        using EntityRuns runs = new(c =>
        {
            Count(c);
#pragma warning disable CA1849 // The token must be cancelled when the operation ends.
            stop.Cancel();
#pragma warning restore CA1849
        });

        (await runs.RunAsync(stop.Token, "add 1", "add 1")).ShouldHaveSingleItem().Failure.ShouldBeNull();
        runs.State.ShouldBe("1");
    }

    [Fact]
    public async Task An_operation_that_a_stopping_host_cuts_short_does_not_count_as_run()
    {
        using CancellationTokenSource stop = new();
        using EntityRuns runs = new(async (c, stopping) =>
        {
            Count(c);
            if (c.OperationName != "wait")
                return;
            await stop.CancelAsync();
            stopping.ThrowIfCancellationRequested();
        });

        (await runs.RunAsync(stop.Token, "add 1", "wait", "add 1")).ShouldHaveSingleItem();
        runs.State.ShouldBe("1");
        await Should.ThrowAsync<OperationCanceledException>(runs.RunAsync(stop.Token, "wait"));
        (await runs.FailAsync("cancelled")).ErrorType.ShouldBe("System.OperationCanceledException");
    }

    [Fact]
    public async Task An_entity_without_code_fails_each_operation_and_keeps_its_state()
    {
        using EntityRuns runs = new(Count);
        EntityBatch batch = new(
            "@missing@m", Payload.Of("3"), [new("add", default, false), new("add", default, true)], 1000);

        EntityRun run = await runs.Executor.RunAsync(batch, CancellationToken.None);

        run.State.ToString().ShouldBe("3");
        run.Outcomes.Count.ShouldBe(2);
        run.Outcomes.ShouldAllBe(o => o.Failure!.ErrorType == "Perdure.EntityNotFound");
        runs.Executor.OffersEntity("COUNTER").ShouldBeTrue();
        runs.Executor.OffersEntity("missing").ShouldBeFalse();
    }

    private static void Count(IDurableEntityContext context)
    {
        switch (context.OperationName)
        {
            case "add":
                context.SetState(context.GetState<int>() + context.GetInput<int>());
                context.Return(context.GetState<int>());
                break;
            case "get":
                context.Return(context.GetState<int>());
                break;
            case "cancelled":
                throw new OperationCanceledException();
        }
    }

    public interface IOther
    {
        void Give();

        Task Take(int count);
    }

    internal sealed class Other : IOther
    {
        public void Give()
        {
        }

        public Task Take(int count) => Task.CompletedTask;
    }
}
