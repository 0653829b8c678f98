using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.TypedCalls;

/// <summary>What the rules say of typed calls: the same as of calls by name.</summary>
public sealed class AnalyzerTests
{
    private const string Members = """
        [FunctionName("Number")] public static int Number([ActivityTrigger] string a) => 1;
        [FunctionName("Child")] public static int Child([OrchestrationTrigger] IDurableOrchestrationContext c) => 1;
        private static Task<int> Help(IDurableOrchestrationContext c) => c.CallNumberAsync("a");
        """;

    [Theory]
    [InlineData("int a = await context.CallNumberAsync(\"a\"); await context.CallDoAsync($\"{a}\");")]
    [InlineData("await Task.WhenAll(context.CallNumberAsync(\"a\"), context.CallChildAsync(), Help(context));")]
    [InlineData("var a = context.CallChildAsync(new RetryOptions(TimeSpan.Zero, 1)); await a; var b = a.Result;")]
    [InlineData("_ = context.CallNumberAsync(\"a\");")]
    public Task A_typed_call_breaks_no_rule(string statements) => Check.InOrchestrator("", statements, Members);

    [Theory]
    [InlineData("[|context.CallNumberAsync(\"a\")|];")]
    [InlineData("[|context.CallChildAsync()|];")]
    public Task One_that_nobody_awaits_is_found(string statements) =>
        Check.InOrchestrator("PERDURE0113", statements, Members);

    [Fact]
    public Task Blocking_on_one_is_found() =>
        Check.InOrchestrator("PERDURE0114", "var a = [|context.CallNumberAsync(\"a\").Result|];", Members);

    [Fact]
    public Task Starting_from_a_client_is_found() => Check.InOrchestrator(
        "PERDURE0106", "_ = [|Client().StartChildAsync()|];",
        Members + "[Deterministic] private static IDurableClient Client() => null!;");
}
