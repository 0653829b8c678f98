namespace Perdure.Goldens;

/// <summary>Orchestrations that leave every kind of event in their histories.</summary>
internal static class EveryKind
{
    private static readonly RetryOptions s_twice = new(TimeSpan.FromSeconds(1), 2);

    /// <summary>Whether the activity Breaks does so.</summary>
    public static bool IsBroken { get; set; }

    public static class Orchestrators
    {
        [FunctionName("Family")]
        public static async Task<int> Family([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            int one = await context.CallSubOrchestratorAsync<int>("Child", "family-child", 1);
            context.StartNewOrchestration("Child", 2, "family-detached");
            try
            {
                await context.CallSubOrchestratorWithRetryAsync("Failing", s_twice, "family-failing", null);
            }
            catch (FunctionFailedException)
            {
                one++;
            }
            try
            {
                await context.CallActivityWithRetryAsync("Throws", s_twice, null);
            }
            catch (FunctionFailedException)
            {
                one++;
            }
            return one + (await Task.WhenAll(
                context.CallActivityAsync<int>("Twice", 1), context.CallActivityAsync<int>("Twice", 2))).Sum();
        }

        [FunctionName("Child")]
        public static Task<int> Child([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            Task.FromResult(context.GetInput<int>());

        [FunctionName("Failing")]
        public static Task Failing([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            throw new InvalidOperationException("as it should");

        [FunctionName("Clock")]
        public static async Task<string> Clock([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            await context.CreateTimer(context.CurrentUtcDateTime.AddDays(1), CancellationToken.None);
            context.SetCustomStatus(new { Rang = true, Id = context.NewGuid() });
            string said = await context.WaitForExternalEvent("Go", TimeSpan.FromDays(1), defaultValue: "nothing");
            Task<string> one = context.WaitForExternalEvent<string>("One");
            Task<string> two = context.WaitForExternalEvent<string>("Two");
            return said + await await Task.WhenAny(one, two);
        }

        [FunctionName("Entities")]
        public static async Task<int> Entities([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            EntityId one = new("Counter", "one"), two = new("Counter", "two");
            context.SignalEntity(one, "add", 1);
            context.SignalEntity(two, context.CurrentUtcDateTime.AddHours(1), "add", 1);
            try
            {
                await context.CallEntityAsync(one, "fail");
            }
            catch (FunctionFailedException)
            {
                context.SetCustomStatus("failed");
            }
            using (await context.LockAsync(one, two))
                await context.CallEntityAsync<int>(two, "add", 2);
            return await context.CallEntityAsync<int>(one, "add", 3);
        }

        [FunctionName("Holds")]
        public static async Task Holds([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            using (await context.LockAsync(new EntityId("Counter", "held")))
                await context.WaitForExternalEvent("Go");
        }

        [FunctionName("Queues")]
        public static async Task Queues([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            using (await context.LockAsync(new EntityId("Counter", "free"), new EntityId("Counter", "held")))
                await context.WaitForExternalEvent("Go");
        }

        [FunctionName("Rewound")]
        public static async Task<int> Rewound([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            int twice = await context.CallActivityAsync<int>("Twice", 4);
            await context.CallActivityAsync("Breaks");
            await context.WaitForExternalEvent("Go");
            return twice;
        }

        [FunctionName("Again")]
        public static async Task<int> Again([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            int count = context.GetInput<int>();
            await context.WaitForExternalEvent("More");
            if (count < 2)
                context.ContinueAsNew(count + 1, preserveUnprocessedEvents: true);
            return count;
        }

        [FunctionName("Waits")]
        public static async Task<string> Waits([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            string said = await context.WaitForExternalEvent<string>("Go");
            await context.CallActivityAsync<int>("Twice", 5);
            return said;
        }
    }

    /// <summary>As it is, and as it was for as long as it takes to park an instance.</summary>
    public static class Changes
    {
        [FunctionName("Changes")]
        public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            await context.CallActivityAsync<int>("Twice", 6);
            await context.WaitForExternalEvent("Go");
        }
    }

    public static class ChangesForTheWorse
    {
        [FunctionName("Changes")]
        public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            await context.CallActivityAsync<string>("Throws");
            await context.WaitForExternalEvent("Go");
        }
    }

    public static class Others
    {
        [FunctionName("Twice")]
        public static int Twice([ActivityTrigger] int number) => 2 * number;

        [FunctionName("Throws")]
        public static void Throws([ActivityTrigger] IDurableActivityContext context) =>
            throw new InvalidOperationException("as it should", new FormatException("within"));

        [FunctionName("Breaks")]
        public static void Breaks([ActivityTrigger] IDurableActivityContext context)
        {
            if (IsBroken)
                throw new InvalidOperationException("for now");
        }

        [FunctionName("Counter")]
        public static void Counter([EntityTrigger] IDurableEntityContext context)
        {
            if (context.OperationName == "fail")
                throw new InvalidOperationException("as it should");
            int sum = context.GetState<int>() + context.GetInput<int>();
            context.SetState(sum);
            context.Return(sum);
        }
    }
}
