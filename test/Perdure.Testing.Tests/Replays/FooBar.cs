using Microsoft.Extensions.Logging;

// Bad on purpose: the check must live with whatever code does.
#pragma warning disable PERDURE0105, PERDURE0110, PERDURE0114, PERDURE0117

namespace Perdure.Testing.Tests.Replays;

/// <summary>One orchestrator as it was, and as it might be after a change.</summary>
internal static class FooBar
{
    /// <summary>The activities that all of them share.</summary>
    public static class Activities
    {
        [FunctionName("Foo")]
        public static bool Foo([ActivityTrigger] IDurableActivityContext context) => true;

        [FunctionName("Bar")]
        public static string Bar([ActivityTrigger] bool input) => $"bar {input}";

        [FunctionName("SendNotification")]
        public static void SendNotification([ActivityTrigger] IDurableActivityContext context)
        {
        }
    }

    /// <summary>With activities that take other inputs.</summary>
    public static class OtherActivities
    {
        [FunctionName("Foo")]
        public static bool Foo([ActivityTrigger] IDurableActivityContext context) => true;

        [FunctionName("Bar")]
        public static string Bar([ActivityTrigger] int[] input) => $"bar {input.Length}";
    }

    public static class AsItWas
    {
        [FunctionName("FooBar")]
        public static async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            bool result = await context.CallActivityAsync<bool>("Foo");
            string bar = await context.CallActivityAsync<string>("Bar", result);
            await context.WaitForExternalEvent("Go");
            return bar;
        }
    }

    public static class WithAnotherType
    {
        [FunctionName("FooBar")]
        public static async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            string result = await context.CallActivityAsync<string>("Foo");
            string bar = await context.CallActivityAsync<string>("Bar", result);
            await context.WaitForExternalEvent("Go");
            return bar;
        }
    }

    public static class WithANotification
    {
        [FunctionName("FooBar")]
        public static async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            bool result = await context.CallActivityAsync<bool>("Foo");
            if (result)
                await context.CallActivityAsync("SendNotification");
            string bar = await context.CallActivityAsync<string>("Bar", result);
            await context.WaitForExternalEvent("Go");
            return bar;
        }
    }

    public static class WithAFailureAtTheEnd
    {
        [FunctionName("FooBar")]
        public static async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            bool result = await context.CallActivityAsync<bool>("Foo");
            await context.CallActivityAsync<string>("Bar", result);
            await context.WaitForExternalEvent("Go");
            throw new InvalidOperationException("no more");
        }
    }

    public static class ThatSleeps
    {
        [FunctionName("FooBar")]
        public static async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            await context.CallActivityAsync<bool>("Foo");
            new ManualResetEventSlim().Wait();
            return "";
        }
    }

    public static class ThatBlocks
    {
        [FunctionName("FooBar")]
        public static Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            Task.FromResult($"{context.CallActivityAsync<bool>("Foo").GetAwaiter().GetResult()}");
    }

    public static class ThatLeavesItsTurn
    {
        [FunctionName("FooBar")]
        public static async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            await new TaskCompletionSource().Task;
            return await context.CallActivityAsync<string>("Bar", true);
        }
    }

    public static class ThatThrows
    {
        [FunctionName("FooBar")]
        public static Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            throw new NotSupportedException("not yet");
    }

    /// <summary>Made with services, and loud.</summary>
    public sealed class WithServices(TimeProvider time, ILogger<WithServices> logger) : IDisposable
    {
        public static int Disposed;

        [FunctionName("FooBar")]
        public async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context, ILogger log)
        {
            log.LogInformation("replay-safe");
            logger.LogInformation("{Zone}", time.LocalTimeZone.Id);
            bool result = await context.CallActivityAsync<bool>("Foo");
            string bar = await context.CallActivityAsync<string>("Bar", result);
            await context.WaitForExternalEvent("Go");
            return bar;
        }

        public void Dispose() => Interlocked.Increment(ref Disposed);
    }
}
