namespace Perdure.Bench;

/// <summary>The orchestrations that are measured.</summary>
public static class Functions
{
    [FunctionName("HelloCities")]
    public static async Task<List<string>> HelloCities([OrchestrationTrigger] IDurableOrchestrationContext context) =>
    [
        await context.CallActivityAsync<string>("SayHello", "Tokyo"),
        await context.CallActivityAsync<string>("SayHello", "Seattle"),
        await context.CallActivityAsync<string>("SayHello", "London"),
    ];

    [FunctionName("SayHello")]
    public static string SayHello([ActivityTrigger] string city) => $"Hello {city}!";

    [FunctionName("FanOut")]
    public static async Task<long> FanOut([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        int width = context.GetInput<int>();
        int[] results =
            await Task.WhenAll(Enumerable.Range(0, width).Select(i => context.CallActivityAsync<int>("Twice", i)));
        return results.Sum(r => (long)r);
    }

    [FunctionName("Twice")]
    public static int Twice([ActivityTrigger] int n) => 2 * n;

    [FunctionName("Children")]
    public static async Task<int> Children([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        int[] results = await Task.WhenAll(
            Enumerable.Range(0, context.GetInput<int>())
                .Select(i => context.CallSubOrchestratorAsync<int>("Child", i)));
        return results.Sum();
    }

    [FunctionName("Child")]
    public static Task<int> Child([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        Task.FromResult(context.GetInput<int>());

    [FunctionName("Timer")]
    public static Task Timer([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CreateTimer(context.GetInput<DateTime>());

    [FunctionName("Event")]
    public static Task<string> Event([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.WaitForExternalEvent<string>("go");
}
