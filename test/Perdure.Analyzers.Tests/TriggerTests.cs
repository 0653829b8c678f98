using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests;

/// <summary>What the host would refuse at its start.</summary>
public sealed class TriggerTests
{
    [Theory]
    [InlineData("PERDURE0116",
        "Task R([OrchestrationTrigger] IDurableOrchestrationContext c, CancellationToken [|t|])")]
    [InlineData("PERDURE0116",
        "Task R([OrchestrationTrigger] IDurableOrchestrationContext c, [DurableClient] IDurableClient [|a|])")]
    [InlineData("PERDURE0116",
        "Task R([OrchestrationTrigger] IDurableOrchestrationContext c, ILogger<string> [|log|])")]
    [InlineData("PERDURE0301", "Task R([OrchestrationTrigger] IDurableEntityContext [|c|])")]
    [InlineData("PERDURE0301", "Task R([OrchestrationTrigger] string [|c|])")]
    [InlineData("PERDURE0302", "Task E([EntityTrigger] IDurableOrchestrationContext [|c|])")]
    [InlineData("PERDURE0303",
        "Task W([ActivityTrigger] int n, [DurableClient] IDurableOrchestrationContext [|client|])")]
    [InlineData("PERDURE0304",
        "Task [|R|]([OrchestrationTrigger] IDurableOrchestrationContext c, [ActivityTrigger] int n)")]
    [InlineData("PERDURE0304", "Task [|R|]([ActivityTrigger, QueueTrigger(\"a\")] string a)")]
    [InlineData("PERDURE0305", "Task [|_r|]([ActivityTrigger] int n)")]
    [InlineData("PERDURE0305", "Task [|Größe|]([ActivityTrigger] int n)")]
    [InlineData("PERDURE0305", "Task [|Host|]([ActivityTrigger] int n)")]
    [InlineData("PERDURE0305", "Task [|R|]([ActivityTrigger(Activity = \"a b\")] int n)")]
    [InlineData("PERDURE0306", "Task T([TimerTrigger(\"* * * *\")] TimerInfo [|t|])")]
    [InlineData("PERDURE0306", "Task T([TimerTrigger(\"0 0 12 * * * 2026\")] TimerInfo [|t|])")]
    [InlineData("PERDURE0306", "Task T([TimerTrigger(\"\")] TimerInfo [|t|])")]
    public Task What_is_wrong_with_a_signature_is_found(string id, string signature) =>
        Check.Source(id, $"public static class F {{ public static {signature} => Task.CompletedTask; }}");

    [Theory]
    [InlineData("PERDURE0305", "[FunctionName(\"@a\")] public static void [|R|]([ActivityTrigger] int n) { }")]
    [InlineData("PERDURE0307", "public static async void [|R|]([ActivityTrigger] int n) => await Task.Yield();")]
    [InlineData("PERDURE0308", "[FunctionName(\"R\")] public static void [|R|](int n) { }")]
    [InlineData("PERDURE0309", "private static void [|R|]([ActivityTrigger] int n) { }")]
    [InlineData("PERDURE0309", "public static void [|R|]<T>([ActivityTrigger] int n) { }")]
    public Task What_is_wrong_with_a_method_is_found(string id, string method) =>
        Check.Source(id, $"public static class F {{ {method} }}");

    [Theory]
    [InlineData("Task R([OrchestrationTrigger] IDurableOrchestrationContext c, ILogger log)")]
    [InlineData("Task R([OrchestrationTrigger] DurableOrchestrationContext c)")]
    [InlineData("Task R([OrchestrationTrigger] DurableOrchestrationContextBase c)")]
    [InlineData("Task E([EntityTrigger] IDurableEntityContext c, CancellationToken t, IServiceProvider services)")]
    [InlineData("Task W([ActivityTrigger] int n, [DurableClient] IDurableEntityClient client, CancellationToken t)")]
    [InlineData("Task T([TimerTrigger(\"0 */5 * * * *\")] TimerInfo t, [DurableClient] IDurableClient client)")]
    [InlineData("Task T([TimerTrigger(\"*/5 * * * *\")] TimerInfo t)")]
    [InlineData("Task T([TimerTrigger(\"%schedule%\")] TimerInfo t)")]
    [InlineData("Task T([TimerTrigger(\"00:05:00\")] TimerInfo t)")]
    [InlineData("Task NoFunction(CancellationToken t)")]
    public Task What_is_right_is_not(string signature) =>
        Check.Source("", $"public static class F {{ public static {signature} => Task.CompletedTask; }}");

    [Fact]
    public async Task The_message_says_what_to_write()
    {
        string[] messages = await Check.Source(
            "PERDURE0304",
            """
            public static class F
            {
                public static void [|R|]([ActivityTrigger] int n, [QueueTrigger("a")] string a) { }
            }
            """);
        messages.ShouldBe(
            ["'R' has 2 triggers ([ActivityTrigger], [QueueTrigger]); a function has one, so make a function of each"]);
    }
}
