using System.Collections.Concurrent;

namespace Perdure.Tests.Runtime.Support;

/// <summary>The functions of a test, as lambdas that it can exchange as a deployment would.</summary>
internal sealed class Code
{
    public ConcurrentDictionary<string, Func<IDurableOrchestrationContext, Task<object?>>> Orchestrations { get; } = new();

    public ConcurrentDictionary<string, Func<IDurableActivityContext, Task<object?>>> Activities { get; } = new();

    public Func<IDurableOrchestrationContext, Task<object?>> Main { set => Orchestrations["Main"] = value; }

    public Func<IDurableOrchestrationContext, Task<object?>> Child { set => Orchestrations["Child"] = value; }

    public Func<IDurableActivityContext, Task<object?>> Work { set => Activities["Work"] = value; }

    public Func<IDurableActivityContext, Task<object?>> Other { set => Activities["Other"] = value; }
}

internal sealed class MainFunction(Code code)
{
    [FunctionName("Main")]
    public Task<object?> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        code.Orchestrations["Main"](context);
}

internal sealed class ChildFunction(Code code)
{
    [FunctionName("Child")]
    public Task<object?> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        code.Orchestrations["Child"](context);
}

internal sealed class WorkFunction(Code code)
{
    [FunctionName("Work")]
    public Task<object?> Run([ActivityTrigger] IDurableActivityContext context) => code.Activities["Work"](context);
}

internal sealed class OtherFunction(Code code)
{
    [FunctionName("Other")]
    public Task<object?> Run([ActivityTrigger] IDurableActivityContext context) => code.Activities["Other"](context);
}
