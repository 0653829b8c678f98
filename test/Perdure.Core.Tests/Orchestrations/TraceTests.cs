using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

/// <summary>The trace context that travels with what an orchestration asks of entities.</summary>
public class TraceTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string ExecutionId = "11111111111111112222222222222222";

    [Fact]
    public void What_an_entity_is_asked_carries_the_trace_of_the_starter_and_a_span_for_each_task()
    {
        string?[] first = Sent(Traced().Asked(Call(0, "@a@"), Signal(1, "@a@")));
        first.Distinct().Count().ShouldBe(2);
        first.ShouldAllBe(t => t!.StartsWith($"00-{TraceId}-", StringComparison.Ordinal) && t.EndsWith("-01")
            && t.Length == 55);
        Sent(Traced().Asked(Call(0, "@a@"), Signal(1, "@a@"))).ShouldBe(first);
    }

    [Fact]
    public void An_execution_that_is_not_traced_sends_no_context_and_keeps_no_times()
    {
        Instance instance = Given.Orchestration().Started().Asked(Call(0, "@a@"), Signal(1, "@a@"));
        Sent(instance).ShouldBe([null, null]);
        instance.Receives(Arrival.OperationDone(0)).Turn.Answered.ShouldBeNull();
    }

    [Fact]
    public void An_answer_is_told_once_with_the_time_and_the_span_of_its_call_also_after_a_reload()
    {
        Instance instance = Traced().Asked(Call(0, "@a@", "get"), Call(1, "@b@"));
        string?[] sent = Sent(instance);
        instance.At(9000).Receives(Arrival.OperationFailed(0));
        AnsweredCall answered = instance.Turn.Answered.ShouldHaveSingleItem();
        (answered.Call.Operation, answered.CalledAt, answered.TraceParent, answered.Failure)
            .ShouldBe(("get", 1000, sent[0], Failure));
        instance.Turn.TraceParent.ShouldBe($"00-{TraceId}-2222222222222222-01");
        instance.Asked().Reloaded().Receives(Arrival.OperationDone(0), Arrival.OperationDone(1));
        answered = instance.Turn.Answered.ShouldHaveSingleItem();
        (answered.Call.Entity, answered.CalledAt, answered.TraceParent).ShouldBe(("@b@", 1000, sent[1]));
    }

    [Fact]
    public void The_span_of_a_call_is_that_of_the_execution_that_made_it_although_that_is_over()
    {
        Instance instance = Traced().Asked(Call(0, "@a@"));
        string?[] sent = Sent(instance);
        instance.Receives(Arrival.OperationDone(0)).Ends(ContinuesAsNew());
        instance.Turn.Answered.ShouldHaveSingleItem().TraceParent.ShouldBe(sent[0]);
        instance.Turn.TraceParent.ShouldBe($"00-{TraceId}-2222222222222222-01");
    }

    private static Instance Traced() => Given.Orchestration().Receives(new Arrival(i =>
    {
        HistoryEvent.ExecutionStarted started = ((Message.Start)Start().Make(i)).Event;
        return new Message.Start(
            started with { ExecutionId = ExecutionId, TraceParent = $"00-{TraceId}-b7ad6b7169203331-01" });
    }));

    private static string?[] Sent(Instance instance) =>
    [
        .. instance.Turn.Effects.OfType<Effect.Deliver>().Select(d => ((Message.Operation)d.Message).TraceParent),
    ];
}
