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
}
