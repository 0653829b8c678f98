namespace Perdure.AspNetCore.Tests.Support;

/// <summary>What the tests start over HTTP.</summary>
public sealed class Functions
{
    [FunctionName("Hello")]
    public static string Hello([ActivityTrigger] string name) => $"Hello {name}!";

    [FunctionName("Greet")]
    public static Task<string> GreetAsync([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CallActivityAsync<string>("Hello", context.GetInput<string>());

    [FunctionName("Approval")]
    public static Task<string> ApprovalAsync([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.WaitForExternalEvent<string>("Approval");

    [FunctionName("Fails")]
    public static Task FailsAsync([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        throw new InvalidOperationException("it is broken");

    [FunctionName("Parent")]
    public static Task<string> ParentAsync([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CallSubOrchestratorAsync<string>("Approval", $"{context.InstanceId}-child", null);

    [FunctionName("Echo")]
    public static Task<System.Text.Json.JsonElement> EchoAsync(
        [OrchestrationTrigger] IDurableOrchestrationContext context) =>
        Task.FromResult(context.GetInput<System.Text.Json.JsonElement>());

    /// <summary>With everything that a history can show: an activity, a timer, a child.</summary>
    [FunctionName("Trip")]
    public static async Task<string> TripAsync([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        string hello = await context.CallActivityAsync<string>("Hello", "Tokyo");
        await context.CreateTimer(context.CurrentUtcDateTime, CancellationToken.None);
        context.SetCustomStatus("on the way");
        await context.CallSubOrchestratorAsync<string>("Greet", "Seattle");
        await context.WaitForExternalEvent("Home");
        return hello;
    }

    /// <summary>Starts afresh for every event, with the count so far as its input.</summary>
    [FunctionName("Counter")]
    public static async Task CounterAsync([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        await context.WaitForExternalEvent("Add");
        context.ContinueAsNew(context.GetInput<int>() + 1);
    }

    [FunctionName("Counter2")]
    public static void Count([EntityTrigger(EntityName = "Visits")] IDurableEntityContext context)
    {
        switch (context.OperationName)
        {
            case "add":
                context.SetState(context.GetState<int>() + context.GetInput<int>());
                break;
            case "text":
                context.SetState(context.GetInput<string>());
                break;
            case "delete":
                context.DeleteState();
                break;
        }
    }

    [FunctionName("Visited")]
    public static Task VisitedAsync([QueueTrigger("visits")] int visits, [DurableClient] IDurableClient client) =>
        visits < 0
            ? throw new DeadLetterException($"{visits} visits")
            : client.SignalEntityAsync(new EntityId("Visits", "events"), "add", visits);

    [FunctionName("VisitedAgain")]
    public static async Task VisitedAgainAsync(
        [EventHubTrigger("visits")] int[] visits, [DurableClient] IDurableClient client) =>
        await client.SignalEntityAsync(new EntityId("Visits", "events"), "add", visits.Sum());
}

/// <summary>Once a year, so that it runs when a test wants it; and then for as long as the test wants.</summary>
public sealed class TimerFunctions(NewYears? years = null)
{
    [FunctionName("NewYear")]
    public Task NewYearAsync([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) =>
        years?.RunAsync(timer.OccurrenceId) ?? Task.CompletedTask;
}

/// <summary>How the function of the timer runs.</summary>
public sealed class NewYears
{
    public Func<string, Task> RunAsync { get; set; } = static _ => Task.CompletedTask;
}
