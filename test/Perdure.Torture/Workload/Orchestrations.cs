namespace Perdure.Torture.Workload;

/// <summary>
/// Ordinary orchestrators, one for each way in which work can be under way when the power goes. The input of most is a
/// number from which their delays follow.
/// </summary>
public static class Orchestrations
{
    private const string Effect = nameof(Effect);

    [FunctionName(Kinds.Sequence)]
    public static async Task<string[]> Sequence([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        int seed = context.GetInput<int>();
        List<string> receipts =
        [
            await context.CallActivityAsync<string>(Effect, Build.Order(context, seed % 7)),
            await context.CallActivityAsync<string>(Effect, Build.Order(context, 0)),
        ];
        // A change that would break the instances of the old build, and those of the new one on the old.
        if (Build.IsNew && context.CompareVersionTo(Build.New) >= 0)
            await context.CreateTimer(context.CurrentUtcDateTime.AddMilliseconds(seed % 50));
        receipts.Add(await context.CallActivityAsync<string>(Effect, Build.Order(context, seed % 31)));
        return [.. receipts];
    }

    [FunctionName(Kinds.FanOut)]
    public static async Task<int> FanOut([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        int seed = context.GetInput<int>();
        Task<string>[] all =
        [
            .. Enumerable.Range(0, 3 + (seed % 8))
                .Select(i => context.CallActivityAsync<string>(Effect, Build.Order(context, (seed + (i * 13)) % 60))),
        ];
        string[] receipts = await Task.WhenAll(all);
        return receipts.Distinct().Count();
    }

    /// <summary>More activities than any node has slots for.</summary>
    [FunctionName(Kinds.Wide)]
    public static async Task<int> Wide([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        WideOrder order = context.GetInput<WideOrder>();
        string[] receipts = await Task.WhenAll(Enumerable.Range(0, order.Count).Select(i =>
            context.CallActivityAsync<string>(Effect, Build.Order(context, 1 + (i % order.MillisecondsMax)))));
        return receipts.Distinct().Count();
    }

    [FunctionName(Kinds.Retry)]
    public static Task<string> Retry([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CallActivityWithRetryAsync<string>(
            Effect, new RetryOptions(TimeSpan.FromMilliseconds(30), 4), Build.Order(context, 5, failures: 2));

    [FunctionName(Kinds.Timers)]
    public static async Task<bool> Timers([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        int seed = context.GetInput<int>();
        DateTime due = context.CurrentUtcDateTime.AddMilliseconds(50 + (seed % 900));
        await context.CreateTimer(due);
        bool early = context.CurrentUtcDateTime < due;
        using CancellationTokenSource cancellation = new();
        Task tooLate = context.CreateTimer(context.CurrentUtcDateTime.AddHours(1), cancellation.Token);
        Task<string> effect = context.CallActivityAsync<string>(Effect, Build.Order(context, seed % 20));
        Task first = await Task.WhenAny(effect, tooLate);
        cancellation.Cancel();
        await effect;
        return !early && first == effect;
    }

    [FunctionName(Kinds.Parent)]
    public static async Task<int> Parent([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        int seed = context.GetInput<int>();
        Task<string[]> one = context.CallSubOrchestratorAsync<string[]>(Kinds.Sequence, seed);
        Task<bool> two = context.CallSubOrchestratorAsync<bool>(Kinds.Timers, context.InstanceId + "_timers", seed / 3);
        Task<int> three = context.CallSubOrchestratorAsync<int>(Kinds.Counter, 0);
        context.StartNewOrchestration(Kinds.Sequence, seed, context.InstanceId + "_free");
        await Task.WhenAll(one, two, three);
        return one.Result.Length + (two.Result ? 1 : 0) + three.Result;
    }

    [FunctionName(Kinds.Counter)]
    public static async Task<int> Counter([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        int count = context.GetInput<int>();
        await context.CallActivityAsync<string>(Effect, Build.Order(context, 3));
        context.SetCustomStatus(count);
        if (count < 4)
            context.ContinueAsNew(count + 1);
        return count;
    }

    [FunctionName(Kinds.Gather)]
    public static async Task<string[]> Gather([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        string[] seen = new string[4];
        for (int i = 0; i < seen.Length; i++)
        {
            seen[i] = await context.WaitForExternalEvent<string>(Kinds.Event);
            await context.CallActivityAsync<string>(Effect, Build.Order(context, 2));
        }
        return seen;
    }

    [FunctionName(Kinds.Ledger)]
    public static async Task<List<string>> Ledger([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        LedgerPage page = context.GetInput<LedgerPage>();
        for (int i = 0; i < 2; i++)
            page.Seen.Add(await context.WaitForExternalEvent<string>(Kinds.Event));
        await context.CallActivityAsync<string>(Effect, Build.Order(context, 2));
        if (page.Rounds > 0)
            context.ContinueAsNew(page with { Rounds = page.Rounds - 1 }, preserveUnprocessedEvents: true);
        return page.Seen;
    }

    /// <summary>
    /// Waits for what never comes, with a timer and a long activity open; it ends when somebody terminates it.
    /// </summary>
    [FunctionName(Kinds.Doomed)]
    public static async Task Doomed([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        Task timer = context.CreateTimer(context.CurrentUtcDateTime.AddHours(1));
        Task effect = context.GetInput<int>() % 10 == 0
            ? context.CallActivityAsync<string>(Effect, Build.Order(context, 20_000))
            : context.CallActivityAsync<string>(Effect, Build.Order(context, 1));
        await Task.WhenAll(timer, effect, context.WaitForExternalEvent("never"));
    }
}
