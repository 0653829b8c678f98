using System.Collections.Concurrent;

namespace Perdure.Tests.Runtime.Support;

/// <summary>The functions of a test, as lambdas that it can exchange as a deployment would.</summary>
public sealed class Code
{
    public ConcurrentDictionary<string, Func<IDurableOrchestrationContext, Task<object?>>> Orchestrations { get; } =
        new();

    public ConcurrentDictionary<string, Func<IDurableActivityContext, Task<object?>>> Activities { get; } = new();

    public Func<IDurableOrchestrationContext, Task<object?>> Main { set => Orchestrations["Main"] = value; }

    public Func<IDurableOrchestrationContext, Task<object?>> Child { set => Orchestrations["Child"] = value; }

    public Func<IDurableActivityContext, Task<object?>> Work { set => Activities["Work"] = value; }

    public Func<IDurableActivityContext, Task<object?>> Other { set => Activities["Other"] = value; }

    /// <summary>The function of the queue <c>items</c>.</summary>
    public Func<ItemCall, Task> Item { get; set; } = static _ => Task.CompletedTask;

    /// <summary>The function of the stream <c>events</c>, which takes batches.</summary>
    public Func<EventsCall, Task<BatchResult>> Events { get; set; } = static _ => Task.FromResult(BatchResult.Ok);

    /// <summary>The function of the timer <c>Tick</c>.</summary>
    public Func<TimerCall, Task> Tick { get; set; } = static _ => Task.CompletedTask;

    /// <summary>The entity <c>Thing</c>; it may use more than its context.</summary>
    public Func<IDurableEntityContext, Task> Thing { get; set; } = ThingOperations.RunAsync;
}

/// <summary>Whether the process of a host is dead.</summary>
public sealed class Life
{
    private volatile bool _isDead;

    public bool IsDead => _isDead;

    public void Die() => _isDead = true;
}

/// <summary>What the function of the queue <c>items</c> gets.</summary>
public sealed record ItemCall(
    string Item, QueueMessage Message, RetryContext Retry, IDurableClient Client, ICollector<string> Others,
    CancellationToken CancellationToken);

/// <summary>What the function of the stream <c>events</c> gets.</summary>
public sealed record EventsCall(
    string[] Events, long[] Numbers, string?[] Keys, int Partition, RetryContext Retry, IDurableClient Client,
    ICollector<string> Others, CancellationToken CancellationToken);

/// <summary>What the function of the timer <c>Tick</c> gets.</summary>
public sealed record TimerCall(
    TimerInfo Timer, string OccurrenceId, DateTimeOffset OccurrenceTime, RetryContext Retry, IDurableClient Client,
    ICollector<string> Others, CancellationToken CancellationToken);

/// <summary>Hidden in a class that is not public, so that no host finds them by itself.</summary>
internal static class CodeFunctions
{
    public sealed class MainFunction(Code code)
    {
        [FunctionName("Main")]
        public Task<object?> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            code.Orchestrations["Main"](context);
    }

    public sealed class MainOf2Function(Code code)
    {
        [FunctionName("Main")]
        public Task<object?> Run([OrchestrationTrigger(Version = "2.0")] IDurableOrchestrationContext context) =>
            code.Orchestrations["Main 2.0"](context);
    }

    public sealed class MainOf3Function(Code code)
    {
        [FunctionName("Main")]
        public Task<object?> Run([OrchestrationTrigger(Version = "3.0")] IDurableOrchestrationContext context) =>
            code.Orchestrations["Main 3.0"](context);
    }

    public sealed class ChildFunction(Code code)
    {
        [FunctionName("Child")]
        public Task<object?> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            code.Orchestrations["Child"](context);
    }

    public sealed class WorkFunction(Code code)
    {
        [FunctionName("Work")]
        public Task<object?> Run([ActivityTrigger] IDurableActivityContext context) => code.Activities["Work"](context);
    }

    public sealed class OtherFunction(Code code)
    {
        [FunctionName("Other")]
        public Task<object?> Run([ActivityTrigger] IDurableActivityContext context) =>
            code.Activities["Other"](context);
    }

    /// <summary>A process that is dead runs nothing, though what it has in memory goes on in a test.</summary>
    public sealed class QueueFunction(Code code, Life? life = null)
    {
        [FunctionName("Item")]
        [FixedDelayRetry(2, "00:10:00")]
        public Task Run(
            [QueueTrigger("items")] string item, QueueMessage message, RetryContext retry, int dequeueCount,
            [DurableClient] IDurableClient client, [Queue("others")] ICollector<string> others,
            CancellationToken cancellationToken)
        {
            dequeueCount.ShouldBe(retry.RetryCount + 1);
            return life is { IsDead: true }
                ? new TaskCompletionSource().Task
                : code.Item(new ItemCall(item, message, retry, client, others, cancellationToken));
        }
    }

    /// <summary>A process that is dead runs nothing, though what it has in memory goes on in a test.</summary>
    public sealed class StreamFunction(Code code, Life? life = null)
    {
        [FunctionName("Events")]
        [FixedDelayRetry(2, "00:10:00")]
        public Task<BatchResult> Run(
            string?[] partitionKeyArray, [EventHubTrigger("events", MaxEventBatchSize = 10)] string[] events,
            long[] sequenceNumberArray, int partitionId, RetryContext retry, [DurableClient] IDurableClient client,
            [Queue("others")] ICollector<string> others, CancellationToken cancellationToken) =>
            life is { IsDead: true }
                ? new TaskCompletionSource<BatchResult>().Task
                : code.Events(new EventsCall(
                    events, sequenceNumberArray, partitionKeyArray, partitionId, retry, client, others,
                    cancellationToken));
    }

    public sealed class ThingFunction(Code code)
    {
        [FunctionName("Thing")]
        public Task Run([EntityTrigger] IDurableEntityContext context) => code.Thing(context);
    }
}

/// <summary>What the entity of most tests can do: it keeps a list of texts.</summary>
internal static class ThingOperations
{
    public static Task RunAsync(IDurableEntityContext context)
    {
        List<string> state = context.GetState<List<string>>() ?? [];
        switch (context.OperationName)
        {
            case "Add":
                state.Add(context.GetInput<string>());
                context.SetState(state);
                context.Return(state.Count);
                break;
            case "Get":
                context.Return(state);
                break;
            case "Fail":
                context.SetState(new List<string> { "never seen" });
                context.SignalEntity(new EntityId("Thing", "other"), "Add", "never sent");
                throw new InvalidOperationException("It must not.");
            case "Pass":
                context.SignalEntity(new EntityId("Thing", context.GetInput<string>()), "Add", context.EntityKey);
                break;
            case "Start":
                context.Return(context.StartNewOrchestration("Main", context.GetInput<string>()));
                break;
            case "Delete":
                context.DeleteState();
                break;
        }
        return Task.CompletedTask;
    }
}
