using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>The functions of the simulated program, found and called as any user's are.</summary>
public static class Functions
{
    [FunctionName("Errand")]
    public static Task<List<string>> Errand([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        Interpreter.RunAsync(context);

    [FunctionName("Work")]
    public static async Task<string> Work([ActivityTrigger] IDurableActivityContext context)
    {
        WorkOrder order = context.GetInput<WorkOrder>();
        ActivityRun run = Simulation.Here.Journal.Begin(context);
        if (order.Milliseconds > 0)
        {
            try
            {
                CancellationToken obeyed = order.Obeys ? context.CancellationToken : CancellationToken.None;
                await Task.Delay(TimeSpan.FromMilliseconds(order.Milliseconds), run.Process.Time, obeyed);
            }
            catch (TaskCanceledException)
            {
                throw run.Fail("the work was cancelled");
            }
        }
        if (context.Attempt <= order.FailUntil && !run.IsMended(order))
            throw run.Fail($"the work fails in attempt {context.Attempt}");
        return run.End($"{order.Tag}.{run.Number}{order.Text}");
    }

    [FunctionName("Quick")]
    public static string Quick([ActivityTrigger] IDurableActivityContext context)
    {
        WorkOrder order = context.GetInput<WorkOrder>();
        ActivityRun run = Simulation.Here.Journal.Begin(context);
        return context.Attempt <= order.FailUntil && !run.IsMended(order)
            ? throw run.Fail("the quick work fails")
            : run.End($"{order.Tag}.{run.Number}{order.Text}");
    }

    [FunctionName("Echo")]
    public static string Echo([ActivityTrigger] IDurableActivityContext context)
    {
        ActivityRun run = Simulation.Here.Journal.Begin(context);
        return run.End(context.GetInput<WorkOrder>().Tag);
    }

    [FunctionName("Limited"), Concurrency(1)]
    public static Task<string> Limited([ActivityTrigger] IDurableActivityContext context) => Work(context);

    [FunctionName("Timed"), Timeout("00:00:00.050")]
    public static Task<string> Timed([ActivityTrigger] IDurableActivityContext context) => Work(context);
}

/// <summary>Functions of an object, which is made for each call and let go with the session.</summary>
public sealed class ObjectFunctions : IDisposable
{
    private readonly SimulatedProcess _process = Simulation.Here.World.Current!;

    public ObjectFunctions() => _process.Objects++;

    [FunctionName("ObjectErrand")]
    public Task<List<string>> Errand([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        Interpreter.RunAsync(context);

    [FunctionName("ObjectWork")]
    public Task<string> Work([ActivityTrigger] IDurableActivityContext context) => Functions.Work(context);

    public void Dispose() => _process.Objects--;
}
