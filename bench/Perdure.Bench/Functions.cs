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

    [FunctionName("Calls")]
    public static async Task<int> Calls([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        EntityWorkloads.Calls calls = context.GetInput<EntityWorkloads.Calls>();
        int last = 0;
        for (int i = 0; i < calls.Count; i++)
            last = await context.CallEntityAsync<int>(new EntityId("Counter", $"{calls.First + i}"), "Add", 1);
        return last;
    }

    [FunctionName("Sections")]
    public static async Task Sections([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        EntityWorkloads.Calls calls = context.GetInput<EntityWorkloads.Calls>();
        for (int i = 0; i < calls.Count; i++)
        {
            EntityId counter = new("Counter", $"{calls.First + i}");
            using (await context.LockAsync(counter))
                await context.CallEntityAsync<int>(counter, "Add", 1);
        }
    }

    [FunctionName("Counter")]
    public static void Counter([EntityTrigger] IDurableEntityContext context)
    {
        int sum = context.GetState<int>() + context.GetInput<int>();
        context.SetState(sum);
        context.Return(sum);
    }

    [FunctionName("Timer")]
    public static Task Timer([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CreateTimer(context.GetInput<DateTime>());

    [FunctionName("Event")]
    public static Task<string> Event([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.WaitForExternalEvent<string>("go");
}
