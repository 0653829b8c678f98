using Perdure;

/// <summary>An order: three steps, each an activity, and a count in an entity at the end.</summary>
public static class Functions
{
    /// <summary>Counts go to several entities, so that they are spread over the nodes as well.</summary>
    public const int Tallies = 8;

    [FunctionName(nameof(Order))]
    public static async Task<string> Order([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        int number = context.GetInput<int>();
        foreach (string step in (string[])["reserve", "charge", "ship"])
            await context.CallActivityAsync<string>(nameof(Do), $"{step} {number}");
        // Durable together with the end of the order, and taken once, whoever owns the entity by then.
        context.SignalEntity(new EntityId(nameof(Tally), $"t{number % Tallies}"), "add", 1);
        return $"order {number} is done";
    }

    [FunctionName(nameof(Do))]
    public static async Task<string> Do([ActivityTrigger] string step)
    {
        await Task.Delay(Random.Shared.Next(5, 30));
        return step;
    }

    [FunctionName(nameof(Tally))]
    public static Task Tally([EntityTrigger] IDurableEntityContext context)
    {
        context.SetState(context.GetState<int>() + context.GetInput<int>());
        return Task.CompletedTask;
    }
}
