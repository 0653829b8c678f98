// Bad on purpose: code that has changed asks for other types.
#pragma warning disable PERDURE0203
namespace Perdure.Testing.Tests.Replays;

/// <summary>Orchestrators that wait for other functions.</summary>
internal static class Waits
{
    public static class Orchestrators
    {
        [FunctionName("Parent")]
        public static Task<string> Parent([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            context.CallSubOrchestratorAsync<string>("Child", "child", null);

        [FunctionName("Holder")]
        public static async Task Holder([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            using IDisposable held = await context.LockAsync(new EntityId("Slow", "it"));
            await context.WaitForExternalEvent("Go");
        }

        [FunctionName("Caller")]
        public static Task<int> Caller([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            context.CallEntityAsync<int>(new EntityId("Slow", "it"), "get");

        [FunctionName("Fan")]
        public static async Task<int> Fan([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            int[] all = await Task.WhenAll(
                context.CallActivityAsync<int>("Quick"), context.CallActivityAsync<int>("Never"));
            return all.Sum();
        }
    }

    /// <summary>The same fan, of which one result has come that can be read no more.</summary>
    public static class FanOfDates
    {
        [FunctionName("Fan")]
        public static Task Fan([OrchestrationTrigger] IDurableOrchestrationContext context) => Task.WhenAll(
            context.CallActivityAsync<DateTime>("Quick"), context.CallActivityAsync<DateTime>("Never"));
    }

    public static class Children
    {
        [FunctionName("Child")]
        public static Task<string> Child([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            context.WaitForExternalEvent<string>("Go");
    }

    public static class Entities
    {
        [FunctionName("Slow")]
        public static void Slow([EntityTrigger] IDurableEntityContext context) => context.Return(1);
    }

    public static class Activities
    {
        [FunctionName("Quick")]
        public static int Quick([ActivityTrigger] IDurableActivityContext context) => 1;

        [FunctionName("Never")]
        public static async Task<int> Never([ActivityTrigger] IDurableActivityContext context, TimeProvider time)
        {
            await Task.Delay(TimeSpan.FromDays(1), time, context.CancellationToken);
            return 1;
        }
    }
}
