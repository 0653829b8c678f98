namespace Perdure.Testing.Tests;

/// <summary>A workflow of half a year: somebody is reminded every 30 days until they have signed.</summary>
internal static class Onboarding
{
    public const int RemindersMax = 6;

    [FunctionName("Onboard")]
    public static async Task<string> Onboard([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        string name = context.GetInput<string>()!;
        DateTime began = context.CurrentUtcDateTime;
        string signature = await RemindAsync(context, name);
        await context.CreateTimer(began.AddMonths(6), CancellationToken.None);
        string approver = await context.WaitForExternalEvent<string>("Approved");
        await context.CallActivityAsync("Welcome", name);
        return $"{name}, {signature}, approved by {approver}";
    }

    private static async Task<string> RemindAsync(IDurableOrchestrationContext context, string name)
    {
        Task<string> signed = context.WaitForExternalEvent<string>("Signed");
        for (int i = 0; i < RemindersMax; i++)
        {
            using CancellationTokenSource stop = new();
            Task month = context.CreateTimer(context.CurrentUtcDateTime.AddDays(30), stop.Token);
            if (await Task.WhenAny(signed, month) == signed)
            {
                stop.Cancel();
                return await signed;
            }
            await context.CallActivityAsync("Remind", name);
        }
        return "never signed";
    }

    [FunctionName("Remind")]
    public static void Remind([ActivityTrigger] string name) => throw new NotSupportedException($"No mail to {name}.");

    [FunctionName("Welcome")]
    public static void Welcome([ActivityTrigger] string name) => throw new NotSupportedException($"No mail to {name}.");
}
