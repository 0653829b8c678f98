using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.TypedCalls;

/// <summary>Orchestrators of one name with a version each.</summary>
public sealed class VersionTests
{
    private const string Retry = "RetryOptions? retryOptions = null, string? instanceId = null";
    private const string Options = "SubOrchestrationOptions options";

    [Fact]
    public void Versions_that_take_the_same_share_a_method()
    {
        Calls("Task<int> ~ => Task.FromResult(c.GetInput<int>());", "async Task<int> ~ => c.GetInput<int>();")
            .ShouldBe(
            [
                $"Task<int> CallPayAsync(Context context, int input, {Retry})",
                $"Task<int> CallPayAsync(Context context, int input, {Options})",
            ]);
        Calls("string ~ => c.GetInput<(int A, string B)>().B;", "string ~ => c.GetInput<(int C, string? D)>().D!;")
            .Length.ShouldBe(2);
    }

    [Fact]
    public void Versions_that_take_something_else_have_their_own() =>
        Calls("int ~ => c.GetInput<int>();", "string ~ => c.GetInput<string>();", "void ~ { }").ShouldBe(
            [
                $"Task CallPayAsync(Context context, object? input = default, {Retry})",
                $"Task CallPayAsync(Context context, object? input, {Options})",
                $"Task<int> CallPayAsync(Context context, int input, {Retry})",
                $"Task<int> CallPayAsync(Context context, int input, {Options})",
                $"Task<string> CallPayAsync(Context context, string input, {Retry})",
                $"Task<string> CallPayAsync(Context context, string input, {Options})",
            ],
            ignoreOrder: true);

    [Fact]
    public void Versions_that_take_the_same_and_give_something_else_can_be_started_only()
    {
        string source = Source("int ~ => c.GetInput<int>();", "string ~ => $\"{c.GetInput<int>()}\";");
        Generation.Signatures(source, out string[] messages).ShouldAllBe(s => s.Contains("StartPayAsync"));
        messages.Length.ShouldBe(2);
        messages[0].ShouldContain("versions with the same input have results of different types");
    }

    [Fact]
    public void One_version_twice_is_a_mistake()
    {
        string source = Source("int ~ => 1;", "int ~ => 2;").Replace("Version = \"1\"", "Version = \"0\"");
        Generation.Signatures(source, out string[] messages).ShouldBeEmpty();
        messages.Length.ShouldBe(4);
    }

    private static string[] Calls(params string[] versions)
    {
        string[] all = Generation.Signatures(Source(versions), out string[] messages);
        messages.ShouldBeEmpty();
        return [.. all.Where(s => s.Contains("CallPayAsync"))];
    }

    private static string Source(params string[] versions) => $$"""
        public static class Functions
        {
            {{string.Join("\n    ", versions.Select((v, i) => "[FunctionName(\"Pay\")] public static " + v.Replace(
                "~", $"Pay{i}([OrchestrationTrigger(Version = \"{i}\")] IDurableOrchestrationContext c)")))}}
        }
        """;
}
