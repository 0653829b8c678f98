using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Core.Tests.Messages;

/// <summary>What goes to another node that runs code, and what comes back.</summary>
public sealed class WorkCodecTests
{
    private static readonly Payload s_payload = Payload.Of("""{"a":"ü\u0000"}""");
    private static readonly FailureDetails s_failure = new("Type", "says", "at", new("Inner", "why"));

    [Fact]
    public void Everything_that_code_can_ask_for_survives()
    {
        OrchestratorAction[] actions =
        [
            new OrchestratorAction.ScheduleTask(0, "a", s_payload, 3, 0),
            new OrchestratorAction.CreateTimer(1, 1_700_000_000_000), new OrchestratorAction.CancelTimer(1),
            new OrchestratorAction.StartChild(2, "b", "id", default, Detached: true) { Version = "v", FirstTask = 1 },
            new OrchestratorAction.CallEntity(3, "@thing@k", "add", s_payload),
            new OrchestratorAction.SignalEntity(4, "@thing@k", "add", default, 99),
            new OrchestratorAction.LockEntities(5, ["@a@1", "@b@2"]), new OrchestratorAction.ReleaseLocks(5),
            new OrchestratorAction.SetCustomStatus(s_payload),
        ];
        typeof(OrchestratorAction).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(OrchestratorAction)))
            .ShouldBe(actions.Select(a => a.GetType()), ignoreOrder: true);

        CodeResult.Ran read = Again(new CodeResult.Ran(actions, null)).ShouldBeOfType<CodeResult.Ran>();

        read.Completion.ShouldBeNull();
        read.Actions.Select(Text).ShouldBe(actions.Select(Text));
    }

    [Fact]
    public void Every_end_of_a_run_survives()
    {
        CodeResult[] ends =
        [
            new CodeResult.Ran([], new Completion.Succeeded(s_payload)),
            new CodeResult.Ran([], new Completion.Succeeded(default)),
            new CodeResult.Ran([], new Completion.Failed(s_failure)),
            new CodeResult.Stopped(s_failure, Park: true), new CodeResult.Stopped(s_failure, Park: false),
            CodeResult.NotRun.Instance,
        ];
        foreach (CodeResult end in ends)
        {
            CodeResult read = Again(end);
            (read is CodeResult.Ran ran ? ran.Completion : (object)read)
                .ShouldBe(end is CodeResult.Ran before ? before.Completion : end);
        }

        Completion.ContinuedAsNew next = Again(new CodeResult.Ran(
                [], new Completion.ContinuedAsNew(s_payload, [new("more", default), new("more", s_payload)])))
            .ShouldBeOfType<CodeResult.Ran>().Completion.ShouldBeOfType<Completion.ContinuedAsNew>();
        next.Input.ShouldBe(s_payload);
        next.Unprocessed.ShouldBe([new("more", default), new("more", s_payload)]);
        next.Version.ShouldBeNull();
        Again(new CodeResult.Ran([], new Completion.ContinuedAsNew(default, []) { Version = "2.0" }))
            .ShouldBeOfType<CodeResult.Ran>().Completion.ShouldBeOfType<Completion.ContinuedAsNew>()
            .Version.ShouldBe("2.0");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""["ran",[]]""")]
    [InlineData("""["sang",[],[]]""")]
    [InlineData("""["stopped",[],[]]""")]
    [InlineData("""["ran",[{"type":"TimerFired","task":1}],[]]""")]
    [InlineData("""["ran",[""")]
    [InlineData("""{"ran":1}""")]
    public void A_damaged_result_is_refused(string body) =>
        Should.Throw<FormatException>(() => CodeResultCodec.Decode(Payload.Of(body).Json));

    [Fact]
    public void Operations_survive_and_an_entity_without_state_stays_one()
    {
        foreach (Payload state in new[] { default, Payload.Of("null"), s_payload })
        {
            EntityBatch batch = new("@thing@k", state,
            [
                new("add", s_payload, IsSignal: true),
                new("get", default, IsSignal: false) { TraceParent = "00-1-2-01" },
            ], 1_700_000_000_000);

            EntityBatch read = EntityRunCodec.DecodeBatch("@thing@k", EntityRunCodec.Encode(batch));

            (read.State, read.At).ShouldBe((state, batch.At));
            read.Operations.ShouldBe(batch.Operations);
        }
    }

    [Fact]
    public void What_operations_came_to_survives()
    {
        EntityRun run = new(
        [
            new EntityOutcome(s_payload, null,
            [
                new EntityAction.Signal("@thing@k", "add", s_payload, 99) { TraceParent = "00-1-2-01" },
                new EntityAction.StartOrchestration("Main", "id \"1\"", "x", default) { Version = "2.0" },
            ]),
            new EntityOutcome(default, s_failure, []),
            new EntityOutcome(default, null, []),
        ], Payload.Of("null"));

        EntityRun read = EntityRunCodec.DecodeRun(EntityRunCodec.Encode(run));

        read.State.ShouldBe(run.State);
        read.Outcomes.Select(o => (o.Result, o.Failure)).ShouldBe(run.Outcomes.Select(o => (o.Result, o.Failure)));
        read.Outcomes.SelectMany(o => o.Actions).ShouldBe(run.Outcomes.SelectMany(o => o.Actions));
    }

    [Theory]
    [InlineData(new int[0], "")]
    [InlineData(new[] { 7 }, "7")]
    [InlineData(new[] { 0, 1, 2, 9, 11, 12 }, "0-2,9,11-12")]
    public void Task_ids_are_short_as_text(int[] tasks, string text)
    {
        TaskList.Of(tasks).ShouldBe(text);
        TaskList.Parse(text).ShouldBe(tasks);
    }

    private static CodeResult Again(CodeResult result) => CodeResultCodec.Decode(CodeResultCodec.Encode(result));

    private static string Text(OrchestratorAction action) => action is OrchestratorAction.LockEntities locks
        ? $"{locks.Task} {string.Join(' ', locks.EntityIds)}"
        : action.ToString();
}
