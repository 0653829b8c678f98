namespace Perdure.AspNetCore.Tests.Support;

/// <summary>What the tests start over HTTP.</summary>
public sealed class Functions
{
    [FunctionName("Hello")]
    public static string Hello([ActivityTrigger] string name) => $"Hello {name}!";

    [FunctionName("Greet")]
    public static Task<string> GreetAsync([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CallActivityAsync<string>("Hello", context.GetInput<string>());

    [FunctionName("Approval")]
    public static Task<string> ApprovalAsync([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.WaitForExternalEvent<string>("Approval");

    [FunctionName("Fails")]
    public static Task FailsAsync([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        throw new InvalidOperationException("it is broken");

    [FunctionName("Parent")]
    public static Task<string> ParentAsync([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CallSubOrchestratorAsync<string>("Approval", $"{context.InstanceId}-child", null);

    [FunctionName("Echo")]
    public static Task<System.Text.Json.JsonElement> EchoAsync(
        [OrchestrationTrigger] IDurableOrchestrationContext context) =>
        Task.FromResult(context.GetInput<System.Text.Json.JsonElement>());
}
