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

    /// <summary>The entity <c>Thing</c>; it may use more than its context.</summary>
    public Func<IDurableEntityContext, Task> Thing { get; set; } = ThingOperations.RunAsync;
}

/// <summary>Hidden in a class that is not public, so that no host finds them by itself.</summary>
internal static class CodeFunctions
{
    public sealed class MainFunction(Code code)
    {
        [FunctionName("Main")]
        public Task<object?> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            code.Orchestrations["Main"](context);
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
