namespace Perdure.CheckedProgram;

/// <summary>The builds of the program: one orchestrator as it was, and after changes.</summary>
public static class Code
{
    public static Type[] Of(string name) => name switch
    {
        "type" => [typeof(AnotherType), typeof(Activities)],
        "notification" => [typeof(Notification), typeof(Activities)],
        "hangs" => [typeof(Hangs), typeof(Activities)],
        "exits" => [typeof(Exits), typeof(Activities)],
        "loud" => [typeof(Loud), typeof(Activities)],
        "gone" => [typeof(Activities), typeof(Other)],
        "long" => [typeof(Lasting), typeof(Activities)],
        "longer" => [typeof(LastingLonger), typeof(Activities)],
        "broken" => [typeof(BrokenFunctions)],
        _ => [typeof(AsItWas), typeof(Activities), typeof(Other)],
    };

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

    public static class Other
    {
        [FunctionName("Wait")]
        public static Task Wait([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            context.WaitForExternalEvent("Go");
    }

    public class AsItWas(Proof proof)
    {
        [FunctionName("FooBar")]
        public async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            ArgumentNullException.ThrowIfNull(proof);
            bool result = await context.CallActivityAsync<bool>("Foo");
            await context.CallActivityAsync("Bar", result);
            await context.WaitForExternalEvent("Go");
        }
    }

    public static class AnotherType
    {
        [FunctionName("FooBar")]
        public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            string result = await context.CallActivityAsync<string>("Foo");
            await context.CallActivityAsync("Bar", result);
            await context.WaitForExternalEvent("Go");
        }
    }

    public static class Notification
    {
        [FunctionName("FooBar")]
        public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            bool result = await context.CallActivityAsync<bool>("Foo");
            if (result)
                await context.CallActivityAsync("SendNotification");
            await context.CallActivityAsync("Bar", result);
            await context.WaitForExternalEvent("Go");
        }
    }

    public static class Loud
    {
        [FunctionName("FooBar")]
        public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            for (int i = 0; i < 10_000; i++)
                Console.WriteLine("so loud");
            bool result = await context.CallActivityAsync<bool>("Foo");
            await context.CallActivityAsync("Bar", result);
            await context.WaitForExternalEvent("Go");
        }
    }

    public static class Lasting
    {
        [FunctionName("Long")]
        public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            int number = context.GetInput<int>();
            for (int i = 0; i < (number % 2 == 0 ? 19 : 1); i++)
                await context.CallActivityAsync<bool>("Foo");
            context.SetCustomStatus("waits");
            await context.WaitForExternalEvent("Go");
        }
    }

    /// <summary>Other than before in one of a thousand ways.</summary>
    public static class LastingLonger
    {
        [FunctionName("Long")]
        public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            int number = context.GetInput<int>();
            for (int i = 0; i < (number % 2 == 0 ? 19 : 1); i++)
                await context.CallActivityAsync<bool>("Foo");
            if (number == 711)
                await context.CallActivityAsync("SendNotification");
            context.SetCustomStatus("waits");
            await context.WaitForExternalEvent("Go");
        }
    }

    public static class Hangs
    {
        [FunctionName("FooBar")]
        public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            await context.CallActivityAsync<bool>("Foo");
            new ManualResetEventSlim().Wait();
        }
    }

    public static class Exits
    {
        [FunctionName("FooBar")]
        public static Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            Console.Error.WriteLine("fatal");
            Environment.Exit(9);
            return Task.CompletedTask;
        }
    }

    public static class BrokenFunctions
    {
        [FunctionName("FooBar")]
        public static void Run([OrchestrationTrigger] int context)
        {
        }
    }
}
